"""Threads that take turns on the cores: where each may run is the program's own affair."""

import os
import threading

THREADS = 8
everywhere = os.sched_getaffinity(0)
one = {min(everywhere)}
wrong = []


def compute(mine, rounds=60):
    os.sched_setaffinity(0, mine)
    x = 0
    for _ in range(rounds):
        for i in range(20_000):
            x = (x * 3 + i) & 1023
        if os.sched_getaffinity(0) != mine:
            wrong.append((mine, os.sched_getaffinity(0)))


# More threads than cores, two of which stay on one; and a process made amid the turns inherits what its maker has.
threads = [threading.Thread(target=compute, args=(one if i < 2 else everywhere,)) for i in range(THREADS)]
for thread in threads:
    thread.start()
for _ in range(20):
    if (child := os.fork()) == 0:
        os._exit(os.sched_getaffinity(0) != everywhere)
    if os.waitpid(child, 0)[1]:
        wrong.append("child")
for thread in threads:
    thread.join()
print(wrong, os.sched_getaffinity(0) == everywhere)
