import concurrent.futures as cf, threading, time
def square(x):
    return x * x
def fails(x):
    raise ValueError(f"bad {x}")
with cf.ThreadPoolExecutor(max_workers=4) as pool:
    futures = [pool.submit(square, i) for i in range(10)]
    print([f.result() for f in futures], list(pool.map(square, range(5))), all(f.done() for f in futures))
    f = pool.submit(fails, 1)
    try:
        f.result()
    except ValueError as error:
        print(error, repr(f.exception()), f.done(), f.cancelled())
    try:
        list(pool.map(fails, [2, 3]))
    except ValueError as error:
        print(error)
    print(sorted(f.result() for f in cf.as_completed([pool.submit(square, i) for i in range(5)])))
    done, not_done = cf.wait([pool.submit(square, i) for i in range(3)])
    print(len(done), len(not_done))
    gate = threading.Event()
    narrow = cf.ThreadPoolExecutor(1)
    blocked = narrow.submit(gate.wait)
    while not blocked.running():
        time.sleep(0.001)
    waiting = narrow.submit(square, 3)
    print(waiting.cancel(), waiting.cancelled(), blocked.cancel())
    try:
        waiting.result()
    except cf.CancelledError as error:
        print("CancelledError")
    try:
        blocked.result(timeout=0.01)
    except TimeoutError:
        print("TimeoutError")
    gate.set()
    narrow.shutdown()
    called = []
    f = pool.submit(square, 9)
    f.result()
    f.add_done_callback(lambda f: called.append(f.result()))
    print(called)
    first = cf.wait([pool.submit(square, 1), pool.submit(fails, 1)], return_when=cf.ALL_COMPLETED)
    print(len(first.done))
try:
    pool.submit(square, 1)
except RuntimeError as error:
    print(error)
f = cf.Future()
f.set_result("by hand")
print(f.result(), f.done())
try:
    f.set_result(1)
except cf.InvalidStateError as error:
    print("InvalidStateError")
def nested(pool, n):
    return n if n == 0 else n + pool.submit(nested, pool, n - 1).result()
with cf.ThreadPoolExecutor(8) as pool:
    print(nested(pool, 5))
names = []
with cf.ThreadPoolExecutor(2, thread_name_prefix="w", initializer=lambda: names.append(threading.current_thread().name)) as pool:
    list(pool.map(lambda _: time.sleep(0.002), range(6)))
print(sorted(names)[0])
def total(chunk):
    return sum(i * i for i in chunk)
with cf.ThreadPoolExecutor() as pool:
    print(sum(pool.map(total, [range(i, i + 1000) for i in range(0, 20000, 1000)])) == total(range(20000)))
