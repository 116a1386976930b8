"""Scenarios for the container stress: many threads on one object, no lock.

A scenario is a class with `__init__(threads)`, `step(index, round)`, done over
and over by every thread until time is up, and `check(rounds)`, called when all
have ended, with the number of rounds each thread has done. A step may check
what a single operation promises (a slice assignment is never seen half done);
`check` looks for lost updates. Everything must hold for any interleaving of
atomic built-in operations; nothing more is assumed.
"""

import array
import collections
import itertools

SCENARIOS = []

def scenario(cls):
    SCENARIOS.append(cls)
    return cls


def same(values):
    """True if no two values differ: what is written at once is seen at once."""
    return len(set(values)) <= 1


@scenario
class ListAppend:
    def __init__(self, threads):
        self.items = []

    def step(self, index, round):
        self.items.append((index, round))

    def check(self, rounds):
        assert len(self.items) == sum(rounds), (len(self.items), sum(rounds))
        seen = [0] * len(rounds)
        for index, round in self.items:
            assert seen[index] == round, "out of order"
            seen[index] += 1


@scenario
class ListAppendPop:
    def __init__(self, threads):
        self.items = list(range(10))

    def step(self, index, round):
        self.items.append(index)
        assert self.items.pop() is not None

    def check(self, rounds):
        assert len(self.items) == 10


@scenario
class ListEnds:
    def __init__(self, threads):
        self.items = ["middle"] * 4

    def step(self, index, round):
        self.items.insert(0, index)
        self.items.pop(0)
        self.items.insert(2, index)
        self.items.pop(2)

    def check(self, rounds):
        assert len(self.items) == 4


@scenario
class ListExtend:
    def __init__(self, threads):
        self.items, self.other = [], [7, 7, 7]

    def step(self, index, round):
        self.items.extend([index] * 3)
        self.items += self.other
        if len(self.items) > 30_000:
            self.items.clear()

    def check(self, rounds):
        assert len(self.items) % 3 == 0
        for i in range(0, len(self.items), 3):
            assert same(self.items[i:i + 3]), "torn extend"


@scenario
class ListSlices:
    def __init__(self, threads):
        self.items = [0] * 6

    def step(self, index, round):
        self.items[:] = [index] * 6
        copy = self.items[:]
        assert len(copy) == 6 and same(copy), copy
        copy = self.items.copy()
        assert len(copy) == 6 and same(copy), copy
        copy = list(self.items)
        assert len(copy) == 6 and same(copy), copy
        copy = self.items + []
        assert len(copy) == 6 and same(copy), copy
        copy = self.items * 2
        assert len(copy) == 12 and same(copy), copy
        copy = tuple(self.items)
        assert len(copy) == 6 and same(copy), copy

    def check(self, rounds):
        assert len(self.items) == 6 and same(self.items)


@scenario
class ListStrategies:
    """The kind of the elements changes all the time."""

    KINDS = ([1] * 5, [1.5] * 5, ["s"] * 5, [2 ** 80] * 5, [None] * 5)

    def __init__(self, threads):
        self.items = [1] * 5

    def step(self, index, round):
        self.items[:] = self.KINDS[(index + round) % 5]
        copy = self.items[:]
        assert len(copy) == 5 and same(map(type, copy)), copy
        self.items[round % 5] = self.items[round % 5]
        self.items[:] = [index] * 5

    def check(self, rounds):
        assert len(self.items) == 5


@scenario
class ListReverseSort:
    def __init__(self, threads):
        self.items = list(range(50))

    def step(self, index, round):
        self.items.reverse()
        try:
            self.items.sort()
        except ValueError as error:
            assert "modified during sort" in str(error), error
        assert self.items.count(25) in (0, 1)

    def check(self, rounds):
        assert sorted(self.items) == list(range(50)), self.items


@scenario
class ListWalk:
    def __init__(self, threads):
        self.items = list(range(20))

    def step(self, index, round):
        self.items.append(index)
        for item in self.items:
            assert type(item) is int
        for item in reversed(self.items):
            assert type(item) is int
        self.items.pop()
        assert 5 in self.items and self.items.index(3) == 3
        assert self.items == self.items[:] or True
        repr(self.items)

    def check(self, rounds):
        assert self.items == list(range(20))


