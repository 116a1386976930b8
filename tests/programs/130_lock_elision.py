# `with lock:` may run without taking the lock; nothing of that may show. Run as it is, with
# -X lock_elision=always and with -X lock_elision=off, all of which print the same.
import gc
import os
import sys
import threading
import time
import transaction
from transaction import atomic


def section(name):
    print("--", name)


def together(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


lock, recursive = threading.Lock(), threading.RLock()

section("what a section sees of its lock")
with lock:
    print(lock.locked(), lock.acquire(False), lock.acquire(timeout=0.01), "locked" in repr(lock))
print(lock.locked(), "unlocked" in repr(lock))
with lock:
    print(lock.acquire(blocking=False), transaction.is_atomic())
with recursive:
    print(recursive._is_owned(), recursive._recursion_count())
    with recursive:
        print(recursive._recursion_count(), recursive.acquire(), recursive._recursion_count())
        recursive.release()
    print(recursive._recursion_count())
print(recursive._is_owned(), recursive._recursion_count())
with recursive:
    print(repr(recursive)[:8], "count=1" in repr(recursive))

section("given back and taken within")
with lock:
    lock.release()
    print(lock.locked())
    lock.acquire()
    print(lock.locked())
try:
    with lock:
        lock.release()
except RuntimeError as error:
    print(error)
print(lock.locked())

section("exceptions")
seen = []
try:
    with lock:
        seen.append("kept")
        raise KeyError("out")
except KeyError as error:
    print(seen, error, lock.locked())


def leaves():
    for n in range(10):
        with lock, recursive:
            if n == 1:
                continue
            if n == 3:
                break
            seen.append(n)
    with lock:
        return len(seen)


print(leaves(), seen, lock.locked())

section("input and output")
reader, writer = os.pipe()
with lock:
    seen.append("before")
    os.write(writer, b"x")
    seen.append("after")
    print(lock.locked(), os.read(reader, 1))
print(seen[-2:])

section("generators")


def numbers():
    for n in range(3):
        with lock:
            yield n, lock.locked()


print(list(numbers()), lock.locked())
half = numbers()
print(next(half), lock.locked())
half.close()
print(lock.locked())


def inner():
    with recursive:
        yield recursive._is_owned()


with lock:
    running = inner()
    print(next(running), recursive._is_owned())
print(recursive._is_owned(), lock.locked())
print(next(running, "end"), recursive._is_owned())

section("by hand and by proxy")
from contextlib import ExitStack

with ExitStack() as stack:
    stack.enter_context(lock)
    print(lock.locked())
print(lock.locked())
with lock:
    stack = ExitStack()
    print(stack.enter_context(recursive), recursive._is_owned())
print(recursive._is_owned())
stack.close()
print(recursive._is_owned())


class Borrowed:
    __enter__ = lock.__enter__

    def __exit__(self, *exc_info):
        print("left", lock.locked())


with Borrowed():
    pass
lock.release()


class Named(threading.RLock().__class__):
    def __exit__(self, *exc_info):
        print("not given back")


named = Named()
with named:
    pass
print(named._is_owned())
named.release()

section("a flag that somebody else sets")
flag, waiting = [], []


def wait_for_flag():
    with lock:
        waiting.append(1)
        while not flag:
            pass
        waiting.append(lock.locked())


def set_flag():
    time.sleep(0.02)
    flag.append("set")


together(wait_for_flag, set_flag)
print(waiting)

section("conditions")
condition, items, got = threading.Condition(lock), [], []


def consume():
    for _ in range(50):
        with condition:
            while not items:
                condition.wait()
            got.append(items.pop(0))


def produce():
    for n in range(50):
        with lock:
            items.append(n)
            condition.notify()


together(consume, produce)
print(got == list(range(50)))
owned = threading.Condition(recursive)
turns = []


def take_turns(me):
    def run():
        for n in range(30):
            with recursive:
                with owned:
                    while len(turns) % 2 != me:
                        owned.wait()
                    turns.append(me)
                    owned.notify_all()
    return run


together(take_turns(0), take_turns(1))
print(turns == [0, 1] * 30)

section("blocks within sections, sections within blocks")
box = [0]
with lock:
    with atomic:
        box[0] += 1
        print(transaction.is_atomic())
    print(transaction.is_atomic(), lock.locked())
    try:
        with atomic(rollback=True):
            box[0] += 10
            raise ValueError
    except ValueError:
        print(box)
with atomic:
    with lock:
        box[0] += 1
        print(lock.locked())
    print(lock.locked())
print(box, lock.locked())
with lock:
    for function in (transaction.retry, transaction.abort):
        try:
            function()
        except RuntimeError as error:
            print(error)

section("many threads, one counter")
count, parts = 0, {n: 0 for n in range(8)}


def add(me):
    def run():
        global count
        for n in range(1500):
            with lock:
                old = count
                parts[me] += 1
                count = old + 1
    return run


together(*[add(me) for me in range(8)])
print(count, set(parts.values()))

section("some take it, some do not")
pair, wrong = [0, 0], []


def move(n):
    for _ in range(1200):
        with lock:
            pair[0] += 1
            pair[1] -= 1


def move_taking(n):
    for _ in range(400):
        lock.acquire()
        try:
            pair[0] += 1
            if sum(pair) != 1:
                wrong.append(tuple(pair))
            pair[1] -= 1
        finally:
            lock.release()


def watch():
    for _ in range(300):
        with lock:
            if sum(pair):
                wrong.append(tuple(pair))
        if lock.acquire(False):
            if sum(pair):
                wrong.append(tuple(pair))
            lock.release()


def move_writing():
    for n in range(100):
        with lock:
            pair[0] += 1
            os.write(writer, b"y")
            if sum(pair) != 1:
                wrong.append(tuple(pair))
            os.read(reader, 1)
            pair[1] -= 1


together(*[lambda: move(1)] * 4, lambda: move_taking(1), watch, move_writing)
print(pair, wrong)

section("two locks, nested")
first, second = threading.Lock(), threading.RLock()
sums = [0, 0]


def nested():
    for n in range(800):
        with first:
            sums[0] += 1
            with second:
                sums[1] += 1
                if n % 100 == 0:
                    time.sleep(0)


def only_second():
    for n in range(800):
        with second:
            sums[1] += 1


together(nested, nested, only_second, only_second)
print(sums, first.locked(), second._is_owned())

section("not undone by half")


class Finalised:
    def __del__(self):
        seen.append("finalised")


seen.clear()
with lock:
    Finalised()
    gc.collect()
    print(seen)
with lock:
    thread = threading.Thread(target=seen.append, args=("thread",))
    thread.start()
    thread.join()
    print(seen)

section("dead ends")
blocked = threading.Lock()
with blocked:
    print(blocked.acquire(timeout=0.05))
print(blocked.acquire(False))
blocked.release()

section("interrupted")
import signal

if hasattr(signal, "setitimer"):
    def handler(number, frame):
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with lock:
            seen.append("begun")
            while True:
                pass
    except KeyboardInterrupt:
        print("interrupted", seen[-1], lock.locked())
    signal.signal(signal.SIGALRM, previous)

section("forked")


def spin():
    while not done:
        with lock:
            pair[0] += 1
            pair[1] -= 1


done = []
threads = [threading.Thread(target=spin) for _ in range(2)]
for thread in threads:
    thread.start()
time.sleep(0.02)
import warnings
warnings.simplefilter("ignore")
for _ in range(5):
    with lock:
        child = os.fork()
        if child == 0:
            os._exit(0 if sum(pair) == 0 and lock.locked() else 1)
    print(os.waitpid(child, 0)[1])
done.append(1)
for thread in threads:
    thread.join()
print(sum(pair), lock.locked())
