import sys, threading, time
local = threading.local()
local.value = "main"
seen = []
def work(n):
    seen.append(hasattr(local, "value"))
    local.value = n
    time.sleep(0.001)
    seen.append(local.value == n)
threads = [threading.Thread(target=work, args=(i,)) for i in range(5)]
for t in threads: t.start()
for t in threads: t.join()
print(seen.count(False), seen.count(True), local.value, local.__dict__)
class Local(threading.local):
    default = "class"
    def __init__(self, start):
        self.n = start
l = Local(5)
def bump():
    l.n += 1
    out.append(l.n)
out = []
threads = [threading.Thread(target=bump) for _ in range(3)]
for t in threads: t.start()
for t in threads: t.join()
print(out, l.n, l.default)
del local.value
try:
    local.value
except AttributeError:
    print("AttributeError")
import contextvars
var = contextvars.ContextVar("var", default="default")
var.set("main")
def reads():
    out.append(var.get())
out.clear()
t = threading.Thread(target=contextvars.copy_context().run, args=(reads,))
t.start(); t.join()
print(out)
token = var.set("new")
var.reset(token)
print(var.get())
def forever():
    while True:
        time.sleep(0.001)
def spins():
    while True:
        pass
d = threading.Thread(target=forever, daemon=True)
d.start()
threading.Thread(target=spins, daemon=True).start()
print(d.daemon, d.is_alive())
try:
    d.daemon = False
except RuntimeError as error:
    print(error)
import atexit
atexit.register(print, "atexit runs")
def not_daemon():
    time.sleep(0.05)
    print("non-daemon thread is waited for")
threading.Thread(target=not_daemon).start()
print("main ends")
