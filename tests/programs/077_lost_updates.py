# timeout: 60
# In-place statements on attributes, items and globals lose no update, although
# nothing here takes a lock.
import threading
THREADS, EACH = 8, 5000
class Box:
    def __init__(self):
        self.n = 0
        self.f = 0.0
        self.s = ""
class Slotted:
    __slots__ = ("n",)
    def __init__(self):
        self.n = 0
class ClassLevel:
    n = 0
box, slotted, items, table, total = Box(), Slotted(), [0, 0], {"k": 0}, 0
text, numbers, unique, big = [], [], set(), 2 ** 70
def run(body):
    start = threading.Barrier(THREADS)
    def work(index):
        start.wait()
        body(index)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(THREADS)]
    for t in threads: t.start()
    for t in threads: t.join()
def attribute(index):
    for _ in range(EACH):
        box.n += 1
def float_attribute(index):
    for _ in range(EACH):
        box.f += 0.5
def slot(index):
    for _ in range(EACH):
        slotted.n += 2
def class_attribute(index):
    for _ in range(EACH):
        ClassLevel.n += 1
def item(index):
    for _ in range(EACH):
        items[1] += 1
def key(index):
    for _ in range(EACH):
        table["k"] += 1
def own_key(index):
    for i in range(EACH):
        table[index, i] = i
def global_name(index):
    global total
    for _ in range(EACH):
        total += 1
def global_big(index):
    global big
    for _ in range(EACH):
        big += 1
def append(index):
    for i in range(EACH):
        numbers.append((index, i))
def extend(index):
    for i in range(EACH // 10):
        text.extend([index] * 10)
def add(index):
    for i in range(EACH):
        unique.add((index, i))
def closure():
    n = 0
    def bump(index):
        nonlocal n
        for _ in range(EACH):
            n += 1
    run(bump)
    return n
for body in (attribute, float_attribute, slot, class_attribute, item, key, own_key, global_name, global_big, append, extend, add):
    run(body)
expected = THREADS * EACH
print(box.n == expected, box.f == expected / 2, slotted.n == 2 * expected, ClassLevel.n == expected)
print(items == [0, expected], table["k"] == expected, len(table) == expected + 1, total == expected, big == 2 ** 70 + expected)
print(len(numbers) == expected, len(set(numbers)) == expected, len(text) == expected, all(len(set(text[i:i + 10])) == 1 for i in range(0, len(text), 10)), len(unique) == expected)
print(closure() == expected)
print(all([i for t, i in numbers if t == index] == list(range(EACH)) for index in range(THREADS)))