@scenario
class ListItem:
    def __init__(self, threads):
        self.items = [0, 0.0, 2 ** 70]

    def step(self, index, round):
        self.items[0] += 1
        self.items[1] += 0.5
        self.items[2] += 1

    def check(self, rounds):
        total = sum(rounds)
        assert self.items == [total, total / 2, 2 ** 70 + total], (self.items, total)


@scenario
class DictUpdateKey:
    def __init__(self, threads):
        self.table = {"shared": 0}

    def step(self, index, round):
        self.table["shared"] += 1
        self.table[index] = self.table.get(index, 0) + 1

    def check(self, rounds):
        assert self.table["shared"] == sum(rounds)
        assert all(self.table.get(i, 0) == count for i, count in enumerate(rounds))


@scenario
class DictInsertDelete:
    def __init__(self, threads):
        self.table = {"stays": 1}

    def step(self, index, round):
        key = (index, round % 50)
        self.table[key] = round
        assert self.table[key] == round
        assert self.table.pop(key) == round
        assert key not in self.table
        self.table[str(round % 7), index] = 1
        del self.table[str(round % 7), index]

    def check(self, rounds):
        assert self.table == {"stays": 1}, self.table


@scenario
class DictSetdefault:
    def __init__(self, threads):
        self.table = {}

    def step(self, index, round):
        first = self.table.setdefault(round, index)
        assert self.table.setdefault(round, -1) == first

    def check(self, rounds):
        assert len(self.table) == max(rounds)


@scenario
class DictPopitem:
    def __init__(self, threads):
        self.table = {}
        self.taken = [0] * threads

    def step(self, index, round):
        self.table[index, round] = 1
        try:
            self.table.popitem()
            self.taken[index] += 1
        except KeyError:
            pass

    def check(self, rounds):
        assert len(self.table) + sum(self.taken) == sum(rounds)


@scenario
class DictWhole:
    def __init__(self, threads):
        self.table = {"a": 0, "b": 0, "c": 0}

    def step(self, index, round):
        self.table.update({"a": index, "b": index, "c": index})
        for copy in (self.table.copy(), dict(self.table), {**self.table}, self.table | {}):
            assert len(copy) == 3 and same(copy.values()), copy
        assert same(list(self.table.values()))
        assert len(list(self.table.items())) == 3 and len(list(self.table)) == 3
        self.table |= {"a": -index, "b": -index, "c": -index}

    def check(self, rounds):
        assert same(self.table.values())


@scenario
class DictWalk:
    def __init__(self, threads):
        self.table = {i: i for i in range(20)}

    def step(self, index, round):
        self.table["new", index] = 1
        try:
            for key in self.table:
                assert key in self.table or type(key) is tuple
        except RuntimeError as error:
            assert "changed" in str(error), error
        self.table.pop(("new", index))
        try:
            repr(self.table)
        except RuntimeError as error:
            assert "changed" in str(error), error

    def check(self, rounds):
        assert self.table == {i: i for i in range(20)}


@scenario
class DictKinds:
    """Keys change from strings to everything and back by `clear`."""

    def __init__(self, threads):
        self.table = {}

    def step(self, index, round):
        self.table["name"] = index
        self.table[round % 3] = index
        self.table[1.5] = self.table[None] = index
        self.table.get("name")
        if round % 5 == 0:
            self.table.clear()

    def check(self, rounds):
        assert len(self.table) <= 6


@scenario
class SetAddDiscard:
    def __init__(self, threads):
        self.items = {"stays"}

    def step(self, index, round):
        self.items.add((index, round % 20))
        assert (index, round % 20) in self.items
        self.items.discard((index, round % 20))
        assert (index, round % 20) not in self.items

    def check(self, rounds):
        assert self.items == {"stays"}


@scenario
class SetWhole:
    def __init__(self, threads):
        self.items = set(range(10))

    def step(self, index, round):
        self.items |= {100 + index, 200 + index}
        for copy in (self.items.copy(), set(self.items), self.items | set(), frozenset(self.items)):
            for i in range(64):
                assert (100 + i in copy) == (200 + i in copy), copy
        self.items -= {100 + index, 200 + index}
        assert self.items & {5} == {5}

    def check(self, rounds):
        assert self.items == set(range(10)), self.items


@scenario
class SetPop:
    def __init__(self, threads):
        self.items = set()
        self.taken = [0] * threads

    def step(self, index, round):
        self.items.add((index, round))
        try:
            self.items.pop()
            self.taken[index] += 1
        except KeyError:
            pass

    def check(self, rounds):
        assert len(self.items) + sum(self.taken) == sum(rounds)


