"""Four loops that an interpreter spends its life in: calls, methods, floats, lists.

Prints the best of five runs of each in CPU milliseconds: `orochi bench/programs/quick.py`.
"""
import time
def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)
class A:
    def __init__(self): self.n = 0
    def inc(self, k): self.n += k
def objs():
    a = A()
    for i in range(1000000): a.inc(i)
    return a.n
def floats():
    x = y = 0.0
    for i in range(2000000):
        x += i * 0.5; y -= x / (i + 1)
    return x, y
def lists():
    l = [i for i in range(300000)]
    s = 0
    for j in range(5):
        for v in l: s += v
    return s
for f, *a in ((fib, 27), (objs,), (floats,), (lists,)):
    best = 9e9
    for _ in range(5):
        t = time.process_time(); f(*a); best = min(best, time.process_time() - t)
    print(f.__name__, round(best * 1000, 1), "ms")
