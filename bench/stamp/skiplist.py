"""A skip list that several threads look up, insert into and delete from."""

from btree import BTreeProgram
from harness import atomic, main


class Node:
    __slots__ = ("key", "value", "following")

    def __init__(self, key, value, height):
        self.key = key
        self.value = value
        self.following = [None] * height


class SkipList:
    HEIGHT = 14

    def __init__(self):
        self.head = Node(-1, None, self.HEIGHT)

    @staticmethod
    def height(key):
        """As if by tossing coins, but the same in every run."""
        mixed = (key * 0x9E3779B97F4A7C15 + 0x1234567) & 0xFFFFFFFF
        mixed ^= mixed >> 15
        mixed = mixed * 0x85EBCA6B & 0xFFFFFFFF
        mixed ^= mixed >> 13
        return min(SkipList.HEIGHT, 1 + ((mixed & -mixed).bit_length() or 32) - 1)

    def before(self, key):
        """At each level the last node before the key."""
        node, found = self.head, [None] * self.HEIGHT
        for level in range(self.HEIGHT - 1, -1, -1):
            following = node.following[level]
            while following is not None and following.key < key:
                node, following = following, following.following[level]
            found[level] = node
        return found

    def get(self, key, default=None):
        with atomic:
            node = self.head
            for level in range(self.HEIGHT - 1, -1, -1):
                following = node.following[level]
                while following is not None and following.key < key:
                    node, following = following, following.following[level]
            return following.value if following is not None and following.key == key else default

    def set(self, key, value):
        """Whether the key is new."""
        with atomic:
            before = self.before(key)
            there = before[0].following[0]
            if there is not None and there.key == key:
                there.value = value
                return False
            node = Node(key, value, self.height(key))
            for level in range(len(node.following)):
                node.following[level] = before[level].following[level]
                before[level].following[level] = node
            return True

    def delete(self, key):
        """Whether the key was there."""
        with atomic:
            before = self.before(key)
            node = before[0].following[0]
            if node is None or node.key != key:
                return False
            for level in range(len(node.following)):
                before[level].following[level] = node.following[level]
            return True

    def items(self):
        node = self.head.following[0]
        while node is not None:
            yield node.key, node.value
            node = node.following[0]


class SkipListProgram(BTreeProgram):
    SIZE = 40_000
    KEYS = 8_000
    TREE = SkipList


if __name__ == "__main__":
    main(SkipListProgram)
