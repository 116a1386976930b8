# Atomic blocks of several threads, plain code among them: sums that must hold whenever anybody looks.
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


class Account:
    def __init__(self, amount):
        self.amount = amount


section("one counter")
counter = [0]


def count():
    for _ in range(2000):
        with atomic:
            value = counter[0]
            counter[0] = value + 1


together(*[count] * 8)
print(counter)

section("a bank, and an auditor")
accounts = [Account(100) for _ in range(20)]
stop, wrong, audits = [False], [], [0]


def transfer(seed):
    def run():
        at = seed
        for n in range(1500):
            at = (at * 7 + 3) % 20
            to = (at * 11 + n) % 20
            with atomic:
                accounts[at].amount -= 5
                accounts[to].amount += 5
    return run


def audit_by_block():
    while not stop[0]:
        with atomic:
            total = sum(account.amount for account in accounts)
        if total != 2000:
            wrong.append(total)
        audits[0] += 1


auditor = threading.Thread(target=audit_by_block)
auditor.start()
together(*[transfer(n) for n in range(4)])
stop[0] = True
auditor.join()
print(sum(account.amount for account in accounts), wrong, audits[0] > 0)

section("plain code sees no block half done")
pair = {"a": 0, "b": 0}
stop, torn = [False], []


def change():
    for n in range(1500):
        with atomic:
            pair["a"] = n
            for _ in range(5):
                pass
            pair["b"] = n
            pair["c"] = n
            del pair["c"]


def look():
    while not stop[0]:
        # One operation of plain code.
        a, b = tuple(pair.copy().values())[:2]
        if a != b or len(pair) != 2:
            torn.append((a, b))


looker = threading.Thread(target=look)
looker.start()
together(change, change)
stop[0] = True
looker.join()
print(torn[:3], pair["a"] == pair["b"])

section("moving between containers")
left, right = list(range(50)), []
stop, lost = [False], []


def move(source, target):
    def run():
        for _ in range(1500):
            with atomic:
                if source:
                    target.append(source.pop())
    return run


def check():
    while not stop[0]:
        with atomic:
            items = sorted(left + right)
        if items != list(range(50)):
            lost.append(items)


checker = threading.Thread(target=check)
checker.start()
together(move(left, right), move(right, left), move(left, right))
stop[0] = True
checker.join()
print(len(lost), sorted(left + right) == list(range(50)))

section("a long block among short ones")
hot = Account(0)
done = []


def short():
    while not done:
        with atomic:
            hot.amount += 1


def long():
    with atomic:
        before = hot.amount
        total = 0
        for n in range(30000):
            total += n
        done.append(hot.amount == before)


together(short, short, long)
print(done)

section("inner blocks undone among threads")
log = []


def undo_inner(name):
    def run():
        for n in range(300):
            with atomic:
                hot.amount = n
                try:
                    with atomic(rollback=True):
                        hot.amount = -1
                        log.append(name)
                        raise KeyError
                except KeyError:
                    pass
                assert hot.amount == n
    return run


together(undo_inner("a"), undo_inner("b"))
print(log, hot.amount)

section("locks in blocks")
lock = threading.Lock()
holder = []


def with_lock():
    for _ in range(200):
        with lock:
            holder.append(1)
            holder.pop()


def block_and_lock():
    for _ in range(200):
        with atomic:
            with lock:
                holder.append(1)
                holder.pop()


together(with_lock, block_and_lock, with_lock, block_and_lock)
print(holder, lock.locked())
lock.acquire()
with atomic:
    lock.release()
    print(lock.locked(), lock.acquire(blocking=False), lock.locked())
print(lock.locked())
try:
    with atomic(rollback=True):
        lock.release()
        raise KeyError
except KeyError:
    print(lock.locked())
lock.release()
with atomic:
    lock.acquire()
    try:
        lock.acquire()
    except RuntimeError as error:
        print(error)
    lock.release()
print(lock.locked())
rlock = threading.RLock()
with atomic:
    with rlock, rlock:
        print(rlock._recursion_count())
print(rlock._recursion_count())

section("waiting for a lock happens outside")
lock.acquire()
started = []


def wait_for_lock():
    with atomic:
        started.append(1)
        with lock:
            started.append(2)


thread = threading.Thread(target=wait_for_lock)
thread.start()
time.sleep(0.05)
print(started)
lock.release()
thread.join()
print(started)

section("printing in blocks")


def printing(n):
    def run():
        for _ in range(3):
            with atomic:
                counter[0] += 1
                lines.append(f"{n}")
    return run


lines = []
together(*[printing(n) for n in range(4)])
print(sorted(lines))
with atomic:
    print("from inside", transaction.is_atomic())

section("a queue of tasks")
queue = transaction.TransactionQueue()
results = {}


def task(n):
    results[n] = n * n
    if n < 20:
        queue.add(task, n + 100)


for n in range(40):
    queue.add(task, n)
queue.run()
print(len(results), sum(results.values()), queue.number_of_transactions_executed())

steps = []


def stepwise():
    for n in range(4):
        steps.append((n, transaction.is_atomic()))
        yield


queue = transaction.TransactionQueue()
queue.add_generator(stepwise())
queue.run()
print(steps)


def failing():
    raise ZeroDivisionError("in a task")


queue.add(failing)
try:
    queue.run()
except ZeroDivisionError as error:
    print("raised", error)
with atomic:
    try:
        queue.run()
    except transaction.TransactionError as error:
        print(error)

section("map and loops")
print(transaction.map(lambda a, b: a * b, range(10), range(10, 20)))
try:
    transaction.map(lambda n: 1 / n, [3, 2, 1, 0, -1, 0])
except ZeroDivisionError as error:
    print(error)
seen = set()
transaction.parallel_for(range(30), seen.add)
print(len(seen))
progress = []
transaction.parallel_for(range(5), lambda n: None, progress=lambda *at: progress.append(at))
print(progress)
number = transaction.counter(10)
together(*[lambda: [number.add() for _ in range(500)]] * 4)
print(number.value, number)
