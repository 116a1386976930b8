"""One global lock around work on data that threads do not share: what eliding the lock gains.

Usage: orochi bench/elision.py [--threads 8] [--seconds 2] [WORKLOAD ..]
       orochi bench/elision.py --cost [--rounds 15] [WORKLOAD ..]

Each workload is run by one thread and by many, with `with lock:` as the program is written. Run it
again with `-X lock_elision=off` for what the lock itself does. Two processes of one thread
each say what the machine's cores allow.

`--cost` says what elision costs where it does not profit. Processes with `lock_elision=off`, on,
and off again take turns; each round compares the one in the middle with the mean of its neighbours,
and these two with each other, which is noise. The medians over all rounds are given with
the interval in which the true one lies with 95 % probability. Where `valgrind` is installed, the
instructions of a section are counted too, by one thread under a lock that others have fought for.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import threading
import time

import team

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
    return team.count(make, threads, seconds, warm=seconds / 4).rate


def processes(name, seconds):
    command = [sys.executable, __file__, "--one", name, "--threads", "1",
               "--seconds", str(seconds)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return sum(float(process.communicate()[0]) for process in both)


def one_process(name, threads, seconds, choice):
    command = [sys.executable, "-X", f"lock_elision={choice}", __file__, "--one", name,
               "--threads", str(threads), "--seconds", str(seconds)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def interval(values):
    """The median, and the interval in which that of all such values lies with 95 % probability."""
    values, count = sorted(values), len(values)
    reach = int(0.98 * count ** 0.5 + 0.5)
    middle = count // 2
    return (statistics.median(values), values[max(middle - reach, 0)],
            values[min(middle + reach, count - 1)])


def percent(values):
    median, low, high = interval(values)
    return f"{median - 1:+7.1%} ({low - 1:+.1%} to {high - 1:+.1%})"


def count_instructions(name, choice):
    """Instructions of a section, by one thread, after others have fought for the lock. How long they
    fight differs from run to run; it takes a million sections to make that small."""
    counts = []
    for sections in (20_000, 1_020_000):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable,
                   "-X", f"lock_elision={choice}", __file__, "--after-fight", str(sections), name]
        text = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr
        counts.append(int(text.rpartition("Collected :")[2].split()[0]))
    return (counts[1] - counts[0]) / 1_000_000


def after_fight(name, sections):
    section = WORKLOADS[name]()
    threads = [threading.Thread(target=rate, args=(WORKLOADS[name], 1, 0.0)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(sections):
        section()


def cost(options):
    names = [name for name in options.workloads if name in ("short", "conflicts", "waits")]
    names = names or ["short", "conflicts", "waits"]
    print(f"sections a second, elision on against off: {options.threads} threads, "
          f"{options.rounds} rounds")
    for name in names:
        gains, noise = [], []
        for _ in range(options.rounds):
            off, on, again = (one_process(name, options.threads, options.seconds, choice)
                              for choice in ("off", "on", "off"))
            gains.append(2 * on / (off + again))
            noise.append(again / off)
        print(f"{name:12}on {percent(gains)}   off again {percent(noise)}")
    if shutil.which("valgrind"):
        off, on = (count_instructions("short", choice) for choice in ("off", "on"))
        print(f"short       instructions a section: off {off:,.0f}, on {on:,.0f}, {on / off - 1:+.1%}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--cost", action="store_true", help="where nothing is to be gained")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--one", help="run this workload and print the rate alone")
    parser.add_argument("--after-fight", type=int, help="so many sections by one thread")
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    options = parser.parse_args()
    if options.seconds is None:
        options.seconds = 0.5 if options.cost else 2
    if options.one:
        print(rate(WORKLOADS[options.one], options.threads, options.seconds))
        return
    if options.after_fight:
        after_fight(options.workloads[0], options.after_fight)
        return
    if options.cost:
        cost(options)
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
