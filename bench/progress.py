"""Whether atomic blocks that fight get on: one counter for many threads, a long block among short ones.

Usage: orochi bench/progress.py [--threads 64] [--seconds 10]

The shares are the least and the greatest of any thread's, of the fair one.
"""

import argparse
import threading
import time

from transaction import atomic

lock = threading.Lock()


class Counter:
    def __init__(self):
        self.n = 0


def fight(threads, seconds, add):
    """(increments a second, least share, greatest share)"""
    counter, counts, stop = Counter(), [0] * threads, []
    ready = threading.Barrier(threads + 1)

    def run(me):
        ready.wait()
        done = 0
        while not stop:
            add(counter)
            done += 1
        counts[me] = done

    team = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for thread in team:
        thread.start()
    ready.wait()
    begin = time.perf_counter()
    time.sleep(seconds)
    stop.append(True)
    for thread in team:
        thread.join()
    lasted = time.perf_counter() - begin
    assert counter.n == sum(counts), (counter.n, sum(counts))
    fair = counter.n / threads
    return counter.n / lasted, min(counts) / fair, max(counts) / fair


def add_in_block(counter):
    with atomic:
        counter.n += 1


def add_under_lock(counter):
    with lock:
        counter.n += 1


def long_among_short(size, storms, seconds):
    """Seconds that each block over `size` objects takes while others change them one by one."""
    things = [Counter() for _ in range(size)]
    stop, short = [], [0] * storms

    def storm(me):
        at = me
        while not stop:
            at = (at * 7 + 11) % size
            with atomic:
                things[at].n += 1
            short[me] += 1

    def walk():
        with atomic:
            total = 0
            for thing in things:
                total += thing.n
                thing.n += 1
        return total

    begin = time.perf_counter()
    walk()
    alone = time.perf_counter() - begin
    team = [threading.Thread(target=storm, args=(n,)) for n in range(storms)]
    for thread in team:
        thread.start()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        walk()
        times.append(time.perf_counter() - begin)
    stop.append(True)
    for thread in team:
        thread.join()
    assert sum(thing.n for thing in things) == sum(short) + size * (len(times) + 1)
    return alone, times, sum(short) / seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    for name, add in (("atomic blocks", add_in_block), ("one lock", add_under_lock)):
        rate, least, most = fight(options.threads, options.seconds, add)
        print(f"one counter, {options.threads} threads, {name}: {rate:,.0f} a second, "
              f"shares {least:.2f} to {most:.2f}")
    for storms in (1, 8):
        alone, times, short = long_among_short(20_000, storms, options.seconds / 2)
        print(f"blocks over 20,000 objects among {storms} threads of short ones: {len(times)} done, "
              f"{sum(times) / len(times) * 1e3:.1f} ms each, {max(times) * 1e3:.1f} ms at most "
              f"(alone {alone * 1e3:.1f}); {short:,.0f} short ones a second")


if __name__ == "__main__":
    main()
