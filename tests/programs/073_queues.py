import queue, threading, time
q = queue.Queue(maxsize=2)
q.put(1); q.put_nowait(2)
print(q.full(), q.qsize(), q.empty(), q.maxsize)
for bad in (lambda: q.put_nowait(3), lambda: q.put(3, timeout=0.01), lambda: q.put(3, block=False)):
    try:
        bad()
    except queue.Full:
        print("Full")
print(q.get(), q.get_nowait())
for bad in (lambda: q.get_nowait(), lambda: q.get(timeout=0.01), lambda: q.get(timeout=-1)):
    try:
        bad()
    except (queue.Empty, ValueError) as error:
        print(type(error).__name__)
l, p, s = queue.LifoQueue(), queue.PriorityQueue(), queue.SimpleQueue()
for x in (2, 1, 3):
    l.put(x); p.put((x, "item")); s.put(x)
print([l.get() for _ in range(3)], [p.get() for _ in range(3)], [s.get() for _ in range(3)], s.empty())
def producers_and_consumers(make, producers, consumers, each):
    q, out, lock = make(), [], threading.Lock()
    def produce(n):
        for i in range(each):
            q.put(n * each + i)
    def consume():
        mine = []
        while (item := q.get()) is not None:
            mine.append(item)
        with lock:
            out.extend(mine)
    ps = [threading.Thread(target=produce, args=(n,)) for n in range(producers)]
    cs = [threading.Thread(target=consume) for _ in range(consumers)]
    for t in ps + cs: t.start()
    for t in ps: t.join()
    for _ in cs: q.put(None)
    for t in cs: t.join()
    return sorted(out) == list(range(producers * each))
print(producers_and_consumers(queue.Queue, 4, 4, 1000), producers_and_consumers(lambda: queue.Queue(3), 3, 2, 500), producers_and_consumers(queue.SimpleQueue, 4, 4, 2000))
q = queue.Queue()
done = []
def worker():
    while True:
        item = q.get()
        done.append(item * 2)
        q.task_done()
threading.Thread(target=worker, daemon=True).start()
for i in range(10): q.put(i)
q.join()
print(sorted(done))
try:
    q.task_done()
except ValueError as error:
    print(error)
def order_kept():
    q, out = queue.Queue(5), []
    def consume():
        while (item := q.get()) is not None:
            out.append(item)
    t = threading.Thread(target=consume)
    t.start()
    for i in range(2000): q.put(i)
    q.put(None)
    t.join()
    return out == list(range(2000))
print(order_kept())
