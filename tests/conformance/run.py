"""Runs CPython's own test files under Orochi, with a ratchet.

The files come from an installed CPython, found through `python3 -c "import
test"` or named by `--cpython-lib DIR` (a folder that holds `test/`); nothing of
them is checked in. Only that `test` package is put on the path: the library
under test stays Orochi's own. Each file runs in its own process; a test that
crashes it or hangs is recorded as such, and the rest of the file goes on in a
new process.

`expected.json` lists, for each CPython version and file, the tests that passed.
It only goes up: `--update` adds to it, and a test in it that no longer passes is
an error. `internals.toml` names cases that test CPython's inside, with reasons;
they count neither way.

    run.py                          the files the foundation must pass
    run.py test_dict test_list -v   these, with every failure
    run.py all                      every test file CPython has
"""

import argparse
import concurrent.futures
import dataclasses
import fnmatch
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EXPECTED = HERE / "expected.json"
FILES = ("test_grammar test_class test_descr test_generators test_dict test_list test_set test_tuple "
         "test_int test_float test_exceptions test_scope test_patma test_threading test_queue").split()
FREE_THREADING = "dict list slots str type".split()
RESTARTS = 40


@dataclasses.dataclass
class Outcome:
    """What one file gave: test id -> (status, reason)."""
    name: str
    tests: dict = dataclasses.field(default_factory=dict)
    seconds: float = 0.0

    def having(self, *statuses):
        return sorted(test for test, (status, _) in self.tests.items() if status in statuses)


def find_test_package(options):
    """(folder holding `test`, version) of the CPython whose tests are run."""
    if options.cpython_lib:
        library = pathlib.Path(options.cpython_lib).resolve()
    else:
        program = "import test, os; print(os.path.dirname(os.path.dirname(test.__file__)))"
        done = subprocess.run([options.python, "-c", program], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{options.python} has no test package; give --cpython-lib DIR")
        library = pathlib.Path(done.stdout.strip())
    if not (library / "test" / "test_grammar.py").exists():
        raise SystemExit(f"{library} holds no test package")
    version = options.version or library.name.removeprefix("python")
    return library, version


def isolate(library, version):
    """A folder in the cache that holds nothing but a link to the test package."""
    folder = ROOT / ".cache" / "conformance" / version
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "test"
    if not link.is_symlink() or link.resolve() != (library / "test").resolve():
        link.unlink(missing_ok=True)
        link.symlink_to(library / "test")
    return folder


def names_of(words, library):
    if words == ["all"]:
        folder = library / "test"
        found = [path.stem for path in folder.glob("test_*.py")]
        found += [path.name for path in folder.glob("test_*") if (path / "__init__.py").exists()]
        return sorted(found)
    if words:
        return [word.removesuffix(".py").replace("/", ".") for word in words]
    threaded = [f"test_free_threading.test_{kind}" for kind in FREE_THREADING]
    return FILES + [name for name in threaded if (library / "test" / (name.replace(".", "/") + ".py")).exists()]


class File:
    """One test file, run in as many processes as its crashes need."""

    def __init__(self, name, folder, options, provided, dropped):
        self.name, self.folder, self.options = name, folder, options
        self.provided, self.dropped = provided, dropped
        self.outcome = Outcome(name)

    def run(self):
        started = time.monotonic()
        for _ in range(RESTARTS):
            stuck = self.process(skip=sorted(self.outcome.tests))
            if stuck is None:
                break
        self.outcome.seconds = time.monotonic() - started
        return self.outcome

    def process(self, skip):
        """Run once; returns the id of the test the process ended in, or None."""
        with tempfile.TemporaryDirectory() as folder:
            results = pathlib.Path(folder, "results")
            results.touch()
            command = [self.options.orochi, str(HERE / "child.py"), str(results), self.name]
            for name in self.provided:
                command += ["--provide", name]
            for line in self.dropped:
                command += ["--drop", line]
            for test in skip:
                command += ["--skip", test]
            environment = dict(os.environ, PYTHONPATH=str(self.folder), PYTHONDONTWRITEBYTECODE="1",
                               PYTHONHASHSEED="0", NO_COLOR="1")
            with open(pathlib.Path(folder, "output"), "w+b") as output:
                try:
                    process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                               cwd=folder, env=environment, start_new_session=True)
                except OSError as error:
                    raise SystemExit(f"cannot run {self.options.orochi}: {error}")
                hung = self.watch(process, results)
                output.seek(0)
                said = output.read().decode("utf-8", "replace").strip().splitlines()
            return self.read(results, process.returncode, hung, said[-1] if said else "")

    def watch(self, process, results):
        """Wait for the end, or for silence longer than a test may take."""
        size, since = -1, time.monotonic()
        while True:
            try:
                process.wait(0.1)
                return False
            except subprocess.TimeoutExpired:
                now = results.stat().st_size
                if now != size:
                    size, since = now, time.monotonic()
                elif time.monotonic() - since > self.options.timeout:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    return True

    def read(self, results, status, hung, said):
        tests, running, ended = self.outcome.tests, None, False
        fresh = 0
        for line in results.read_text(encoding="ascii", errors="replace").splitlines():
            kind, test, reason = (line.split("\t", 2) + ["", ""])[:3]
            test = test.removeprefix("test.")
            if kind == "start":
                running = test
            elif kind == "end":
                ended = True
            elif kind != "note":
                tests[test] = (kind, reason)
                running = None
                fresh += 1
        if ended and not hung:
            return None
        why = "hung" if hung else f"signal {-status}" if status < 0 else f"exit status {status}"
        if running is None:
            tests[f"{self.name} (process)"] = ("errored", f"{why}: {said}"[:300])
            return None
        tests[running] = ("hung" if hung else "crashed", f"{why}: {said}"[:300])
        return running


