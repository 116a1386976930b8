# timeout: 60
# Undoing changes of containers of all sizes: whatever was done to them, they are what they were.
import array
import collections
import random
from transaction import atomic


class Undo(Exception):
    pass


def list_operations(rng, x):
    n = len(x)
    yield lambda: x.append(1)
    yield lambda: x.extend(range(rng.randrange(2000)))
    yield lambda: x.insert(rng.randrange(n + 1), "in")
    yield lambda: x and x.pop()
    yield lambda: x and x.pop(rng.randrange(len(x)))
    yield lambda: x and x.__setitem__(rng.randrange(len(x)), "set")
    yield lambda: x.reverse()
    yield lambda: x.sort(key=str)
    yield lambda: x.clear()
    yield lambda: x.__setitem__(slice(1, 5), [7, 8, 9])
    yield lambda: x.__delitem__(slice(None, None, 3))
    yield lambda: x.__delitem__(slice(2, 2 + rng.randrange(1500)))
    yield lambda: x.__imul__(2) if len(x) < 5000 else None
    yield lambda: x.__setitem__(slice(None), list(x)[::-1])


def dict_operations(rng, x):
    yield lambda: x.__setitem__(rng.randrange(5000), "set")
    yield lambda: x.__setitem__(object(), "new")
    yield lambda: x.update((n, -n) for n in range(rng.randrange(3000)))
    yield lambda: x.update({n: -n for n in range(rng.randrange(3000))})
    yield lambda: x.pop(rng.randrange(5000), None)
    yield lambda: x and x.popitem()
    yield lambda: [x.popitem() for _ in range(min(len(x), rng.randrange(800)))]
    yield lambda: x.setdefault(rng.randrange(9000), [])
    yield lambda: x.clear()
    yield lambda: x.__ior__({"a": 1, 3: 4})
    yield lambda: [x.pop(key) for key in list(x)[::2]]


def set_operations(rng, x):
    yield lambda: x.add(rng.randrange(9000))
    yield lambda: x.discard(rng.randrange(5000))
    yield lambda: x.update(range(rng.randrange(3000)))
    yield lambda: x.difference_update(range(0, 4000, 3))
    yield lambda: x.intersection_update(range(rng.randrange(1, 4000)))
    yield lambda: x.symmetric_difference_update(range(500, 1500))
    yield lambda: x and x.pop()
    yield lambda: x.clear()
    yield lambda: x.__ior__({1, 2, "x"})


def deque_operations(rng, x):
    yield lambda: x.append(1)
    yield lambda: x.appendleft(2)
    yield lambda: x.extend(range(rng.randrange(2000)))
    yield lambda: x.extendleft(range(rng.randrange(2000)))
    yield lambda: x and x.pop()
    yield lambda: x and x.popleft()
    yield lambda: x.rotate(rng.randrange(-50, 50))
    yield lambda: x.reverse()
    yield lambda: len(x) != x.maxlen and x.insert(rng.randrange(len(x) + 1), "in")
    yield lambda: x and x.__delitem__(rng.randrange(len(x)))
    yield lambda: x and x.__setitem__(rng.randrange(len(x)), "set")
    yield lambda: x.clear()


def bytes_operations(rng, x):
    yield lambda: x.append(7)
    yield lambda: x.extend(bytes(rng.randrange(3000)))
    yield lambda: x.insert(rng.randrange(len(x) + 1), 9)
    yield lambda: x and x.pop()
    yield lambda: x.__setitem__(slice(0, 10), b"zzz")
    yield lambda: x.reverse()
    yield lambda: x.clear()
    yield lambda: memoryview(x).release()


def array_operations(rng, x):
    yield lambda: x.append(7)
    yield lambda: x.extend(range(rng.randrange(3000)))
    yield lambda: len(x) and x.pop()
    yield lambda: x.reverse()
    yield lambda: len(x) and x.__setitem__(0, 99)
    yield lambda: x.byteswap()


KINDS = {
    "list": (lambda n: list(range(n)), list_operations, list),
    "dict": (lambda n: {k: k for k in range(n)}, dict_operations, lambda x: list(x.items())),
    "str dict": (lambda n: {str(k): k for k in range(n)}, dict_operations,
                 lambda x: list(x.items())),
    "set": (lambda n: set(range(n)), set_operations, lambda x: (len(x), frozenset(x))),
    "deque": (lambda n: collections.deque(range(n)), deque_operations, list),
    "bounded deque": (lambda n: collections.deque(range(n), n + 1), deque_operations, list),
    "bytearray": (lambda n: bytearray(n), bytes_operations, bytes),
    "array": (lambda n: array.array("l", range(n)), array_operations, list),
}
SIZES = [0, 1, 5, 100, 500, 1000, 2000, 5000]



def undone(x):
    """Whether a block of a few operations that is left by an exception leaves nothing behind."""
    before = content(x)
    try:
        with atomic(rollback=True):
            for _ in range(rng.randrange(1, 6)):
                rng.choice(list(operations(rng, x)))()
            raise Undo
    except Undo:
        pass
    return content(x) == before


for name, (make, operations, content) in KINDS.items():
    rng = random.Random(name)
    wrong = 0
    for size in SIZES:
        x = make(size)
        for round in range(30):
            wrong += not undone(x)
            if round % 10 == 9:
                # A block that commits, and plain code, in between.
                with atomic:
                    rng.choice(list(operations(rng, x)))()
                rng.choice(list(operations(rng, x)))()
            # An inner block undone, the outer one kept.
            with atomic:
                rng.choice(list(operations(rng, x)))()
                wrong += not undone(x)
                rng.choice(list(operations(rng, x)))()
            if len(x) > 20000 or len(x) < size // 4:
                x = make(size)
    print(name, wrong)

# Lookups still work after undoing.
table = {n: n for n in range(3000)}
try:
    with atomic(rollback=True):
        for n in range(3000, 9000):
            table[n] = n
        for n in range(0, 3000, 2):
            del table[n]
        raise Undo
except Undo:
    pass
print(all(table[n] == n for n in range(3000)), 3000 in table, len(table))
table[5000] = 1
print(table[5000], list(table)[-1])