@scenario
class Attributes:
    def __init__(self, threads):
        self.box = type("Box", (), {"level": 0})()
        self.box.n = 0
        self.box.f = 0.0

    def step(self, index, round):
        box = self.box
        box.n += 1
        box.f += 0.25
        type(box).level += 1
        setattr(box, f"own{index}", round)
        assert getattr(box, f"own{index}") == round
        if round % 3 == 0:
            delattr(box, f"own{index}")
        assert "n" in box.__dict__

    def check(self, rounds):
        total = sum(rounds)
        assert (self.box.n, self.box.f, type(self.box).level) == (total, total / 4, total)


@scenario
class Slots:
    class Slotted:
        __slots__ = ("n", "other")

    def __init__(self, threads):
        self.box = self.Slotted()
        self.box.n = 0

    def step(self, index, round):
        self.box.n += 1
        self.box.other = index
        assert type(self.box.other) is int

    def check(self, rounds):
        assert self.box.n == sum(rounds)


@scenario
class Deque:
    def __init__(self, threads):
        self.items = collections.deque(range(10))

    def step(self, index, round):
        self.items.append(index)
        self.items.appendleft(index)
        self.items.pop()
        self.items.popleft()
        self.items.rotate(1)
        self.items.rotate(-1)

    def check(self, rounds):
        assert len(self.items) == 10


@scenario
class Bytearray:
    def __init__(self, threads):
        self.data = bytearray(b"xxxx")
        self.grows = bytearray()

    def step(self, index, round):
        self.data[:] = bytes([65 + index % 26]) * 4
        copy = bytes(self.data)
        assert len(copy) == 4 and same(copy), copy
        self.grows.append(index % 256)
        self.grows.extend(b"abc")

    def check(self, rounds):
        assert len(self.grows) == 4 * sum(rounds)


@scenario
class Iterators:
    def __init__(self, threads):
        self.count = itertools.count()
        self.shared = iter(range(10 ** 9))
        self.drawn = [[] for _ in range(threads)]
        self.numbers = [[] for _ in range(threads)]

    def step(self, index, round):
        self.drawn[index].append(next(self.shared))
        self.numbers[index].append(next(self.count))

    def check(self, rounds):
        for lists in (self.drawn, self.numbers):
            assert sorted(itertools.chain(*lists)) == list(range(sum(rounds)))


@scenario
class ArrayItems:
    def __init__(self, threads):
        self.data = array.array("q", [0, 0])

    def step(self, index, round):
        self.data.append(index)
        self.data.pop()

    def check(self, rounds):
        assert len(self.data) == 2


@scenario
class DefaultDict:
    def __init__(self, threads):
        self.table = collections.defaultdict(list)
        self.counts = collections.Counter()

    def step(self, index, round):
        self.table[round].append(index)
        self.counts[index] += 1

    def check(self, rounds):
        assert all(self.counts[i] == count for i, count in enumerate(rounds))
        assert len(self.table) == max(rounds)


@scenario
class Strings:
    """Immutable values travel between threads by a shared slot."""

    def __init__(self, threads):
        self.slot = "start" * 3

    def step(self, index, round):
        seen = self.slot
        assert seen[:5] == seen[5:10] == seen[10:], seen
        self.slot = f"{index:05d}" * 3
        assert len(hash(self.slot).__str__()) > 0

    def check(self, rounds):
        assert len(self.slot) == 15


@scenario
class FreshObjects:
    """Objects built by one thread are read, and changed, by others."""

    class Node:
        def __init__(self, value):
            self.value, self.twice = value, value * 2

    def __init__(self, threads):
        self.nodes = [self.Node(1)]
        self.current = self.nodes[0]

    def step(self, index, round):
        node = self.current
        assert node.twice == node.value * 2
        self.current = self.Node(round)
        node.seen = index

    def check(self, rounds):
        assert self.current.twice == self.current.value * 2


@scenario
class Classes:
    def __init__(self, threads):
        self.cls = type("Shared", (), {"method": lambda self: 0})
        self.object = self.cls()

    def step(self, index, round):
        self.cls.method = lambda self: index
        assert type(self.object.method()) is int
        own = type("Own", (self.cls,), {"kind": index})
        assert own().kind == index and type(own().method()) is int

    def check(self, rounds):
        assert type(self.object.method()) is int
