# Whatever ends a block, what it worked on is whole.
import gc
import os
import random
import signal
import sys
import threading
import time
import weakref
from transaction import atomic


def section(name):
    print("--", name)


class Pair:
    def __init__(self):
        self.a = self.b = 0
        self.items = []
        self.table = {}


pair = Pair()


def whole():
    return pair.a == pair.b and len(pair.items) == len(pair.table)


def change(at, reason):
    pair.a += 1
    pair.items.append(at)
    if reason is not None:
        reason()
    pair.table[at] = at
    pair.b += 1


section("recursion errors")


def endless():
    return endless() + 1


for n in range(3):
    try:
        with atomic(rollback=True):
            change(n, endless)
    except RecursionError:
        pass
print(whole(), pair.a)

section("memory errors")
for n in range(3):
    try:
        with atomic(rollback=True):
            change(n, lambda: bytearray(1 << 60))
    except (MemoryError, OverflowError):
        pass
print(whole(), pair.a)

section("exits of threads")


def leave():
    sys.exit(3)


def exits():
    with atomic(rollback=True):
        change(5, leave)


for n in range(3):
    thread = threading.Thread(target=exits)
    thread.start()
    thread.join()
print(whole(), pair.a)

section("interruptions")


def interrupt():
    os.kill(os.getpid(), signal.SIGUSR1)


class Interrupted(Exception):
    pass


def handler(number, frame):
    global delivered
    delivered += 1
    raise Interrupted


signal.signal(signal.SIGUSR1, handler)
interrupted = delivered = 0
inside = False


def poke():
    global inside
    for n in range(20):
        # Not before the main thread has dealt with the last one and is where it can take it. (An
        # exception may end in some callback of a weak reference: those do not count.)
        while delivered < n:
            time.sleep(0.001)
        inside = False
        while not inside:
            time.sleep(0.001)
        time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGUSR1)


poker = threading.Thread(target=poke)
poker.start()
poked = False
number = 100
while not poked:
    try:
        while poker.is_alive() or delivered < 20:
            inside = True
            number += 1
            with atomic:
                change(number, None)
                for _ in range(200):
                    pass
        poked = True
    except Interrupted:
        interrupted += 1
poker.join()
print(whole(), interrupted > 0)

section("Ctrl-C")
signal.signal(signal.SIGINT, signal.default_int_handler)


ready = []


def press():
    while not ready:
        time.sleep(0.001)
    time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)


pair = Pair()
before = pair.a
presser = threading.Thread(target=press)
presser.start()
try:
    ready.append(1)
    with atomic:
        change(-1, None)
        while True:
            pass
except KeyboardInterrupt:
    print("interrupted", whole(), pair.a == before)
presser.join()
change(1, None)

section("collections")
for n in range(20):
    try:
        with atomic(rollback=True):
            garbage = [[m] * 20 for m in range(300)]
            pair.items = [[m] for m in range(100)]
            pair.table = {m: [m] for m in range(100)}
            if n % 5 == 0:
                gc.collect()
            raise KeyError
    except KeyError:
        pass
gc.collect()
print(whole(), type(pair.items[0]) is int)

section("finalisers")
finalised = []


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        finalised.append(self.name)


try:
    with atomic(rollback=True):
        for n in range(10):
            Dies("undone")
        raise KeyError
except KeyError:
    pass
gc.collect()
print(finalised)
with atomic:
    Dies("kept")
gc.collect()
gc.collect()
print(finalised)
thing = Dies("thing")
reference = weakref.ref(thing)
try:
    with atomic(rollback=True):
        thing = None
        raise KeyError
except KeyError:
    pass
gc.collect()
print(reference() is not None, thing.name, finalised)

section("random numbers and iterators come back")
source = random.Random(5)
first = source.getstate()
iterator = iter(range(10))
try:
    with atomic(rollback=True):
        [source.random() for _ in range(700)]
        [next(iterator) for _ in range(5)]
        raise KeyError
except KeyError:
    pass
print(source.getstate() == first, next(iterator))

section("classes")


class Base:
    n = 1

    def method(self):
        return "old"


class Derived(Base):
    pass


thing = Derived()
for _ in range(3):
    thing.method()


def redefine():
    Base.method = lambda self: "new"
    Base.n = 2
    Base.extra = 3
    Derived.__len__ = lambda self: 7
    del Base.extra
    assert thing.method() == "new" and len(thing) == 7 and thing.n == 2


try:
    with atomic(rollback=True):
        redefine()
        raise KeyError
except KeyError:
    print(thing.method(), Base.n, hasattr(Derived, "__len__"))
try:
    with atomic(rollback=True):
        class Another(Base):
            pass
        thing.__class__ = Base
        raise KeyError
except KeyError:
    print(type(thing).__name__, "Another" in globals())
