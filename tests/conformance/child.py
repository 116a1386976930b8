"""Runs inside the interpreter under test: one of CPython's test files.

    child.py RESULTS MODULE [--provide MODULE.NAME].. [--drop MODULE:LINE].. [--skip ID]..

Each test appends lines to RESULTS, `status <TAB> id <TAB> reason`, the first one
with status `start` before it runs; whoever reads them knows which test was
running if this process does not come back. A last line `end` says that all ran.

`--provide` puts a function that returns False under a name of one of CPython's
private test modules while the file is being imported, for files that import such
a module at their top although only a few of their cases use it. The name
`builtins.__annotations__` stands for the dict that modules had before 3.14.
`--drop` leaves a line out of a module, for what Python no longer allows.
"""

import builtins
import importlib.machinery
import importlib.util
import sys
import unittest


def last_line(error):
    kind, value, _ = error
    text = str(value).strip().split("\n")
    return kind.__name__ + ": " + (text[0] if text else "")


class Recorder(unittest.TestResult):
    """Writes one line for each outcome; a test with a failed subtest has failed."""

    def __init__(self, file, skip):
        super().__init__()
        self.file, self.skip = file, skip

    def write(self, status, test, reason=""):
        reason = reason.replace("\t", " ").replace("\n", " ")[:300]
        name = test.id().encode("ascii", "backslashreplace").decode()
        self.file.write(f"{status}\t{name}\t{reason.encode('ascii', 'backslashreplace').decode()}\n")
        self.file.flush()

    def startTest(self, test):
        self.outcome = None
        self.write("start", test)
        super().startTest(test)

    def stopTest(self, test):
        status, reason = self.outcome or ("passed", "")
        self.write(status, test, reason)
        super().stopTest(test)

    def note(self, status, reason):
        if self.outcome is None or self.outcome[0] == "skipped":
            self.outcome = (status, reason)

    def addFailure(self, test, error):
        self.report(test, "failed", last_line(error))

    def addError(self, test, error):
        self.report(test, "errored", last_line(error))

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.note("failed", last_line(error))

    def addSkip(self, test, reason):
        self.report(test, "skipped", reason)

    def addExpectedFailure(self, test, error):
        self.note("passed", "expected failure")

    def addUnexpectedSuccess(self, test):
        self.note("failed", "unexpected success")

    def report(self, test, status, reason):
        # Failures of setUpClass and setUpModule come outside any test.
        if isinstance(test, unittest.TestCase):
            self.note(status, reason)
        else:
            self.write(status, test, reason)


def provide(names):
    """Stand in for absent modules; returns what to take away again."""
    added = []
    for name in names:
        module, _, attribute = name.rpartition(".")
        if name == "builtins.__annotations__":
            # Until 3.13 a module with annotations had this name of its own.
            builtins.__annotations__ = {}
            continue
        try:
            __import__(module)
        except ImportError:
            stand_in = type(sys)(module)
            setattr(stand_in, attribute, lambda *arguments: False)
            sys.modules[module] = stand_in
            added.append(module)
    return added




class Dropping:
    """Finds modules of which some lines are left out: what a later Python no longer has."""

    def __init__(self, lines):
        self.lines = {}
        for entry in lines:
            module, _, line = entry.partition(":")
            self.lines.setdefault(module, []).append(line)

    def find_spec(self, name, path, target=None):
        if name not in self.lines:
            return None
        lines = self.lines[name]

        class Loader(importlib.machinery.SourceFileLoader):
            def source_to_code(self, data, path, **options):
                kept = ["" if line in lines else line for line in data.decode().split("\n")]
                return super().source_to_code("\n".join(kept).encode(), path, **options)

        spec = importlib.machinery.PathFinder.find_spec(name, path)
        return importlib.util.spec_from_file_location(name, spec.origin, loader=Loader(name, spec.origin))


def without(suite, skip):
    """The same suite less the tests in `skip`, named from the file on (class and module set-ups stay)."""
    kept = unittest.TestSuite()
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            kept.addTest(without(item, skip))
        elif item.id().removeprefix("test.") not in skip:
            kept.addTest(item)
    return kept


def main():
    results, name, *options = sys.argv[1:]
    provided = [options[i + 1] for i, option in enumerate(options) if option == "--provide"]
    dropped = [options[i + 1] for i, option in enumerate(options) if option == "--drop"]
    sys.meta_path.insert(0, Dropping(dropped))
    skip = {options[i + 1] for i, option in enumerate(options) if option == "--skip"}
    sys.argv = [name]
    with open(results, "a", encoding="ascii") as file:
        try:
            try:
                from test import support
                support.use_resources = frozenset()
                support.verbose = 0
                # The build variable by which CPython's files ask for a runtime without GIL.
                if not getattr(sys, "_is_gil_enabled", lambda: True)():
                    support.Py_GIL_DISABLED = True
            except ImportError as error:
                file.write(f"note\ttest.support\t{type(error).__name__}: {error}\n")
            added = provide(provided)
            module = __import__("test." + name, fromlist=["*"])
            suite = unittest.defaultTestLoader.loadTestsFromModule(module)
            for stand_in in added:
                del sys.modules[stand_in]
            vars(builtins).pop("__annotations__", None)
        except unittest.SkipTest as reason:
            file.write(f"skipped\ttest.{name}\t{reason}\n")
        except BaseException:
            file.write(f"errored\ttest.{name}\t{last_line(sys.exc_info()[:2] + (None,))}\n".replace("\r", " "))
        else:
            without(suite, skip).run(Recorder(file, skip))
        file.write("end\t\t\n")


main()
