# Transactional containers in blocks that are undone, killed and retried.
import os
import signal
import sys
import threading
import time
from transaction import (
    abort, atomic, bag, counter, hashtable, or_else, queue, retry, stmdict, stmiddict, stmset)


def section(name):
    print("--", name)


table, members, total, log = stmdict(a=1, b=2), stmset("xy"), counter(5), bag("p")
numbers = hashtable()
numbers[1] = "one"


def state():
    return (list(table.items()), len(table), list(members), len(members), total.value, list(log),
            numbers.items(), len(numbers))


def change():
    table["c"] = 3
    table["a"] += 10
    del table["b"]
    table["b"] = 4
    table.setdefault("d", 5)
    table.pop("a")
    members.add("z")
    members.discard("x")
    total.add(7)
    log.append("q")
    log.extend("rs")
    numbers[2] = "two"
    del numbers[1]
    for n in range(100):
        table["many", n] = n
        members.add(n)


before = state()

section("undone by an exception")
for _ in range(3):
    try:
        with atomic(rollback=True):
            change()
            raise KeyError(state())
    except KeyError as raised:
        inside = raised.args[0]
    assert state() == before, state()
print(inside[1], inside[3:5], len(inside[5]), inside[6])

section("undone by abort()")
with atomic:
    change()
    abort()
print(state() == before)

section("an inner block undone")
with atomic:
    table["outer"] = 1
    members.add("outer")
    middle = state()
    try:
        with atomic(rollback=True):
            change()
            del table["outer"]
            raise KeyError
    except KeyError:
        pass
    print(state() == middle)
    del table["outer"]
    members.remove("outer")
print(state() == before)

section("killed")


def endless():
    return endless() + 1


def exhausted():
    return [0] * (1 << 60)


def leave():
    sys.exit(3)


def interrupt():
    while True:
        pass


def press(sleep=time.sleep, kill=os.kill, process=os.getpid()):
    # Looks up nothing, and so needs nothing that the block may have: that never ends by itself.
    sleep(0.02)
    kill(process, 2)


def killed(reason, kind):
    try:
        with atomic(rollback=True):
            change()
            reason()
    except kind:
        return
    raise AssertionError(kind)


signal.signal(signal.SIGINT, signal.default_int_handler)
for reason, kind in ((endless, RecursionError), (exhausted, (MemoryError, OverflowError)),
                     (leave, SystemExit), (interrupt, KeyboardInterrupt)):
    if reason is interrupt:
        presser = threading.Thread(target=press)
        presser.start()
    killed(reason, kind)
    print(reason.__name__, state() == before)
threads = [threading.Thread(target=killed, args=(leave, SystemExit)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("threads", state() == before)

section("effects are kept without rollback")
try:
    with atomic:
        table["kept"] = 1
        total.add(1)
        raise KeyError
except KeyError:
    pass
print(table["kept"], total.value)
del table["kept"]
total.add(-1)

section("waiting for a key")
answers = []


def wait():
    with atomic:
        if "question" not in table:
            retry()
        answers.append(table.pop("question"))


waiter = threading.Thread(target=wait)
waiter.start()
time.sleep(0.02)
table["unrelated"] = 1
del table["unrelated"]
table["question"] = 42
waiter.join()
print(answers, "question" in table)


def wait_for_sum():
    with atomic:
        if total.value < 20 or len(table) < 3:
            retry()
    answers.append("enough")


waiter = threading.Thread(target=wait_for_sum)
waiter.start()
for n in range(15):
    total.add(1)
    time.sleep(0.001)
table["third"] = 3
waiter.join()
print(answers, total.value)


def take(name):
    def attempt():
        if name not in table:
            retry()
        return table.pop(name)
    return attempt


print(or_else(take("nothing"), take("third"), lambda: "neither"), len(table))

section("a queue in blocks")
work, done = queue(), []


def serve():
    while True:
        with atomic:
            item = work.get()
            if item is None:
                return
            done.append(item)
            work.task_done()


server = threading.Thread(target=serve)
server.start()
for n in range(50):
    work.put(n)
try:
    with atomic(rollback=True):
        work.put("never")
        raise KeyError
except KeyError:
    pass
work.join()
work.put(None)
server.join()
print(sorted(done) == list(range(50)))
left, right = queue(), queue()
server = threading.Thread(target=lambda: done.append(or_else(left.get, right.get)))
server.start()
right.put("from the right")
server.join()
print(done[-1])

section("different keys at the same time")
shared, places = stmdict(), stmiddict()
meeting = [object(), object()]


def pass_by(me):
    with atomic:
        for n in range(20):
            shared[me, n] = n
            shared.get((me, "absent", n))
        places[meeting[me]] = me
        total.add(1)
        log.append(me)
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            pass


threads = [threading.Thread(target=pass_by, args=(me,)) for me in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(shared), len(places), shared[0, 19] + shared[1, 19])
