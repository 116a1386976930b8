"""A differential fuzzer: small random programs under a reference CPython and
under Orochi must print the same and end the same.

    run.py --seconds 60                      a bounded time, as in CI
    run.py --seed 12345 --count 1 --print    one program, shown

Programs come from `generate.py` by seed. Compared are standard output (which
tells every exception that a program caught, with type and message), the exit
status and the type and message of an uncaught exception. A difference is shrunk
by leaving out lines as long as the two still differ, and stored in `--failures`
as `SEED.py` with both outputs beside it. Messages that CPython has reworded from
one version to the next are levelled first; see `LEVELLED`.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

import generate

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# (pattern, replacement): wordings that differ between CPython 3.13 and 3.14.
LEVELLED = [
    (r"(ZeroDivisionError) .*", r"\1"),
    (r"(too many values to unpack \(expected \d+).*", r"\1"),
    (r"cannot use '\w+' as a (dict key|set element) \((unhashable type: '\w+')\)", r"\2"),
    (r"argument of type '(\w+)' is not (iterable|a container or iterable)", r"argument of type '\1' is not iterable"),
    (r"ValueError .*(is not in list|x not in list)", "ValueError not in list"),
    (r"(does not support the context manager protocol) \(missed __exit__ method\)", r"\1"),
    (r"(TypeError:? )?[Cc]annot convert dictionary update sequence element #\d+ to a sequence", "TypeError object is not iterable"),
    (r"%c requires (int or char|an int or a unicode character, not \w+)", "%c requires int or char"),
    (r" at 0x[0-9a-f]+", " at 0x0"),
]
LEVELLED = [(re.compile(pattern), replacement) for pattern, replacement in LEVELLED]


def execute(command, path, timeout):
    """(status, output, last line of errors), levelled; comparable between runtimes."""
    environment = dict(os.environ, PYTHONHASHSEED="0", PYTHONIOENCODING="utf-8", PYTHONDONTWRITEBYTECODE="1", NO_COLOR="1")
    try:
        done = subprocess.run([command, str(path)], capture_output=True, timeout=timeout, env=environment, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "no end", "", ""
    output, errors = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    last = (errors.strip().splitlines() or [""])[-1] if done.returncode else ""
    for pattern, replacement in LEVELLED:
        output, last = pattern.sub(replacement, output), pattern.sub(replacement, last)
    return done.returncode, output, last


class Fuzzer:
    def __init__(self, options):
        self.options = options

    def compare(self, source):
        """None if both agree (or the reference did not end), else both outcomes."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "program.py")
            path.write_text(source, encoding="utf-8")
            reference = execute(self.options.reference, path, self.options.timeout)
            if reference[0] == "no end":
                return None
            under_test = execute(self.options.orochi, path, self.options.timeout * 4)
        return None if reference == under_test else (reference, under_test)

    def attempt(self, seed):
        source = generate.program(seed, self.options.pieces)
        return seed, source, self.compare(source)

    def shrink(self, source, deadline):
        """Leave out ever smaller runs of lines while the difference stays."""
        lines = source.splitlines()
        size = max(1, len(lines) // 2)
        while size and time.monotonic() < deadline:
            start, smaller = 0, False
            while start < len(lines) and time.monotonic() < deadline:
                candidate = lines[:start] + lines[start + size:]
                text = "\n".join(candidate) + "\n"
                if self.valid(text) and self.compare(text):
                    lines, smaller = candidate, True
                else:
                    start += size
            if not smaller or size > 1:
                size //= 2
        return "\n".join(lines) + "\n"

    @staticmethod
    def valid(source):
        try:
            compile(source, "<shrunk>", "exec")
            return True
        except SyntaxError:
            return False

    def store(self, seed, source):
        folder = pathlib.Path(self.options.failures)
        folder.mkdir(parents=True, exist_ok=True)
        shrunk = self.shrink(source, time.monotonic() + self.options.shrink)
        outcome = self.compare(shrunk)
        if outcome is None:
            shrunk, outcome = source, self.compare(source)
        (folder / f"{seed}.py").write_text(shrunk, encoding="utf-8")
        if outcome is None:
            print(f"seed {seed}: differed once, not again")
            return
        for name, (status, output, last) in zip(("reference", "orochi"), outcome):
            (folder / f"{seed}.{name}").write_text(f"{output}[status {status}] {last}\n", encoding="utf-8")
        print(f"seed {seed}: {folder / f'{seed}.py'} ({len(shrunk.splitlines())} lines)")
        print(first_difference(*outcome), flush=True)


def first_difference(reference, under_test):
    for wanted, got in zip(reference[1].splitlines() + ["(end)"], under_test[1].splitlines() + ["(end)"]):
        if wanted != got:
            return f"    expected: {wanted[:200]}\n    got:      {got[:200]}"
    return f"    expected: status {reference[0]} {reference[2]}\n    got:      status {under_test[0]} {under_test[2]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orochi", default=str(ROOT / "target/release/orochi"), metavar="PATH")
    parser.add_argument("--reference", default="python3", metavar="PYTHON", help="CPython 3.12 or later")
    parser.add_argument("--seconds", type=float, default=60, help="how long to look (default 60)")
    parser.add_argument("--seed", type=int, help="first seed (default: from the clock)")
    parser.add_argument("--count", type=int, help="so many programs at most")
    parser.add_argument("--pieces", type=int, default=12, help="size of a program")
    parser.add_argument("--timeout", type=float, default=10, help="seconds for the reference; Orochi gets four times as long")
    parser.add_argument("--failures", default=str(ROOT / "target/fuzz"), metavar="DIR")
    parser.add_argument("--shrink", type=float, default=60, help="seconds for shrinking one failure")
    parser.add_argument("--stop-after", type=int, default=20, metavar="N", help="stop after so many failures")
    parser.add_argument("-j", type=int, default=2, metavar="N", help="programs at a time")
    parser.add_argument("--print", action="store_true", help="print the programs")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10 ** 9)
    print(f"seed {seed}")
    fuzzer = Fuzzer(options)
    deadline = time.monotonic() + options.seconds
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        while time.monotonic() < deadline and failed < options.stop_after and (options.count is None or passed + failed < options.count):
            batch = min(options.j * 4, options.count - passed - failed if options.count is not None else options.j * 4)
            for number, source, outcome in pool.map(fuzzer.attempt, range(seed, seed + batch)):
                if options.print:
                    print(source)
                if outcome is None:
                    passed += 1
                else:
                    failed += 1
                    fuzzer.store(number, source)
            seed += batch
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
