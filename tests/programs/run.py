"""Whole-program tests: run every `NAME.py` here and compare with `NAME.out`.

Programs are numbered so that simple language features come first: a runtime
that grows through them in order always has a next small step. Each one prints
plain lines; its expected output was recorded from CPython 3.13 with
`--record PYTHON` and read over. Comment lines at the head of a program steer
its run:

    # args: a b c       command-line arguments
    # exit: 3           expected exit status (default 0)
    # stdin: text       one line of standard input (may be repeated)
    # needs: 3.14       language version that the program needs; such outputs are
                        written by hand where the recording CPython is older
    # timeout: 60       seconds (default 30)

If `NAME.err` exists, standard error must match it as well. The folder's own
path is replaced by `<here>` in both streams, so tracebacks compare anywhere.

Usage: run.py [--orochi PATH] [-k WORD] [-j 2] [--record PYTHON]
"""

import argparse
import concurrent.futures
import difflib
import os
import pathlib
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def directives(path):
    """The `# key: value` lines at the head of a program."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        key, colon, value = line[1:].strip().partition(": ")
        if colon and key in ("args", "exit", "stdin", "needs", "timeout"):
            found.setdefault(key, []).append(value)
    return found


def execute(command, path):
    """Run one program; returns (exit status or reason, stdout, stderr)."""
    head = directives(path)
    environment = dict(os.environ, PYTHONIOENCODING="utf-8", PYTHONDONTWRITEBYTECODE="1",
                       NO_COLOR="1", PYTHONHASHSEED="0")
    environment.pop("PYTHONPATH", None)
    arguments = [argument for value in head.get("args", []) for argument in value.split()]
    stdin = "".join(line + "\n" for line in head.get("stdin", []))
    limit = float(head.get("timeout", ["30"])[0])
    try:
        done = subprocess.run(command + [str(path), *arguments], input=stdin.encode(),
                              capture_output=True, timeout=limit, env=environment, cwd=HERE)
        status, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as expired:
        status = f"no end after {limit:g} s"
        out, err = expired.stdout or b"", expired.stderr or b""

    def text(raw):
        return raw.decode("utf-8", "backslashreplace").replace(str(HERE), "<here>")

    return status, text(out), text(err)


def expected_status(path):
    return int(directives(path).get("exit", ["0"])[0])


def difference(name, wanted, got):
    lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(),
                                 f"{name} (expected)", f"{name} (got)", lineterm="", n=2)
    lines = list(lines)
    return lines[:40] + ([f"... {len(lines) - 40} more lines"] if len(lines) > 40 else [])


def check(command, path):
    """Problems found with one program, as a list of lines; empty when it passes."""
    expected = path.with_suffix(".out")
    if not expected.exists():
        return [f"{path.name}: no {expected.name}"]
    status, out, err = execute(command, path)
    problems = []
    if status != expected_status(path):
        problems.append(f"exit status {status}, expected {expected_status(path)}")
        problems += ["stderr: " + line for line in err.splitlines()[-12:]]
    wanted = expected.read_text(encoding="utf-8")
    if out != wanted:
        problems += difference("stdout", wanted, out)
    error_file = path.with_suffix(".err")
    if error_file.exists() and err != error_file.read_text(encoding="utf-8"):
        problems += difference("stderr", error_file.read_text(encoding="utf-8"), err)
    return problems


def record(python, programs):
    """Write `.out` (and refresh existing `.err`) from a reference CPython."""
    version = subprocess.run([python, "-c", "import sys; print(*sys.version_info[:2])"],
                             capture_output=True, text=True, check=True).stdout.split()
    version = tuple(int(part) for part in version)
    failed = 0
    for path in programs:
        needs = directives(path).get("needs", ["3.0"])[0]
        if tuple(int(part) for part in needs.split(".")) > version:
            print(f"{path.name}: needs {needs}, output is written by hand")
            continue
        status, out, err = execute([python], path)
        if status != expected_status(path):
            failed += 1
            print(f"{path.name}: exit status {status}\n{err}")
            continue
        path.with_suffix(".out").write_text(out, encoding="utf-8")
        if path.with_suffix(".err").exists():
            path.with_suffix(".err").write_text(err, encoding="utf-8")
    print(f"{len(programs) - failed} recorded, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description="Run the whole-program tests.")
    parser.add_argument("--orochi", default=str(ROOT / "target/release/orochi"),
                        help="the interpreter under test")
    parser.add_argument("-k", default="", metavar="WORD", help="only programs with WORD in their name")
    parser.add_argument("--skip", action="append", default=[], metavar="NAME", help="leave this one out")
    parser.add_argument("-j", type=int, default=2, metavar="N", help="programs at a time")
    parser.add_argument("-q", action="store_true", help="names of failures only, no differences")
    parser.add_argument("--all", action="store_true",
                        help="programs that are known to fail too (known_failures.txt)")
    parser.add_argument("--record", metavar="PYTHON", help="write expected outputs from this CPython")
    options = parser.parse_args()
    # Whoever starts this in the background may have SIGINT ignored; the programs send it to themselves.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    programs = sorted(path for path in HERE.glob("[0-9]*.py") if options.k in path.name
                      and path.stem not in options.skip)
    if options.record:
        return record(options.record, programs)
    if not options.all and not options.k:
        known = (HERE / "known_failures.txt").read_text(encoding="utf-8").split()
        programs = [path for path in programs if path.name not in known]
        print(f"{len(known)} programs are known to fail and left out (known_failures.txt)")
    started = time.monotonic()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        results = pool.map(lambda path: check([options.orochi], path), programs)
        for path, problems in zip(programs, results):
            if problems:
                failed += 1
                print(f"FAILED {path.name}")
                if not options.q:
                    print("".join(f"    {line}\n" for line in problems), end="")
    print(f"{time.monotonic() - started:.1f} s")
    print(f"{len(programs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
