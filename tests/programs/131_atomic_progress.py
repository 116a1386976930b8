# Nobody starves: a crowd at one counter, and long blocks among a storm of short ones.
import threading
import time
from transaction import atomic, retry


class Counter:
    def __init__(self):
        self.n = 0


counter, counts, stop = Counter(), [0] * 64, []


def count(me):
    def run():
        while not stop:
            with atomic:
                counter.n += 1
            counts[me] += 1
    return run


threads = [threading.Thread(target=count(me)) for me in range(64)]
for thread in threads:
    thread.start()
end = time.monotonic() + 30
while min(counts) == 0 and time.monotonic() < end:
    time.sleep(0.05)
stop.append(True)
for thread in threads:
    thread.join()
print(min(counts) > 0, counter.n == sum(counts))

things, short, stop = [Counter() for _ in range(3000)], [0] * 8, []


def storm(me):
    def run():
        at = me
        while not stop:
            at = (at * 7 + 11) % len(things)
            with atomic:
                things[at].n += 1
            short[me] += 1
    return run


threads = [threading.Thread(target=storm(me)) for me in range(8)]
for thread in threads:
    thread.start()
end, done = time.monotonic() + 30, 0
while done < 20 and time.monotonic() < end:
    with atomic:
        for thing in things:
            thing.n += 1
    done += 1
stop.append(True)
for thread in threads:
    thread.join()
print(done, sum(thing.n for thing in things) == sum(short) + done * len(things), min(short) > 0)

# A block that sleeps until something changes does not keep others from changing it, at the same `with`.
slots = [0] * 9


def step(function, *arguments):
    with atomic:
        return function(*arguments)


def pass_on(me):
    if slots[me] == 0:
        retry()
    slots[me] -= 1
    slots[me + 1] += 1


def rounds(me):
    for _ in range(40):
        step(pass_on, me)


def feed():
    slots[0] += 1


threads = [threading.Thread(target=rounds, args=(me,)) for me in range(8)]
for thread in threads:
    thread.start()
for _ in range(40):
    step(feed)
for thread in threads:
    thread.join()
print(slots)
