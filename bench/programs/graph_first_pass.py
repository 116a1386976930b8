"""First pass of all readers over a graph of a million objects that the main
thread has just made: each reader walks all of it once. Tells what it costs that
objects nobody but their maker has touched come to be read by others."""

BAR = 1.6
PER_THREAD = 1
CHUNK = 1
NODES = 1_000_000
FAN = 4


class Node:
    __slots__ = ("value", "children")

    def __init__(self, value):
        self.value = value
        self.children = []


def prepare(threads):
    nodes = [Node(i) for i in range(NODES)]
    for i in range(1, NODES):
        nodes[(i - 1) // FAN].children.append(nodes[i])
    return nodes[0]


def work(root, index, count):
    total = seen = 0
    stack = [root]
    while stack:
        node = stack.pop()
        total += node.value
        seen += 1
        stack.extend(node.children)
    assert total == NODES * (NODES - 1) // 2 and seen == NODES, (total, seen)
    return seen


def check(root, done):
    assert all(count == NODES for count in done)
