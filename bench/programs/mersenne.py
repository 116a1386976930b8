"""Disjoint work: each thread runs a Mersenne twister of its own, in Python."""

BAR = 1.95
CHUNK = 1
SIZE, SHIFT = 624, 397


class Twister:
    def __init__(self, seed):
        self.state = state = [seed & 0xFFFFFFFF]
        for i in range(1, SIZE):
            state.append((1812433253 * (state[-1] ^ (state[-1] >> 30)) + i) & 0xFFFFFFFF)

    def refill(self):
        state = self.state
        for i in range(SIZE):
            y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7FFFFFFF)
            value = state[(i + SHIFT) % SIZE] ^ (y >> 1)
            state[i] = value ^ 0x9908B0DF if y & 1 else value

    def numbers(self):
        out = []
        for y in self.state:
            y ^= y >> 11
            y ^= (y << 7) & 0x9D2C5680
            y ^= (y << 15) & 0xEFC60000
            out.append(y ^ (y >> 18))
        return out


def prepare(threads):
    return [Twister(5489 + index) for index in range(threads)]


def work(twisters, index, count):
    twister = twisters[index]
    for _ in range(count):
        twister.refill()
        twister.numbers()
    return count


def check(twisters, done):
    first = Twister(5489)
    first.refill()
    assert first.numbers()[:3] == [3499211612, 581869302, 3890346734]
