"""Runs inside the interpreter under test: every scenario for its share of the
time with so many threads.

    child.py THREADS SECONDS [SCENARIO ..]

Prints `ok NAME rounds` or `FAILED NAME reason` for each.
"""

import sys
import threading
import time

import scenarios


# Rounds of all threads after which a scenario is checked and begun anew, which
# bounds the memory of those that only add.
PASS = 1_000_000


def run(cls, threads, seconds):
    """Rounds done by all threads in passes until time is up; raises what went wrong."""
    total, until = 0, time.monotonic() + seconds
    while total == 0 or time.monotonic() < until:
        total += one_pass(cls, threads, max(0.01, until - time.monotonic()))
    return total


def one_pass(cls, threads, seconds):
    subject = cls(threads)
    rounds = [0] * threads
    failures = []
    start = threading.Barrier(threads)
    until = [0.0]

    def body(index):
        try:
            if start.wait() == 0:
                until[0] = time.monotonic() + seconds
            while until[0] == 0.0:
                time.sleep(0.0005)
            done = 0
            while time.monotonic() < until[0] and done < PASS // threads and not failures:
                for _ in range(20):
                    subject.step(index, done)
                    done += 1
                    rounds[index] = done
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=body, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    subject.check(rounds)
    return sum(rounds)


def main():
    threads, seconds, wanted = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    chosen = [cls for cls in scenarios.SCENARIOS
              if not wanted or cls.__name__ in wanted]
    for cls in chosen:
        try:
            print("ok", cls.__name__, run(cls, threads, seconds / len(chosen)), flush=True)
        except BaseException as error:
            text = str(error).split("\n")[0][:200]
            print("FAILED", cls.__name__, type(error).__name__ + ": " + text, flush=True)


main()
