"""Benchmarks: pyperformance's pure-Python workloads under Orochi and its peers.

    bench/run.py                        the 42 timings: Orochi, python3, pypy3
    bench/run.py classics               the 12 classics
    bench/run.py richards go --peer py313=/path/to/python3.13 --baseline py313
    bench/run.py scaling --threads 1,2,8,64
    bench/run.py --shared --threads 1,2,8
    bench/run.py classics --instructions --no-barriers-build target/no-barriers/orochi

pyperformance is installed from PyPI into `.cache/` on first use; its scripts run
as modules with a stand-in for `pyperf`, every run in a fresh process, runtimes
alternating. One thread: CPU time in steady state, medians, ratios to the
baseline and geometric means. `--threads`: throughput and CPU time of N threads
over those of 1, beside what independent processes reach at once. Workloads that a runtime cannot run are named with the reason.
"""

import argparse
import json
import os
import platform
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import instructions, programs, runtimes, threads, timing, workloads


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*",
                        help=f"workloads or groups ({', '.join(workloads.GROUPS)}); default: all, with --threads scaling")
    runtimes.add_options(parser)
    parser.add_argument("--rounds", type=int, default=3, help="fresh processes for each runtime (default 3)")
    parser.add_argument("--values", type=int, default=3, help="values in each process (default 3)")
    parser.add_argument("--warmup", type=float, default=1.0, help="CPU seconds of warm-up in each process (default 1)")
    parser.add_argument("--target", type=float, default=0.3, help="seconds of one value on the baseline (default 0.3)")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one process (default 300)")
    parser.add_argument("--fast", action="store_true", help="one short round: a glance, not a measurement")
    parser.add_argument("--threads", metavar="N,..", help="thread mode with these numbers of threads")
    parser.add_argument("--work", type=float, default=2.0, help="thread mode: CPU seconds of work in all (default 2)")
    parser.add_argument("--shared", action="store_true", help="our own programs on shared read-only data")
    parser.add_argument("--instructions", action="store_true", help="count instructions instead of time")
    parser.add_argument("--no-barriers-build", metavar="PATH", help="the build to compare instructions with")
    parser.add_argument("--json", metavar="FILE", help="write everything measured")
    options = parser.parse_args()
    if options.fast:
        options.rounds, options.values, options.warmup, options.target, options.work = 1, 1, 0.1, 0.1, 0.5
    return options


def main():
    options = parse()
    counts = [int(count) for count in (options.threads or "1,2").split(",")]
    if options.instructions:
        if not options.no_barriers_build:
            raise SystemExit("--instructions wants --no-barriers-build PATH")
        options.peer, options.no_path_peers = [f"no-barriers={options.no_barriers_build}"], True
    found, baseline = runtimes.find(options)
    started = time.time()
    if options.instructions:
        by_name = {runtime.name: runtime for runtime in found}
        if len(by_name) < 2:
            raise SystemExit("instructions are compared between two builds")
        outcome = instructions.run(workloads.select(options.workloads or ["classics"]),
                                   by_name["orochi"], by_name["no-barriers"], options)
    elif options.shared:
        outcome = programs.run(programs.SHARED, found, counts, options)
    elif options.threads:
        outcome = threads.run(workloads.select(options.workloads or ["scaling"]), found, options, counts)
    else:
        outcome = timing.run(workloads.select(options.workloads or ["all"]), found, baseline, options)
    outcome |= {"machine": {"cores": os.cpu_count(), "platform": platform.platform()},
                "runtimes": {runtime.name: runtime.version for runtime in found},
                "started": started, "seconds": time.time() - started}
    print(f"\n{outcome['seconds']:.0f} s")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(outcome, file, indent=1)


if __name__ == "__main__":
    main()
