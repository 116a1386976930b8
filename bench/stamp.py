"""Programs of transactions, in the manner of STAMP: how they scale, and against one global lock.

    bench/stamp.py                                  all programs
    bench/stamp.py kmeans bank --rounds 5 --orochi target/release/orochi

Each program of bench/stamp/ runs with `with atomic:` on Orochi, on one thread and on two, and with
one global lock in a CPython, on two. Every run is a fresh process that checks its result; runs of
different kinds alternate, and the best of each counts. `two processes` is what two independent
processes do at the same time in comparison with one: what the machine has to give. Exit status 1
if a bar is missed: transactions on private data 1.9 times as fast on two threads, the others 1.6
times in the geometric mean and none slower, each ahead of CPython.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ["private", "bank", "kmeans", "vacation", "labyrinth", "genome", "intruder", "btree",
            "skiplist", "wordcount"]


def start(command, program, threads, size):
    return subprocess.Popen([*command, str(HERE / "stamp" / f"{program}.py"), "--threads", str(threads),
                             "--size", str(size)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process, timeout):
    out, err = process.communicate(timeout=timeout)
    if process.returncode:
        raise SystemExit(f"{process.args}\n{err.decode(errors='replace')}")
    result = json.loads(out)
    for line in err.decode(errors="replace").splitlines():
        count, _, name = line.strip().partition(" ")
        if name == "aborts" and count.isdigit():
            result["aborts"] = int(count)
    return result


def measure(program, options):
    """The best of several rounds: per second, by kind of run."""
    orochi, counting = [options.orochi], [options.orochi, "-X", "stm_counters"]
    best, aborts = {}, 0

    def note(kind, rate):
        best[kind] = max(best.get(kind, 0), rate)

    for _ in range(options.rounds):
        for threads in (1, 2):
            result = finish(start(counting, program, threads, options.size), options.timeout)
            note(threads, result["per_second"])
            if threads == 2:
                aborts = result.get("aborts", 0) / result["transactions"]
        pair = [start(orochi, program, 1, options.size) for _ in range(2)]
        note("pair", sum(finish(process, options.timeout)["per_second"] for process in pair))
        if options.python:
            note("python", finish(start([options.python], program, 2, options.size),
                                  options.timeout)["per_second"])
    return best, aborts


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=", ".join(PROGRAMS))
    parser.add_argument("--orochi", default=str(HERE.parent / "target" / "release" / "orochi"))
    parser.add_argument("--python", default="", help="a CPython to compare with")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    chosen = options.programs or PROGRAMS
    for program in chosen:
        if program not in PROGRAMS:
            raise SystemExit(f"no such program: {program}")
    print(f"{'thousands a second':<12} {'1 thread':>9} {'2':>8} {'speed-up':>8} {'two processes':>13} "
          f"{'aborts a commit':>15} {'CPython, 2':>10} {'times':>6}")
    found, speed_ups, missed = {}, [], []
    for program in chosen:
        best, aborts = measure(program, options)
        found[program] = {**best, "aborts": aborts}
        speed_up, pair = best[2] / best[1], best["pair"] / best[1]
        line = f"{program:<18} {best[1] / 1000:9.1f} {best[2] / 1000:8.1f} {speed_up:8.2f} {pair:13.2f} {aborts:15.4f}"
        if options.python:
            times = best[2] / best["python"]
            line += f" {best['python'] / 1000:10.1f} {times:6.2f}"
            if times < 1:
                missed.append(f"{program} is behind CPython")
        print(line, flush=True)
        if program == "private":
            if speed_up < 1.9:
                missed.append(f"private data: {speed_up:.2f} of 1.9")
        else:
            speed_ups.append(speed_up)
            if speed_up < 1:
                missed.append(f"{program} is slower on two threads")
    if speed_ups:
        mean = math.exp(sum(map(math.log, speed_ups)) / len(speed_ups))
        print(f"geometric mean of the speed-ups without private: {mean:.2f}")
        if mean < 1.6:
            missed.append(f"geometric mean {mean:.2f} of 1.6")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(found, indent=1))
    for what in missed:
        print("missed:", what)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