def internal(name, test, internals):
    """The reason why a test counts neither way, or None."""
    rest = test.removeprefix(name + ".")
    for pattern, reason in internals.get("cases", {}).items():
        if fnmatch.fnmatchcase(rest, pattern):
            return reason
    return None


def section(table, name):
    for part in name.split("."):
        table = table.get(part, {})
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="test files (default: those the foundation must pass)")
    parser.add_argument("--orochi", default=str(ROOT / "target/release/orochi"), metavar="PATH")
    parser.add_argument("--python", default="python3", help="the CPython that has the test package")
    parser.add_argument("--cpython-lib", metavar="DIR", help="folder that holds CPython's `test` package")
    parser.add_argument("--version", help="key in expected.json (default: from the folder's name)")
    parser.add_argument("--timeout", type=float, default=120, help="seconds a single test may take")
    parser.add_argument("-j", type=int, default=2, metavar="N", help="files at a time")
    parser.add_argument("-v", action="store_true", help="show every test that does not pass")
    parser.add_argument("--update", action="store_true", help="add newly passing tests to expected.json")
    parser.add_argument("--json", metavar="FILE", help="write every test's outcome")
    options = parser.parse_args()

    library, version = find_test_package(options)
    folder = isolate(library, version)
    names = names_of(options.files, library)
    internals = tomllib.loads((HERE / "internals.toml").read_text(encoding="utf-8"))
    expected = json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}
    of_version = expected.setdefault(version, {})
    print(f"CPython {version}'s test files under {options.orochi}")

    passed = failed = added = 0
    lost, everything = [], {}
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        dropped = [f"{module}:{line}" for module, lines in internals.get("drop", {}).items() for line in lines]
        files = [File(name, folder, options, section(internals, name).get("provide", []), dropped)
                 for name in names]
        for outcome in pool.map(File.run, files):
            name = outcome.name
            everything[name] = outcome.tests
            excluded = {test for test in outcome.tests if internal(name, test, section(internals, name))}
            good = set(outcome.having("passed"))
            bad = [test for test in outcome.having("failed", "errored", "crashed", "hung") if test not in excluded]
            skipped = outcome.having("skipped")
            known = set(of_version.get(name, []))
            missing = sorted(known - good)
            fresh = good - known
            passed, failed, added = passed + len(good), failed + len(bad), added + len(fresh)
            print(f"{name}: {len(good)} passed, {len(bad)} failed, {len(skipped)} skipped, "
                  f"{len(excluded)} internals-only, {outcome.seconds:.1f} s", flush=True)
            for test in bad if options.v else [test for test in bad if outcome.tests[test][0] in ("crashed", "hung")]:
                print(f"    {outcome.tests[test][0]} {test}: {outcome.tests[test][1]}")
            lost += [(test, *outcome.tests.get(test, ("absent", ""))) for test in missing]
            if options.update and good | known:
                of_version[name] = sorted(good | known)

    for test, status, reason in lost:
        print(f"LOST {test}: passed before, now {status}: {reason}")
    if options.update:
        EXPECTED.write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{added} tests added to {EXPECTED.name}")
    elif added:
        print(f"{added} tests pass that {EXPECTED.name} does not list yet: --update adds them")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(everything, indent=1), encoding="utf-8")
    if lost:
        print(f"{len(lost)} tests that passed before no longer do")
    print(f"{passed} passed, {failed} failed")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
