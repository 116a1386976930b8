"""One dict, disjoint keys: every thread keeps updating its own 256 keys."""

BAR = 1.0
AIM = 1.5
CHUNK = 20_000
KEYS = 256


def prepare(threads):
    return {(index, key): 0 for index in range(threads) for key in range(KEYS)}


def work(table, index, count):
    keys = [(index, key) for key in range(KEYS)]
    for _ in range(count // KEYS):
        for key in keys:
            table[key] = table[key] + 1
    return count // KEYS * KEYS


def check(table, done):
    assert sum(table.values()) == sum(done), f"{sum(table.values())} updates kept of {sum(done)}"
