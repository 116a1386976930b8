"""Stress of every built-in container operation: 2, 8 and 64 threads on one
object look for lost updates, torn state, crashes and hangs.

    run.py --seconds 60                 divided among the thread counts
    run.py --seconds 5 DictWhole ListSlices --threads 8

The scenarios are in `scenarios.py`; each thread count is a process of its own.
"""

import argparse
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GRACE = 120


def main():
    parser = argparse.ArgumentParser(description="Stress built-in containers with threads.")
    parser.add_argument("scenarios", nargs="*", help="only these")
    parser.add_argument("--orochi", default=str(ROOT / "target/release/orochi"), metavar="PATH")
    parser.add_argument("--seconds", type=float, default=60, help="time in all (default 60)")
    parser.add_argument("--threads", default="2,8,64", metavar="N,..")
    parser.add_argument("-v", action="store_true", help="show what passed, too")
    options = parser.parse_args()
    counts = [int(count) for count in options.threads.split(",")]
    passed = failed = 0
    for count in counts:
        seconds = options.seconds / len(counts)
        command = [options.orochi, str(HERE / "child.py"), str(count), str(seconds), *options.scenarios]
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        reason = None
        try:
            done = subprocess.run(command, capture_output=True, env=environment, timeout=seconds * 3 + GRACE)
            out, err, status = done.stdout, done.stderr, done.returncode
            if status:
                reason = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
        except subprocess.TimeoutExpired as expired:
            out, err, reason = expired.stdout or b"", expired.stderr or b"", "hangs"
        for line in out.decode("utf-8", "replace").splitlines():
            if line.startswith("ok "):
                passed += 1
                if options.v:
                    print(f"{count} threads: {line}")
            elif line.startswith("FAILED "):
                failed += 1
                print(f"{count} threads: {line}")
        if reason:
            failed += 1
            print(f"{count} threads: {reason} after the scenarios above")
            print("".join(f"    {line}\n" for line in err.decode("utf-8", "replace").splitlines()[-8:]), end="")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
