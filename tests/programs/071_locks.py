import threading, time
lock = threading.Lock()
print(lock.acquire(), lock.locked(), lock.acquire(blocking=False), lock.acquire(timeout=0.01), lock.release(), lock.locked())
for bad in (lambda: lock.release(), lambda: lock.acquire(False, 1), lambda: lock.acquire(timeout=-5)):
    try:
        bad()
    except (RuntimeError, ValueError) as error:
        print(type(error).__name__, error)
with lock:
    print(lock.locked())
r = threading.RLock()
with r:
    with r:
        print(r.acquire(blocking=False), r.release())
try:
    r.release()
except RuntimeError as error:
    print(error)
def other_thread_release():
    try:
        r.release()
    except RuntimeError as error:
        print(error)
with r:
    t = threading.Thread(target=other_thread_release)
    t.start(); t.join()
def try_lock():
    print("other thread gets it:", r.acquire(blocking=False))
with r:
    t = threading.Thread(target=try_lock)
    t.start(); t.join()
lock.acquire()
threading.Thread(target=lock.release).start()
print(lock.acquire(timeout=5))
lock.release()
class Counter:
    def __init__(self):
        self.lock, self.n = threading.Lock(), 0
    def bump(self):
        with self.lock:
            n = self.n
            self.n = n + 1
c = Counter()
threads = [threading.Thread(target=lambda: [c.bump() for _ in range(2000)]) for _ in range(8)]
for t in threads: t.start()
for t in threads: t.join()
print(c.n)
condition = threading.Condition()
items, got = [], []
def consumer():
    for _ in range(5):
        with condition:
            while not items:
                condition.wait()
            got.append(items.pop(0))
def producer():
    for i in range(10):
        with condition:
            items.append(i)
            condition.notify()
threads = [threading.Thread(target=consumer) for _ in range(2)] + [threading.Thread(target=producer)]
for t in threads: t.start()
for t in threads: t.join()
print(sorted(got), items)
with condition:
    print(condition.wait(timeout=0.01), condition.wait_for(lambda: False, timeout=0.01), condition.wait_for(lambda: "truth"))
try:
    condition.notify()
except RuntimeError as error:
    print(error)
ready = []
def waiter():
    with condition:
        ready.append(1)
        condition.wait()
threads = [threading.Thread(target=waiter) for _ in range(4)]
for t in threads: t.start()
while len(ready) < 4:
    time.sleep(0.001)
with condition:
    condition.notify_all()
for t in threads: t.join()
print("all woken")
s = threading.Semaphore(2)
print(s.acquire(), s.acquire(), s.acquire(blocking=False), s.acquire(timeout=0.01), s.release(), s.acquire())
b = threading.BoundedSemaphore(1)
try:
    b.release()
except ValueError as error:
    print(error)
active, peak, guard = 0, 0, threading.Lock()
limit = threading.Semaphore(3)
def limited():
    global active, peak
    with limit:
        with guard:
            active += 1
            peak = max(peak, active)
        time.sleep(0.002)
        with guard:
            active -= 1
threads = [threading.Thread(target=limited) for _ in range(12)]
for t in threads: t.start()
for t in threads: t.join()
print(peak <= 3, active)
