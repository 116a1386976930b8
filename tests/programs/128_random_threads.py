# One generator that several threads draw from: each number is given once, and atomic blocks draw
# in succession and give back what they have drawn when they start over.
import random
import threading

try:
    from transaction import atomic
except ImportError:
    atomic = None


def run(count, work):
    out = [[] for _ in range(count)]
    threads = [threading.Thread(target=work, args=(out[i],)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(value for part in out for value in part)


def expected(seed, draw, count):
    generator = random.Random(seed)
    return sorted(draw(generator) for _ in range(count))


for name, draw in [("random", lambda g: g.random()), ("32 bits", lambda g: g.getrandbits(32)),
                   ("7 bits", lambda g: g.getrandbits(7)), ("100 bits", lambda g: g.getrandbits(100))]:
    shared = random.Random(5)
    drawn = run(4, lambda out: out.extend(draw(shared) for _ in range(3000)))
    print(name, drawn == expected(5, draw, 12000))

# Owning it in between: seeding, and copying the state.
shared = random.Random(1)
run(3, lambda out: out.extend(shared.random() for _ in range(1000)))
state = shared.getstate()
after = [shared.random() for _ in range(700)]
run(3, lambda out: out.extend(shared.random() for _ in range(1000)))
shared.setstate(state)
print("state", after == [shared.random() for _ in range(700)])
shared.seed(1)
print("seed", shared.random() == random.Random(1).random())

# Blocks.
shared = random.Random(9)
generator = random.Random(9)
sequence = [generator.random() for _ in range(4 * 300 * 4)]
order = {value: place for place, value in enumerate(sequence)}
broken = []


def mixed(out):
    for turn in range(300):
        if atomic and turn % 3 == 0:
            with atomic:
                part = [shared.random() for _ in range(4)]
            places = [order[value] for value in part]
            if places != list(range(places[0], places[0] + 4)):
                broken.append(places)
        else:
            part = [shared.random()]
        out.extend(part)


drawn = run(4, mixed)
print("blocks", drawn == sorted(sequence[:len(drawn)]), broken)
