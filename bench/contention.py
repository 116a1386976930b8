"""The contention programs: our own small programs whose threads meet on a dict,
a list, a lock, a queue, or on nothing at all, against their bars.

    bench/contention.py                             all programs, 1, 2, 8 and 64 threads
    bench/contention.py dict_update counter_lock --threads 1,2 --peer py313t=/path/to/python3.13t

Every run is a fresh process that checks its own result (nothing lost); runtimes
and thread counts alternate. Prints time an operation, the speed-up of independent
processes, one on each core, and that of threads, over one thread;
CPU time an operation over that of one thread, and the least share any thread had
in any second. Exit status 1 if Orochi misses a bar.
"""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import programs, runtimes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=", ".join(programs.ALL))
    runtimes.add_options(parser)
    parser.add_argument("--threads", default="1,2,8,64", metavar="N,..")
    parser.add_argument("--rounds", type=int, default=3, help="fresh processes for each cell (default 3)")
    parser.add_argument("--work", type=float, default=2.0, metavar="SECONDS", help="length of a run (default 2)")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for one process (default 120)")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    unknown = set(options.programs) - set(programs.ALL)
    if unknown:
        raise SystemExit(f"no such program: {', '.join(sorted(unknown))}")
    found, _ = runtimes.find(options)
    outcome = programs.run(options.programs or programs.ALL, found,
                           [int(count) for count in options.threads.split(",")], options)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(outcome, file, indent=1)
    return 1 if outcome["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
