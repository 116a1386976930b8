import sys, threading, _thread, signal, time, os
caught = []
def hook(args):
    caught.append((args.exc_type.__name__, str(args.exc_value), args.thread.name, args.exc_traceback is not None))
threading.excepthook = hook
def fails():
    raise ValueError("in thread")
t = threading.Thread(target=fails, name="failing")
t.start(); t.join()
print(caught)
def exits():
    sys.exit(3)
t = threading.Thread(target=exits)
t.start(); t.join()
print(len(caught), "SystemExit in a thread ends that thread only")
threading.excepthook = threading.__excepthook__
import io
err, sys.stderr = sys.stderr, io.StringIO()
t = threading.Thread(target=fails, name="T1")
t.start(); t.join()
text, sys.stderr = sys.stderr.getvalue(), err
lines = text.splitlines()
print(lines[0], lines[1], lines[-1], sep="\n")
def isolated(n):
    try:
        raise KeyError(n)
    except KeyError:
        time.sleep(0.001)
        results.append(sys.exc_info()[1].args[0] == n)
results = []
threads = [threading.Thread(target=isolated, args=(i,)) for i in range(10)]
for t in threads: t.start()
for t in threads: t.join()
print(all(results), sys.exc_info())
def recursion():
    def f(): return f()
    try:
        f()
    except RecursionError:
        results.append("RecursionError")
t = threading.Thread(target=recursion)
t.start(); t.join()
print(results[-1])
got = []
def handler(number, frame):
    got.append((number == signal.SIGUSR1, threading.current_thread() is threading.main_thread()))
signal.signal(signal.SIGUSR1, handler)
threading.Thread(target=lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
deadline = time.monotonic() + 5
while not got and time.monotonic() < deadline:
    pass
print(got)
def compute():
    while not stop:
        sum(range(100))
stop = False
workers = [threading.Thread(target=compute) for _ in range(4)]
for t in workers: t.start()
def interrupt(how):
    # Not before the main thread is where it can take it, however slowly it gets there.
    ready = threading.Event()
    def press():
        ready.wait()
        time.sleep(0.05)
        how()
    threading.Thread(target=press).start()
    return ready
ready = interrupt(_thread.interrupt_main)
try:
    ready.set()
    while True:
        sum(range(100))
except KeyboardInterrupt:
    print("KeyboardInterrupt while all threads compute")
stop = True
for t in workers: t.join()
ready = interrupt(lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    ready.set()
    time.sleep(10)
except KeyboardInterrupt:
    print("KeyboardInterrupt in sleep")
lock = threading.Lock()
lock.acquire()
ready = interrupt(lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    ready.set()
    lock.acquire()
except KeyboardInterrupt:
    print("KeyboardInterrupt in a lock")
print("end")
