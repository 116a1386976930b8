"""Runs CPython's own test files under Orochi, with a ratchet.

The files come from an installed CPython: the one that `reference.py` finds, one
that has a `test` package and is named by `--python`, or a folder that holds
`test/`, named by `--cpython-lib`; nothing of them is checked in. Of it only that `test` package is found: the library
under test stays Orochi's own. Each file runs in its own process; a test that
crashes it or hangs is recorded as such, and the rest of the file goes on in a
new process.

`expected.json` lists, for each CPython version and file, the tests that passed,
and a digest of the file. It only goes up: `--update` adds to it, and a test in
it that fails twice in a row is an error, unless CPython has changed the file since.
`internals.toml` names cases that test CPython's inside, with reasons; they count
neither way.

    run.py                          the files the foundation must pass
    run.py recorded --seconds 240   all files of which something is recorded, as time allows
    run.py test_dict test_list -v   these, with every failure
    run.py all                      every test file CPython has
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import fnmatch
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

import reference

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EXPECTED = HERE / "expected.json"
CACHE = ROOT / ".cache" / "conformance"
FILES = ("test_grammar test_class test_descr test_generators test_dict test_list test_set test_tuple "
         "test_int test_float test_exceptions test_scope test_patma test_threading test_queue").split()
# The language that is run, and the entry of expected.json that holds the digests of the files.
LANGUAGE = "3.14"
DIGESTS = "(digest)"
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
        python = options.python or reference.find() or "python3"
        program = "import test, os; print(os.path.dirname(os.path.dirname(test.__file__)))"
        done = subprocess.run([python, "-c", program], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{python} has no test package; see `reference.py --install`, or give --cpython-lib DIR")
        library = pathlib.Path(done.stdout.strip())
    if not (library / "test" / "test_grammar.py").exists():
        raise SystemExit(f"{library} holds no test package")
    version = options.version or library.name.removeprefix("python")
    return library, version


def install(orochi, library, folder):
    """The runtime as if installed in `folder`, with nothing but the test package added to its library.

    So the tests find their package in an isolated interpreter, too."""
    if not shutil.which(orochi):
        raise SystemExit(f"cannot run {orochi}")
    command = folder / "bin" / "orochi"
    packages = folder / "lib" / f"python{LANGUAGE}" / "site-packages"
    command.parent.mkdir()
    packages.mkdir(parents=True)
    try:
        os.link(os.path.realpath(shutil.which(orochi)), command)
    except OSError:
        shutil.copy2(orochi, command)
    (packages / "test").symlink_to(library / "test")
    return str(command)


def source_of(name, library):
    path = library / "test" / name.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def digest(name, library):
    """Identifies a test file's text; a package goes by all of its files."""
    source = source_of(name, library)
    files = sorted(source.parent.rglob("*.py")) if source.name == "__init__.py" else [source]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files if path.exists())).hexdigest()[:16]


def names_of(words, library, recorded):
    threaded = sorted(path.stem for path in (library / "test" / "test_free_threading").glob("test_*.py"))
    foundation = list(FILES) + [f"test_free_threading.{name}" for name in threaded]
    if words == ["all"]:
        folder = library / "test"
        found = [path.stem for path in folder.glob("test_*.py")]
        found += [path.name for path in folder.glob("test_*") if (path / "__init__.py").exists()]
        return sorted(found)
    if words == ["recorded"]:
        return foundation + [name for name in recorded if name not in foundation and source_of(name, library).exists()]
    if words:
        return [word.removesuffix(".py").replace("/", ".") for word in words]
    return foundation


class File:
    """One test file, run in as many processes as its crashes need."""

    def __init__(self, name, command, options, internals):
        self.name, self.orochi, self.options = name, command, options
        own = section(internals, name)
        self.provided, self.left_out = own.get("provide", []), [f"{name}.{case}" for case in own.get("leave_out", [])]
        self.dropped = [f"{module}:{line}" for module, lines in internals.get("drop", {}).items() for line in lines]
        self.outcome = Outcome(name)

    def run(self):
        started = time.monotonic()
        self.deadline = started + self.options.file_seconds
        for _ in range(RESTARTS):
            stuck = self.process(skip=sorted(self.outcome.tests))
            if stuck is None or time.monotonic() > self.deadline:
                break
        self.outcome.seconds = time.monotonic() - started
        return self.outcome

    def process(self, skip):
        """Run once; returns the id of the test the process ended in, or None."""
        with tempfile.TemporaryDirectory() as folder:
            results = pathlib.Path(folder, "results")
            results.touch()
            command = [self.orochi, str(HERE / "child.py"), str(results), self.name]
            for name in self.provided:
                command += ["--provide", name]
            for line in self.dropped:
                command += ["--drop", line]
            for test in skip + self.left_out:
                command += ["--skip", test]
            environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0", NO_COLOR="1")
            with open(pathlib.Path(folder, "output"), "w+b") as output:
                process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                           cwd=folder, env=environment, start_new_session=True)
                hung = self.watch(process, results)
                output.seek(0)
                said = output.read().decode("utf-8", "replace").strip().splitlines()
            return self.read(results, process.returncode, hung, said[-1] if said else "")

    def watch(self, process, results):
        """Wait for the end, for silence longer than a test may take, or for the end of the file's time."""
        size, since = -1, time.monotonic()
        while True:
            try:
                process.wait(0.1)
                return False
            except subprocess.TimeoutExpired:
                now = results.stat().st_size
                if now != size:
                    size, since = now, time.monotonic()
                if time.monotonic() > min(since + self.options.timeout, self.deadline):
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


