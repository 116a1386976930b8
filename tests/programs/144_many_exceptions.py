"""However often an exception leaves a frame: nothing of it stays on the stack."""

import sys
import threading

TIMES = 120_000


def fail():
    raise KeyError


class Broken:
    def __init__(self):
        raise ValueError


class Guard:
    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return exception[0] is KeyError


def cleanly():
    try:
        fail()
    finally:
        pass


def again():
    try:
        fail()
    except KeyError:
        raise


def numbers():
    yield 1
    raise KeyError


def exhausted():
    for _ in numbers():
        pass


def native():
    [].pop()


def through_native():
    list(map(lambda _: fail(), (1,)))


def missing():
    fail.nothing


def starred():
    fail(*(), **{})


def made():
    Broken()


def delegated():
    def inner():
        yield from numbers()
    for _ in inner():
        pass


def guarded():
    with Guard():
        fail()
    raise KeyError


def repeat(function, times=TIMES):
    caught = 0
    for _ in range(times):
        try:
            function()
        except Exception:
            caught += 1
    return caught == times


def awaited(times=TIMES):
    async def failing():
        raise KeyError

    async def main():
        caught = 0
        for _ in range(times):
            try:
                await failing()
            except KeyError:
                caught += 1
        return caught

    try:
        main().send(None)
    except StopIteration as stop:
        return stop.value == times


FUNCTIONS = (fail, cleanly, again, exhausted, native, through_native, missing, starred, made, delegated, guarded)

for function in FUNCTIONS:
    print(function.__name__, repeat(function))
print("awaited", awaited())

# Followed step by step, by a trace function and by a profiler.
events = 0


def follow(frame, event, argument):
    global events
    events += 1
    return follow


for attach in (sys.settrace, sys.setprofile):
    for function in FUNCTIONS:
        attach(follow)
        right = repeat(function, 30_000)
        attach(None)
        print(attach.__name__, function.__name__, right, events > 60_000)
        events = 0

# On a small stack.
threading.stack_size(256 * 1024)
results = []
thread = threading.Thread(target=lambda: results.extend(map(repeat, FUNCTIONS)))
thread.start()
thread.join()
print("thread", results)
