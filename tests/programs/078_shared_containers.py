# timeout: 60
import threading, collections, itertools
def run(count, body):
    errors = []
    start = threading.Barrier(count)
    def work(index):
        try:
            start.wait()
            body(index)
        except BaseException as error:
            errors.append(repr(error))
    threads = [threading.Thread(target=work, args=(i,)) for i in range(count)]
    for t in threads: t.start()
    for t in threads: t.join()
    return errors
stack = list(range(4000))
popped = [[] for _ in range(4)]
def pops(index):
    while True:
        try:
            popped[index].append(stack.pop())
        except IndexError:
            return
print(run(4, pops), sorted(itertools.chain(*popped)) == list(range(4000)))
table = {i: i for i in range(4000)}
taken = [[] for _ in range(4)]
def takes(index):
    while True:
        try:
            taken[index].append(table.popitem()[0])
        except KeyError:
            return
print(run(4, takes), sorted(itertools.chain(*taken)) == list(range(4000)))
created = {}
def setdefaults(index):
    for i in range(1000):
        created.setdefault(i, index)
        assert created.setdefault(i, -1) != -1
print(run(8, setdefaults), len(created))
d = collections.deque()
def ends(index):
    for i in range(1000):
        d.append(i)
        d.appendleft(i)
        d.pop()
        d.popleft()
print(run(4, ends), len(d))
counter = itertools.count()
numbers = []
def counts(index):
    for _ in range(1000):
        numbers.append(next(counter))
print(run(4, counts), sorted(numbers) == list(range(4000)))
shared = []
def swaps(index):
    for i in range(1000):
        shared[:] = [index] * 5
        copy = shared[:]
        assert len(copy) == 5 and len(set(copy)) == 1, copy
shared[:] = [0] * 5
print(run(4, swaps))
names = {}
def updates(index):
    for i in range(300):
        names.update({"a": index, "b": index})
        c = dict(names)
        assert c["a"] == c["b"], c
print(run(4, updates))
memory = {}
def caches(index):
    for i in range(2000):
        key = i % 100
        if key not in memory:
            memory[key] = str(key)
        assert memory[key] == str(key)
print(run(8, caches), len(memory))
class Node:
    def __init__(self): self.next, self.value = None, 0
def builds(index):
    head = None
    for i in range(2000):
        node = Node()
        node.next, node.value = head, i
        head = node
    total = 0
    while head:
        total, head = total + head.value, head.next
    assert total == 1999000
print(run(8, builds))
source = iter(range(10000))
drawn = [[] for _ in range(4)]
def draws(index):
    for x in source:
        drawn[index].append(x)
print(run(4, draws), sorted(itertools.chain(*drawn)) == list(range(10000)))
sortable = [5, 3, 8, 1] * 50
def sorts(index):
    for _ in range(50):
        try:
            sortable.sort()
        except ValueError:
            pass
        sortable.reverse()
print(run(4, sorts), len(sortable), sorted(sortable) == sorted([5, 3, 8, 1] * 50))
def classes(index):
    for i in range(100):
        C = type(f"C{i}", (Node,), {"m": lambda self: index})
        assert C().m() == index
        Node.shared = i
print(run(4, classes))
