"""What atomic blocks cost: entering and leaving, first touches, commits by size.

Usage: orochi bench/atomic_costs.py
"""

import threading
import time
from transaction import atomic

clock = time.perf_counter
lock = threading.Lock()


def best(function, *arguments, rounds=7):
    times = []
    for _ in range(rounds):
        begin = clock()
        function(*arguments)
        times.append(clock() - begin)
    return min(times)


def nothing(n):
    for _ in range(n):
        pass


def locks(n):
    for _ in range(n):
        with lock:
            pass


def blocks(n):
    for _ in range(n):
        with atomic:
            pass


class Thing:
    def __init__(self):
        self.x = 0


def write(things):
    for thing in things:
        thing.x = 1


def read(things):
    for thing in things:
        thing.x


def touch(function, things):
    """Seconds of a first pass more than of a second one, and of the block's end."""
    firsts, seconds, ends = [], [], []
    for _ in range(9):
        with atomic:
            begin = clock()
            function(things)
            middle = clock()
            function(things)
            end = clock()
        ends.append(clock() - end)
        firsts.append(middle - begin)
        seconds.append(end - middle)
    return min(firsts) - min(seconds), min(ends)


def main():
    count = 100_000
    empty = best(nothing, count)
    by_lock, by_block = best(locks, count) - empty, best(blocks, count) - empty
    print(f"empty: with lock {by_lock / count * 1e9:.1f} ns, "
          f"with atomic {by_block / count * 1e9:.1f} ns, ratio {by_block / by_lock:.2f}")
    for count in (10, 1000, 100_000):
        things = [Thing() for _ in range(count)]
        for name, function in (("write", write), ("read", read)):
            first, end = touch(function, things)
            print(f"{count} objects: first {name} {first / count * 1e9:.1f} ns each, "
                  f"end of the block {end * 1e9:.0f} ns")
    table = dict.fromkeys(range(1_000_000), 0)

    def change():
        with atomic:
            table[5] = 6

    print(f"one key of a million: {best(change) * 1e6:.1f} us")


if __name__ == "__main__":
    main()