def internal(name, test, internals, version):
    """The reason why a test counts neither way, or None."""
    rest = test.removeprefix(name + ".")
    for pattern, reason in internals.get("cases", {}).items():
        # What the language does otherwise than an older version's tests say, and only those.
        if reason.startswith(LANGUAGE + ":") and version == LANGUAGE:
            continue
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
    parser.add_argument("--python", metavar="COMMAND", help="the CPython that has the test package (default: see reference.py)")
    parser.add_argument("--cpython-lib", metavar="DIR", help="folder that holds CPython's `test` package")
    parser.add_argument("--version", help="key in expected.json (default: from the folder's name)")
    parser.add_argument("--timeout", type=float, default=120, help="seconds a single test may take")
    parser.add_argument("--file-seconds", type=float, default=600, metavar="SECONDS",
                        help="all that a file may take, its restarts after hung tests included")
    parser.add_argument("--seconds", type=float, help="start no further file after this time")
    parser.add_argument("-j", type=int, default=2, metavar="N", help="files at a time")
    parser.add_argument("-v", action="store_true", help="show every test that does not pass")
    parser.add_argument("--update", action="store_true", help="add newly passing tests to expected.json")
    parser.add_argument("--json", metavar="FILE", help="write every test's outcome")
    options = parser.parse_args()

    library, version = find_test_package(options)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        return conform(options, library, version, install(options.orochi, library, pathlib.Path(folder)))


def conform(options, library, version, command):
    """Run the files that `options` name under `command`; the exit status."""
    internals = tomllib.loads((HERE / "internals.toml").read_text(encoding="utf-8"))
    expected = json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}
    of_version = expected.setdefault(version, {})
    digests = of_version.setdefault(DIGESTS, {})
    names = names_of(options.files, library, sorted(set(of_version) - {DIGESTS}))
    print(f"CPython {version}'s test files under {options.orochi}")

    deadline = time.monotonic() + options.seconds if options.seconds else None

    def run(name):
        if deadline and time.monotonic() > deadline:
            return None
        return File(name, command, options, internals).run()

    def lost_in(outcome):
        """The recorded tests that do not pass."""
        return sorted(set(of_version.get(outcome.name, [])) - set(outcome.having("passed")))

    def judge(outcome):
        """Count and tell a file's outcome; the recorded tests that do not pass any more."""
        name, tests = outcome.name, outcome.tests
        excluded = {test for test in tests if internal(name, test, section(internals, name), version)}
        good, known = set(outcome.having("passed")), set(of_version.get(name, []))
        bad = [test for test in outcome.having("failed", "errored", "crashed", "hung") if test not in excluded]
        counts.update(passed=len(good), failed=len(bad), added=len(good - known))
        print(f"{name}: {len(good)} passed, {len(bad)} failed, {len(outcome.having('skipped'))} skipped, "
              f"{len(excluded)} internals-only, {outcome.seconds:.1f} s", flush=True)
        for test in bad if options.v else [test for test in bad if tests[test][0] in ("crashed", "hung")]:
            print(f"    {tests[test][0]} {test}: {tests[test][1]}", flush=True)

    counts = collections.Counter()
    lost, changed, left_out, outcomes = [], [], [], {}
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        for name, outcome in zip(names, pool.map(run, names)):
            if outcome is None:
                left_out.append(name)
            else:
                outcomes[name] = outcome
                judge(outcome)
    for name, outcome in outcomes.items():
        same_text = digests.get(name) in (None, digest(name, library))
        if lost_in(outcome) and same_text:
            # Beside other files a test of threads may have come too late: once more, alone.
            again = File(name, command, options, internals).run()
            better = {test: again.tests[test] for test in lost_in(outcome) if test in again.tests}
            counts["passed"] += sum(status == "passed" for status, _ in better.values())
            outcome.tests |= better
        (lost if same_text else changed).extend((test, *outcome.tests.get(test, ("absent", ""))) for test in lost_in(outcome))
        good, known = set(outcome.having("passed")), set(of_version.get(name, []))
        if options.update and good | known:
            # What a changed file no longer has is forgotten; what it has and fails stays.
            gone = set() if same_text else known - set(outcome.tests)
            of_version[name] = sorted((good | known) - gone)
            digests[name] = digest(name, library)

    if left_out:
        print(f"no time for {len(left_out)} files: {' '.join(left_out)}")
    for test, status, reason in changed:
        print(f"changed {test}: passed before CPython changed the file, now {status}: {reason}")
    for test, status, reason in lost:
        print(f"LOST {test}: passed before, now {status}: {reason}")
    if options.update:
        EXPECTED.write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{counts['added']} tests added to {EXPECTED.name}")
    elif counts["added"]:
        print(f"{counts['added']} tests pass that {EXPECTED.name} does not list yet: --update adds them")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({name: outcome.tests for name, outcome in outcomes.items()}, indent=1), encoding="utf-8")
    if lost:
        print(f"{len(lost)} tests that passed before no longer do")
    if options.files == ["recorded"]:
        # Those files are recorded for what passes, and are not expected to pass whole.
        print(f"{counts['failed']} others do not pass yet")
        counts["failed"] = len(lost)
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
