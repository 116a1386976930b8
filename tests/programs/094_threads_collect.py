"""Collections while several threads build, wait and help: nothing that lives is lost."""
import gc
import sys
import threading
import weakref


class Node:
    def __init__(self, value, next):
        self.value, self.next = value, next


def garbage(rounds):
    for i in range(rounds):
        [i, [i]], {"a": i}


def chain(length):
    node = None
    for i in range(length):
        node = Node([i], node)
    return node


def check(node):
    length = 0
    while node is not None:
        length += 1
        assert isinstance(node.value, list) and len(node.value) == 1
        node = node.next
    return length


# Two threads with survivors of their own, objects of the other, and weak references to both.
shared = [None, None]
dead = []
references = [[], []]


def build(me, results):
    kept, weak = {}, references[me]
    for turn in range(30):
        kept[turn % 7] = node = chain(3000)
        weak.append(weakref.ref(node, lambda ref: dead.append(1)))
        shared[me] = node
        other = shared[1 - me]
        if other is not None:
            assert check(other) == 3000
        del node, other
        garbage(2000)
    results[me] = sum(check(node) for node in kept.values()), sum(ref() is not None for ref in weak[-7:])


results = [None, None]
threads = [threading.Thread(target=build, args=(me, results)) for me in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(results)
shared[:] = None, None
gc.collect()
print(len(dead) == 60)

# A thread that sleeps through collections: what only its stack has lives on, and so does what
# somebody else puts into its frame meanwhile.
ready, go = threading.Event(), threading.Event()
frames = []


def sleeper():
    mine, given = chain(1000), None
    frames.append(sys._getframe())
    ready.set()
    go.wait()
    print(check(mine), given)


thread = threading.Thread(target=sleeper)
thread.start()
ready.wait()
garbage(150_000)
frames[0].f_locals["given"] = [str(n) for n in range(1000, 1004)]
garbage(150_000)
gc.collect()
garbage(150_000)
go.set()
thread.join()
