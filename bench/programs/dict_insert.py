"""One dict, disjoint keys: every thread inserts keys of its own."""

BAR = 1.0
AIM = 1.5
CHUNK = 10_000
TOTAL = 2_000_000


def prepare(threads):
    return {}, [0] * threads


def work(state, index, count):
    table, starts = state
    first = starts[index] + index * 1_000_000_000
    for key in range(first, first + count):
        table[key] = index
    starts[index] += count
    return count


def check(state, done):
    assert len(state[0]) == sum(done), f"{len(state[0])} keys kept of {sum(done)}"
