# timeout: 120
import threading, time
results = []
def work(n, factor=1):
    results.append(n * factor)
threads = [threading.Thread(target=work, args=(i,), kwargs={"factor": 10}) for i in range(5)]
for t in threads: t.start()
for t in threads: t.join()
print(sorted(results))
t = threading.Thread(target=work, args=(1,), name="named")
print(t.name, t.is_alive(), t.ident, t.daemon, threading.current_thread().name, threading.main_thread() is threading.current_thread())
t.start(); t.join(); t.join(timeout=1)
print(t.is_alive(), t.ident is not None, threading.active_count(), threading.enumerate() == [threading.main_thread()])
for bad in (lambda: t.start(), lambda: threading.Thread(target=work).join(), lambda: threading.current_thread().join()):
    try:
        bad()
    except RuntimeError as error:
        print(error)
class Mine(threading.Thread):
    def __init__(self, n):
        super().__init__()
        self.n = n
    def run(self):
        self.result = sum(range(self.n))
m = Mine(1000)
m.start(); m.join()
print(m.result)
def outer():
    inner = threading.Thread(target=results.append, args=("from inner",))
    inner.start(); inner.join()
o = threading.Thread(target=outer)
o.start(); o.join()
print(results[-1])
def slow():
    release.wait()
release = threading.Event()
s = threading.Thread(target=slow)
s.start()
s.join(timeout=0.05)
print(s.is_alive())
release.set(); s.join()
print(s.is_alive())
timer = threading.Timer(0.02, results.append, args=("timer",))
timer.start(); timer.join()
cancelled = threading.Timer(10, results.append, args=("never",))
cancelled.start(); cancelled.cancel(); cancelled.join()
print(results[-1])
many = [threading.Thread(target=lambda: None) for _ in range(500)]
for t in many: t.start()
for t in many: t.join()
print(threading.active_count(), len({t.ident for t in many}) >= 1)
def compute(index, out):
    total = 0
    for i in range(20000):
        total += i * i % 7
    out[index] = total
out = [None] * 8
threads = [threading.Thread(target=compute, args=(i, out)) for i in range(8)]
for t in threads: t.start()
for t in threads: t.join()
print(len(set(out)), out[0])
print(threading.get_ident() == threading.current_thread().ident, threading.get_native_id() > 0, threading.stack_size())
gate = threading.Event()
live = [threading.Thread(target=gate.wait) for _ in range(1000)]
for t in live: t.start()
print(threading.active_count())
gate.set()
for t in live: t.join()
print(threading.active_count())
