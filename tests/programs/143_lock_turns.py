# timeout: 60
# Dense uses, timeouts, holders that sleep, re-entrance and conditions on the same locks: nothing is lost, and
# nobody waits for ever.
import random
import threading
import time

lock, again, condition = threading.Lock(), threading.RLock(), threading.Condition()


class Sums:
    locked = nested = notified = 0


def mixture(threads, seconds):
    """Whether all that threads have added is there."""
    sums, stop = Sums(), []
    done = [[0, 0, 0] for _ in range(threads)]

    def run(me):
        rng, mine = random.Random(me), done[me]
        while not stop:
            kind = rng.randrange(8)
            if kind < 3:
                for _ in range(rng.choice((1, 10, 3000, 60000))):
                    with lock:
                        sums.locked += 1
                    mine[0] += 1
            elif kind == 3:
                if lock.acquire(timeout=rng.choice((0.0001, 0.001, 0.003, 0.02))):
                    sums.locked += 1
                    mine[0] += 1
                    if rng.random() < 0.2:
                        time.sleep(0.002)
                    lock.release()
            elif kind == 4:
                for _ in range(rng.choice((1, 2000))):
                    with again, again:
                        sums.nested += 1
                    mine[1] += 1
            elif kind == 5:
                if lock.acquire(False):
                    sums.locked += 1
                    mine[0] += 1
                    lock.release()
            elif kind == 6:
                with condition:
                    sums.notified += 1
                    mine[2] += 1
                    condition.notify()
                    condition.wait(0.001)
            else:
                with lock:
                    time.sleep(0.0005)
                    sums.locked += 1
                mine[0] += 1

    team = [threading.Thread(target=run, args=(me,)) for me in range(threads)]
    for thread in team:
        thread.start()
    time.sleep(seconds)
    stop.append(True)
    for thread in team:
        thread.join(20)
    if any(thread.is_alive() for thread in team):
        return "some wait for ever"
    return [sums.locked, sums.nested, sums.notified] == [sum(each) for each in zip(*done)]


for threads in 2, 3, 8, 30:
    print(threads, mixture(threads, 0.4))
