"""Hostile programs: no crash, no hang, the right exception.

Each `*.py` here (but for the drivers) holds cases that do what no decent program
does: change containers under their own feet, lie in `__eq__` or `__index__`,
nest without end, ask for absurd sizes, write to full disks. A case passes when
the interpreter comes back with the right exception or result; a crash or a hang
fails the case that was running, and the rest of the file goes on without it.

    run.py [--orochi PATH] [-k WORD] [--timeout SECONDS]
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CASE = re.compile(r"^def (case_\w+)", re.MULTILINE)


def run_file(orochi, path, timeout):
    """Yields (case, reason or None) for every case of a file."""
    left = CASE.findall(path.read_text(encoding="utf-8"))
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    while left:
        command = [orochi, str(HERE / "child.py"), str(path), *left]
        hung = False
        try:
            done = subprocess.run(command, capture_output=True, timeout=timeout, env=environment,
                                  stdin=subprocess.DEVNULL)
            out, err, status = done.stdout, done.stderr, done.returncode
        except subprocess.TimeoutExpired as expired:
            out, err, status, hung = expired.stdout or b"", expired.stderr or b"", 0, True
        running = None
        finished = set()
        for line in out.decode("utf-8", "replace").splitlines():
            kind, _, rest = line.partition(" ")
            name, _, reason = rest.partition(" ")
            if kind == "start":
                running = name
            elif kind in ("ok", "FAILED"):
                yield name, reason if kind == "FAILED" else None
                finished.add(name)
                running = None
        if running is None and not finished:
            last = (err.decode("utf-8", "replace").strip().splitlines() or ["no output"])[-1]
            for name in left:
                yield name, f"did not start: {last}"
            return
        if running:
            last = (err.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
            how = f"no end after {timeout:g} s" if hung else f"signal {-status}" if status < 0 else f"exit status {status}"
            yield running, f"{how}: {last}"[:300]
            finished.add(running)
        elif status:
            yield "(exit)", f"exit status {status}"
        left = [name for name in left if name not in finished]


def main():
    parser = argparse.ArgumentParser(description="Run the hostile programs.")
    parser.add_argument("--orochi", default=str(ROOT / "target/release/orochi"), metavar="PATH")
    parser.add_argument("-k", default="", metavar="WORD", help="only files with WORD in their name")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for a file (default 60)")
    options = parser.parse_args()
    passed = failed = 0
    for path in sorted(HERE.glob("*.py")):
        if path.name in ("run.py", "child.py") or options.k not in path.name:
            continue
        for name, reason in run_file(options.orochi, path, options.timeout):
            if reason is None:
                passed += 1
            else:
                failed += 1
                print(f"FAILED {path.name} {name}: {reason}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
