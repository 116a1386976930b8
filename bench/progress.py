"""Whether atomic blocks that fight get on: one counter for many threads, a long block among short ones.

Usage: orochi bench/progress.py [--threads 64] [--seconds 10]

The shares are the least and the greatest of any thread's, of the fair one.
"""

import argparse
import functools
import itertools
import threading
import time

import team
from transaction import atomic

lock = threading.Lock()


class Counter:
    def __init__(self):
        self.n = 0


def fight(threads, seconds, add):
    """What so many threads get done that all increment one counter."""
    counter = Counter()
    fighters = team.Team(lambda: functools.partial(add, counter), threads)
    fighters.count()
    time.sleep(seconds)
    done = fighters.stop()
    assert counter.n == done.before + done.total, (counter.n, done)
    return done


def add_in_block(counter):
    with atomic:
        counter.n += 1


def add_under_lock(counter):
    with lock:
        counter.n += 1


def long_among_short(size, storms, seconds):
    """Seconds that each block over `size` objects takes while others change them one by one."""
    things = [Counter() for _ in range(size)]
    seeds = itertools.count()

    def storm():
        at = next(seeds)

        def change():
            nonlocal at
            at = (at * 7 + 11) % size
            with atomic:
                things[at].n += 1
        return change

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
    stormers = team.Team(storm, storms)
    stormers.count()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        walk()
        times.append(time.perf_counter() - begin)
    short = stormers.stop()
    changes = short.before + short.total + size * (len(times) + 1)
    assert sum(thing.n for thing in things) == changes
    return alone, times, short.rate


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    for name, add in (("atomic blocks", add_in_block), ("one lock", add_under_lock)):
        done = fight(options.threads, options.seconds, add)
        print(f"one counter, {options.threads} threads, {name}: {done.rate:,.0f} a second, "
              f"shares {done.least:.2f} to {done.most:.2f}")
    for storms in (1, 8):
        alone, times, short = long_among_short(20_000, storms, options.seconds / 2)
        print(f"blocks over 20,000 objects among {storms} threads of short ones: {len(times)} done, "
              f"{sum(times) / len(times) * 1e3:.1f} ms each, {max(times) * 1e3:.1f} ms at most "
              f"(alone {alone * 1e3:.1f}); {short:,.0f} short ones a second")


if __name__ == "__main__":
    main()
