"""One global lock around work on data that threads do not share: what eliding the lock gains.

Usage: orochi bench/elision.py [--threads 8] [--seconds 2] [WORKLOAD ..]

Each workload is run by one thread and by many, with `with lock:` as the program is written. Run it
again with `-X lock_elision=off` for what the lock itself does. Two processes of one thread
each say what the machine's cores allow.
"""

import argparse
import subprocess
import sys
import threading
import time

lock = threading.Lock()
recursive = threading.RLock()
shared = {"total": 0}


class Account:
    def __init__(self):
        self.balance = 0
        self.moves = 0


def accounts():
    """Twenty accounts of the thread's own, changed a hundred times under the lock."""
    own = [Account() for _ in range(20)]

    def section():
        with lock:
            for n in range(100):
                account = own[n % 20]
                account.balance += n
                account.moves += 1
    return section


def sieve():
    """A longer section: primes in a list of the thread's own, counted in a dict."""
    flags, found = [True] * 800, {}

    def section():
        with lock:
            for n in range(800):
                flags[n] = True
            for n in range(2, 29):
                if flags[n]:
                    for multiple in range(n * n, 800, n):
                        flags[multiple] = False
            for n in range(2, 800):
                if flags[n]:
                    found[n] = found.get(n, 0) + 1
    return section


def tables():
    """Words counted into a dict of the thread's own."""
    words, counts = [f"word {n * n % 61}" for n in range(80)], {}

    def section():
        with lock:
            for word in words:
                counts[word] = counts.get(word, 0) + 1
    return section


def nested():
    """As `accounts`, by methods that take the lock again."""
    own = [Account() for _ in range(10)]

    def add(account, n):
        with recursive:
            account.balance += n

    def section():
        with recursive:
            for n in range(40):
                add(own[n % 10], n)
    return section


def short():
    """One addition to an object of the thread's own: the lock is most of the work."""
    own = Account()

    def section():
        with lock:
            own.balance += 1
    return section


def conflicts():
    """All threads add to one number: nothing to be gained."""
    def section():
        with lock:
            for _ in range(20):
                shared["total"] += 1
    return section


def waits():
    """A wait in each section: the lock has to be taken."""
    own = Account()

    def section():
        with lock:
            own.balance += 1
            time.sleep(0)
            own.moves += 1
    return section


WORKLOADS = {f.__name__: f for f in (accounts, sieve, tables, nested, short, conflicts, waits)}


def rate(make, threads, seconds):
    """Sections a second, all threads together, after a while of getting used to it."""
    counts, stop = [0] * threads, False
    warm = threading.Event()
    ready = threading.Barrier(threads + 1)

    def run(me):
        section = make()
        ready.wait()
        while not warm.is_set():
            section()
        begun = 0
        while not stop:
            section()
            begun += 1
        counts[me] = begun

    team = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for thread in team:
        thread.start()
    ready.wait()
    time.sleep(seconds / 4)
    warm.set()
    begin = time.perf_counter()
    time.sleep(seconds)
    stop = True
    end = time.perf_counter()
    for thread in team:
        thread.join()
    return sum(counts) / (end - begin)


def processes(name, seconds):
    command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return sum(float(process.communicate()[0]) for process in both)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--one", help="run this workload on one thread and print the rate alone")
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    options = parser.parse_args()
    if options.one:
        print(rate(WORKLOADS[options.one], 1, options.seconds))
        return
    print(f"{'':12}{'1 thread':>12}{f'{options.threads} threads':>12}{'ratio':>8}"
          f"{'2 processes':>14}{'ratio':>8}")
    for name in options.workloads:
        one = rate(WORKLOADS[name], 1, options.seconds)
        many = rate(WORKLOADS[name], options.threads, options.seconds)
        two = processes(name, options.seconds)
        print(f"{name:12}{one:12,.0f}{many:12,.0f}{many / one:8.2f}{two:14,.0f}{two / one:8.2f}")


if __name__ == "__main__":
    main()
