"""Atomic blocks under test: random histories, and the programs with blocks under zeal.

Under zeal every block is aborted at its first, second … Nth claim before it may commit;
that must change no program's output.

Usage: run.py [--orochi PATH] [--histories 10000] [--seconds 60]
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = ROOT / "tests" / "programs"


def run(command, timeout, **how):
    """(output, errors, exit status or None) of `command`; one that does not end is a failure like others."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, **how)
    except subprocess.TimeoutExpired as expired:
        return expired.stdout or b"", (expired.stderr or b"") + f"\nno end after {timeout:g} s".encode(), None
    return done.stdout, done.stderr, done.returncode


def main():
    # Whoever starts this in the background may have SIGINT ignored; the programs send it to themselves.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser()
    parser.add_argument("--orochi", default=str(ROOT / "target" / "release" / "orochi"))
    parser.add_argument("--histories", type=int, default=10000)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    passed = failed = 0

    def check(name, right, shown):
        nonlocal passed, failed
        if right:
            passed += 1
        else:
            failed += 1
            print(f"FAILED {name}\n{shown}")

    environment = dict(os.environ, PYTHONIOENCODING="utf-8", PYTHONDONTWRITEBYTECODE="1",
                       NO_COLOR="1")
    for zeal in (1, 3, 25):
        for path in sorted(PROGRAMS.glob("1[23]?_*.py")):
            if not path.with_suffix(".out").exists():
                continue
            output, errors, _ = run([options.orochi, "-X", f"stm_zeal={zeal}", str(path)], 180, env=environment,
                                    cwd=PROGRAMS)
            expected = path.with_suffix(".out").read_bytes()
            check(f"{path.name} with stm_zeal={zeal}", output == expected,
                  (output + errors).decode(errors="replace")[-2000:])
    # What an elided lock does must not show either.
    for choice in ("off", "always"):
        for path in sorted([*PROGRAMS.glob("07?_*.py"), *PROGRAMS.glob("130_*.py")]):
            output, errors, _ = run([options.orochi, "-X", f"lock_elision={choice}", str(path)], 180, env=environment,
                                    cwd=PROGRAMS)
            expected = path.with_suffix(".out").read_bytes()
            check(f"{path.name} with lock_elision={choice}", output == expected,
                  (output + errors).decode(errors="replace")[-2000:])
    # Classes are read without barriers; what changes them has histories of its own.
    classes = ("--only", "kind_")
    seconds = options.seconds / 7
    for threads, steps, zeal, more in ((3, 4, 0, ()), (2, 6, 0, ()), (3, 3, 4, ()),
                                       (3, 4, 0, classes), (2, 5, 3, classes),
                                       (3, 4, 0, ("--locked",)), (3, 3, 2, ("--locked",))):
        command = [options.orochi, "-X", f"stm_zeal={zeal}", "-X", "lock_elision=always",
                   str(HERE / "histories.py"), *more,
                   "--count", str(options.histories // 2), "--seconds", str(seconds),
                   "--threads", str(threads), "--steps", str(steps)]
        output, errors, status = run(command, 60 + 5 * seconds, env=environment)
        text = (output + errors).decode(errors="replace")
        print(text.strip().splitlines()[-1] if text.strip() else "nothing")
        check(f"histories of {threads} threads, stm_zeal={zeal}, {more}", status == 0, text[-3000:])
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
