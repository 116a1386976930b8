"""One list, append and pop by all: an append and a pop count as one operation."""

BAR = 0.8
AIM = 1.0
CHUNK = 20_000


def prepare(threads):
    return list(range(1000))


def work(items, index, count):
    append, pop = items.append, items.pop
    for i in range(count):
        append(i)
        pop()
    return count


def check(items, done):
    assert len(items) == 1000, f"{len(items)} items left of 1000"
