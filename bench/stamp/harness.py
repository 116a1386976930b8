"""How each program here is run: input from a seed, threads that begin together, a check, one line of JSON.

A program has a class with `SIZE`, the constructor `(rng, size)`, `work(me, threads)`, which does the
share of one thread and gives how many transactions that were, and `check()`, which asserts that the
result is right. On a Python with atomic blocks `atomic` begins one; elsewhere it is one global lock.
"""

import argparse
import gc
import json
import random
import sys
import threading
import time

if sys.implementation.name == "orochi":
    from transaction import atomic, stmdict, stmset
else:
    atomic, stmdict, stmset = threading.RLock(), dict, set

__all__ = ["atomic", "main", "stmdict", "stmset"]


def run(program, threads, size, seed):
    """Seconds and transactions of one run."""
    made = program(random.Random(seed), size)
    begin = threading.Barrier(threads + 1)
    counts, failures = [0] * threads, []

    def work(me):
        begin.wait()
        try:
            counts[me] = made.work(me, threads)
        except BaseException as raised:
            failures.append(raised)

    workers = [threading.Thread(target=work, args=(me,)) for me in range(threads)]
    for worker in workers:
        worker.start()
    # What has been built is not looked at by collections during the run, on any Python.
    gc.collect()
    gc.freeze()
    begin.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - began
    if failures:
        raise failures[0]
    made.check()
    return seconds, sum(counts)


def main(program):
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--size", type=float, default=1.0, help="times the usual size")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    size = max(1, int(program.SIZE * options.size))
    seconds, transactions = run(program, options.threads, size, options.seed)
    print(json.dumps({"program": program.__name__, "threads": options.threads, "size": size,
                      "seconds": seconds, "transactions": transactions,
                      "per_second": round(transactions / seconds)}))
