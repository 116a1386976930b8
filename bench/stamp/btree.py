"""A B-tree that several threads look up, insert into and delete from."""

import random
from bisect import bisect_left, bisect_right

from harness import atomic, main


class Node:
    __slots__ = ("keys", "values", "children")

    def __init__(self, keys, values, children):
        self.keys = keys
        self.values = values
        self.children = children


class BTree:
    MOST = 32

    def __init__(self):
        self.root = Node([], [], None)

    def leaf(self, key):
        node = self.root
        while node.children is not None:
            node = node.children[bisect_right(node.keys, key)]
        return node

    def get(self, key, default=None):
        with atomic:
            leaf = self.leaf(key)
            at = bisect_left(leaf.keys, key)
            if at < len(leaf.keys) and leaf.keys[at] == key:
                return leaf.values[at]
            return default

    def set(self, key, value):
        """Whether the key is new."""
        with atomic:
            new, split = self.insert(self.root, key, value)
            if split is not None:
                middle, right = split
                self.root = Node([middle], None, [self.root, right])
            return new

    def insert(self, node, key, value):
        if node.children is None:
            at = bisect_left(node.keys, key)
            if at < len(node.keys) and node.keys[at] == key:
                node.values[at] = value
                return False, None
            node.keys.insert(at, key)
            node.values.insert(at, value)
            new = True
        else:
            at = bisect_right(node.keys, key)
            new, split = self.insert(node.children[at], key, value)
            if split is None:
                return new, None
            node.keys.insert(at, split[0])
            node.children.insert(at + 1, split[1])
        if len(node.keys) <= self.MOST:
            return new, None
        half = len(node.keys) // 2
        if node.children is None:
            right = Node(node.keys[half:], node.values[half:], None)
            middle = right.keys[0]
            del node.keys[half:], node.values[half:]
        else:
            middle = node.keys[half]
            right = Node(node.keys[half + 1:], None, node.children[half + 1:])
            del node.keys[half:], node.children[half + 1:]
        return new, (middle, right)

    def delete(self, key):
        """Whether the key was there. Leaves may become empty, as in many databases."""
        with atomic:
            leaf = self.leaf(key)
            at = bisect_left(leaf.keys, key)
            if at == len(leaf.keys) or leaf.keys[at] != key:
                return False
            del leaf.keys[at], leaf.values[at]
            return True

    def items(self, node=None):
        node = node or self.root
        if node.children is None:
            yield from zip(node.keys, node.values)
        else:
            for child in node.children:
                yield from self.items(child)


class BTreeProgram:
    SIZE = 100_000
    KEYS = 20_000
    TREE = BTree

    def __init__(self, rng, size):
        self.tree = self.TREE()
        self.size, self.seed = size, rng.random()
        self.balance = {}
        keys = list(range(0, self.KEYS, 2))
        rng.shuffle(keys)
        for key in keys:
            self.tree.set(key, -key)
        self.start = len(keys)

    def work(self, me, threads):
        rng = random.Random(self.seed + me)
        tree, rounds, more = self.tree, self.size // threads, 0
        for _ in range(rounds):
            choice, key = rng.random(), rng.randrange(self.KEYS)
            if choice < 0.8:
                assert tree.get(key, -key) == -key
            elif choice < 0.9:
                more += tree.set(key, -key)
            else:
                more -= tree.delete(key)
        self.balance[me] = more
        return rounds

    def check(self):
        items = list(self.tree.items())
        assert all(value == -key for key, value in items)
        assert [key for key, value in items] == sorted({key for key, value in items})
        assert len(items) == self.start + sum(self.balance.values())


if __name__ == "__main__":
    main(BTreeProgram)
