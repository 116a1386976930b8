# Waiting in blocks: until something read changes, or for one of several things.
import threading
import time
import transaction
from transaction import atomic, or_else, retry


def section(name):
    print("--", name)


def start(function, *args):
    thread = threading.Thread(target=function, args=args)
    thread.start()
    return thread


section("a buffer with two ends")
buffer, taken = [], []


def put(item):
    with atomic:
        if len(buffer) >= 2:
            retry()
        buffer.append(item)


def take():
    with atomic:
        if not buffer:
            retry()
        return buffer.pop(0)


def producer():
    for n in range(200):
        put(n)


def consumer():
    for _ in range(100):
        item = take()
        with atomic:
            taken.append(item)


threads = [start(producer), start(consumer), start(consumer)]
for thread in threads:
    thread.join()
print(sorted(taken) == list(range(200)), buffer)

section("nothing of a block that waits remains")


class Flag:
    up = False

    def __init__(self):
        self.up = False
        self.tries = 0


flag, log = Flag(), []


def wait():
    with atomic:
        log.append("began")
        flag.tries += 1
        if not flag.up:
            retry()
        log.append("went on")


thread = start(wait)
time.sleep(0.05)
print(log, flag.tries)
# Plain code wakes it.
flag.up = True
thread.join()
print(log, flag.tries)

section("dicts, sets, globals, class attributes")
table, members, VALUE = {}, set(), 0


def seen(condition, name):
    def run():
        with atomic:
            if not condition():
                retry()
        log.append(name)
    return run


log.clear()
Flag.up = 0
waits = [start(seen(lambda: "key" in table, "dict")), start(seen(lambda: 5 in members, "set")),
         start(seen(lambda: VALUE == 7, "global")), start(seen(lambda: Flag.up, "class"))]
time.sleep(0.05)
print(log)
for thread, change in zip(waits, (lambda: table.update(key=1), lambda: members.add(5),
                                  lambda: globals().update(VALUE=7),
                                  lambda: setattr(Flag, "up", True))):
    change()
    thread.join(5)
    print(log, thread.is_alive())

section("alternatives")
left, right = [], []


def from_left():
    left.append("mark")
    if len(left) < 2:
        retry()
    left.pop()
    return left.pop()


def from_right():
    if not right:
        retry()
    return right.pop()


right.append("r")
print(or_else(from_left, from_right), left, right)
left.append("l")
print(or_else(from_left, from_right), left, right)
print(or_else(from_left, lambda: "neither"), left)
results = []
thread = start(lambda: results.append(or_else(from_left, from_right)))
time.sleep(0.05)
print(results)
with atomic:
    right.append("later")
thread.join()
print(results, left, right)


def fails():
    left.append("kept")
    raise KeyError("as from any block")


try:
    or_else(fails, from_right)
except KeyError as error:
    print(error, left)
left.clear()

section("nested alternatives")


def inner():
    return or_else(from_left, from_right)


print(or_else(inner, lambda: "outer"))

section("errors")
try:
    retry()
except RuntimeError as error:
    print(error)
try:
    or_else()
except TypeError as error:
    print(error)
