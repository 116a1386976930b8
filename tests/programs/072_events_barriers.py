import threading, time
e = threading.Event()
print(e.is_set(), e.wait(0.01))
log = []
def waiter(n):
    e.wait()
    log.append(n)
threads = [threading.Thread(target=waiter, args=(i,)) for i in range(4)]
for t in threads: t.start()
print(log)
e.set()
for t in threads: t.join()
print(sorted(log), e.is_set(), e.wait(), e.clear(), e.is_set())
barrier = threading.Barrier(3, action=lambda: log.append("action"))
log.clear()
order = []
def meets(n):
    for step in range(3):
        order.append((step, n))
        index = barrier.wait()
        if index == 0:
            log.append(("leader", step))
        barrier.wait()
threads = [threading.Thread(target=meets, args=(i,)) for i in range(3)]
for t in threads: t.start()
for t in threads: t.join()
print([step for step, _ in order], log.count("action"), sorted(x for x in log if x != "action"), barrier.parties, barrier.n_waiting, barrier.broken)
broken = threading.Barrier(2)
def gives_up():
    try:
        broken.wait(timeout=0.02)
    except threading.BrokenBarrierError:
        log.append("broken")
t = threading.Thread(target=gives_up)
t.start(); t.join()
print(log[-1], broken.broken)
try:
    broken.wait()
except threading.BrokenBarrierError as error:
    print("still broken")
broken.reset()
print(broken.broken)
broken.abort()
print(broken.broken)
ping, pong = threading.Event(), threading.Event()
talk = []
def player(mine, theirs, word):
    for _ in range(5):
        mine.wait(); mine.clear()
        talk.append(word)
        theirs.set()
threads = [threading.Thread(target=player, args=(ping, pong, "ping")), threading.Thread(target=player, args=(pong, ping, "pong"))]
for t in threads: t.start()
ping.set()
for t in threads: t.join()
print(talk)
