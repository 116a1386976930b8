"""The event log and `orochi stm-report` under test.

Each program in `conflicts/` makes one kind of conflict between two lines, which it marks with
`# one` and `# other`; its first line says what the report must say of it:

    # expect: kind=blocks category=attribute name=Stats.n hint=transaction.counter

The worst conflict of the report that has happened several times must be between these two lines. (`+` stands for a blank, `|` for
alternatives, `*` for anything; a bare word must be a count that is not zero.)

Usage: run.py [--orochi PATH] [--keep DIR] [--only NAME]
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import browser

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TRIES = 4
# What happens less often is not the conflict that the program is about.
OFTEN = 5

passed = failed = 0


def check(name, right, shown=""):
    global passed, failed
    if right:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name}\n{shown}")
    return right


class Runner:
    """Runs programs with a log, and the report on it."""

    def __init__(self, orochi, folder):
        self.orochi, self.folder = orochi, pathlib.Path(folder)
        self.environment = {
            name: value for name, value in os.environ.items()
            if name not in ("OROCHI_STM_LOG", "PYTHONPATH")}
        self.environment.update(PYTHONIOENCODING="utf-8", PYTHONDONTWRITEBYTECODE="1", NO_COLOR="1")

    def run(self, *args, timeout=120, **environment):
        return subprocess.run(
            [self.orochi, *map(str, args)], capture_output=True, timeout=timeout,
            env={**self.environment, **environment}, cwd=self.folder)

    def report(self, log, *options):
        return self.run("stm-report", *options, log)

    def json(self, log):
        done = self.report(log, "--json")
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode(errors="replace"))
        return json.loads(done.stdout)


def marked_lines(source):
    """The lines marked `# one` and `# other`."""
    found = {}
    for number, line in enumerate(source.splitlines(), 1):
        mark = re.search(r"# (one|other)$", line)
        if mark:
            found[mark[1]] = (number, line.strip())
    return {found["one"], found["other"]}


def expectations(source):
    first = source.splitlines()[0]
    words = first.removeprefix("# expect:").split()
    return {key: value.replace("+", " ") for key, _, value in (w.partition("=") for w in words)}


def mismatch(conflict, path, lines, expected):
    """What is wrong with this conflict; nothing if it is the one."""
    places = {(side["line"], side["text"]) for side in conflict["sides"]
              if pathlib.Path(side["file"]).name == path.name}
    if places != lines:
        return f"lines {sorted(places)}, not {sorted(lines)}"
    if not all(side["exact"] or side["inferred"] for side in conflict["sides"]):
        return "a line is a guess"
    if sum(side["count"] for side in conflict["sides"]) != conflict["count"]:
        return "counts do not add up"
    said = {"kind": conflict["kind"], "description": conflict["description"],
            "category": conflict["object"]["category"], "name": conflict["object"]["name"],
            "hint": conflict["hint"]}
    for key, value in expected.items():
        if not value:
            if not conflict[key]:
                return f"no {key}"
            continue
        if value == "*":
            continue
        exact = key in ("kind", "category", "name")
        right = said[key] in value.split("|") if exact else value in said[key]
        if not right:
            return f"{key} is {said[key]!r}, not {value!r}"
    return None


def one_conflict(runner, path):
    """What is wrong with the report on the program, at its best try: threads may happen to run one
    after the other."""
    source = path.read_text(encoding="utf-8")
    lines, expected = marked_lines(source), expectations(source)
    wrong = ""
    for attempt in range(TRIES):
        log = runner.folder / f"{path.stem}.{attempt}.log"
        done = runner.run("-X", f"stm_log={log}", path)
        if done.returncode != 0:
            return "the program failed: " + done.stderr.decode(errors="replace")[-2000:]
        report = runner.json(log)
        if not report["conflicts"]:
            wrong = "no conflicts"
            continue
        # A thread that the system does not run for a while costs the others one long wait.
        worst = next((c for c in report["conflicts"] if c["count"] >= OFTEN), report["conflicts"][0])
        wrong = mismatch(worst, path, lines, expected)
        if wrong is None:
            return None
    shown = json.dumps(report["conflicts"][:2], indent=1)
    return f"{wrong}\n{shown}"


def conflicts(runner, only):
    paths = [path for path in sorted((HERE / "conflicts").glob("*.py"))
             if only in path.stem and path.read_text().startswith("# expect:")]
    for path in paths:
        wrong = one_conflict(runner, path)
        check(f"conflicts/{path.name}", wrong is None, wrong)


def command_errors(runner):
    """What the command says to what it cannot do: one line, and status 2."""
    log, notes = runner.folder / "good.log", runner.folder / "notes.txt"
    notes.write_text("no log at all\n")
    (runner.folder / "empty.log").write_bytes(b"")
    done = runner.run("-c", "pass", OROCHI_STM_LOG=str(log))
    check("OROCHI_STM_LOG writes a log", done.returncode == 0 and log.stat().st_size > 100)
    whole = log.read_bytes()
    (runner.folder / "head.log").write_bytes(whole[:20])
    newer = bytearray(whole)
    newer[7] = 77
    (runner.folder / "newer.log").write_bytes(newer)
    for options, said in [
        (["missing.log"], "cannot read 'missing.log': No such file or directory"),
        (["."], "cannot read '.': Is a directory"),
        (["notes.txt"], "'notes.txt' is not an event log"),
        (["empty.log"], "'empty.log' is not an event log"),
        (["head.log"], "'head.log' is an event log that ends before its first event"),
        (["newer.log"], "'newer.log' is an event log of version 77, which this program does not know"),
        (["--jsn", "good.log"], "unknown option --jsn"),
        (["-q", "good.log"], "unknown option -q"),
        ([], "the name of a log is expected"),
        (["good.log", "notes.txt"], "one log is enough; what is 'notes.txt'?"),
        (["--json", "--html", "good.log"], "--json and --html exclude each other"),
        (["--top", "few", "good.log"], "--top expects a number"),
        (["good.log", "-o"], "-o expects the name of a file"),
        (["good.log", "-o", "no/such/folder"], "cannot write 'no/such/folder': No such file or directory"),
    ]:
        done = runner.run("stm-report", *options)
        shown = (done.returncode, done.stdout, done.stderr.decode())
        check(f"stm-report {' '.join(options)}",
              shown == (2, b"", f"orochi stm-report: {said}\n"), shown)
    done = runner.run("stm-report", "--help")
    check("stm-report --help", done.returncode == 0 and b"--html" in done.stdout)
    for option, said in [
        ("stm_log", b"-X stm_log: the name of a file is expected"),
        ("stm_log=no/such/folder/log", b"cannot write the log 'no/such/folder/log': No such file"),
    ]:
        done = runner.run("-X", option, "-c", "print(1)")
        check(f"-X {option}", done.returncode != 0 and not done.stdout and said in done.stderr,
              done.stderr)
    done = runner.run("-E", "-c", "print(1)", OROCHI_STM_LOG="no/such/folder/log")
    check("-E and OROCHI_STM_LOG", done.stdout == b"1\n", done.stderr)


def cut_logs(runner):
    """A log that ends anywhere gives the report on what it has."""
    log = runner.folder / "cut.log"
    runner.run("-X", f"stm_log={log}", HERE / "conflicts" / "attribute.py")
    whole = log.read_bytes()
    before = len(runner.json(log)["conflicts"])
    check("a log with conflicts", before > 0)
    cut = runner.folder / "cut.part.log"
    wrong = []
    for percent in (50, 80, 95, 99):
        cut.write_bytes(whole[:len(whole) * percent // 100])
        report = runner.json(cut)
        if report["complete"] and percent > 50 or not 0 <= len(report["conflicts"]) <= 4 * before:
            wrong.append((percent, report["complete"], len(report["conflicts"])))
        text = runner.report(cut)
        if text.returncode != 0:
            wrong.append((percent, text.stderr))
    check("logs that are cut", not wrong, wrong)


KILLED = """
import os, signal, threading, time
from transaction import atomic
shared = [0]
def work():
    while True:
        with atomic:
            shared[0] += 1
            sum(range(300))
for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
time.sleep(1.0)
os.kill(os.getpid(), signal.SIGKILL)
"""

FORKED = """
import os, threading
from transaction import atomic
shared = [0]
def work():
    for _ in range(500):
        with atomic:
            shared[0] += 1
def both():
    threads = [threading.Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
both()
child = os.fork()
if child == 0:
    both()
    with atomic:
        pass
    os._exit(0)
os.waitpid(child, 0)
both()
print(child)
"""


def processes(runner):
    """Processes that are killed, that fork, and that share a log's name."""
    log = runner.folder / "killed.log"
    runner.run("-X", f"stm_log={log}", "-c", KILLED)
    report = runner.json(log)
    check("a process that is killed", report["totals"]["commits"] > 100, report["totals"])
    log = runner.folder / "forked.log"
    done = runner.run("-X", f"stm_log={log}", "-c", FORKED)
    child = runner.folder / f"forked.log.{done.stdout.decode().strip()}"
    if check("the child of a fork has a log", child.exists(), done.stderr.decode()):
        parents, childs = runner.json(log)["totals"], runner.json(child)["totals"]
        check("commits of the parent", parents["commits"] == 2000, parents)
        check("commits of the child", childs["commits"] == 1001, childs)
    log = runner.folder / "shared.log"
    block = "from transaction import atomic\nwith atomic: pass\n"
    source = f"{block}import subprocess, sys\nsubprocess.run([sys.executable, '-c', {block!r}])\n"
    runner.run("-c", source, OROCHI_STM_LOG=str(log))
    logs = sorted(runner.folder.glob("shared.log*"))
    commits = [runner.json(found)["totals"]["commits"] for found in logs]
    check("a process and the one that it starts", commits == [1, 1], (logs, commits))


NEVER_WAITS = """
from transaction import atomic
for _ in range(1000):
    with atomic:
        pass
"""


def quiet(runner):
    """A program without conflicts, and one that prints as before."""
    log = runner.folder / "quiet.log"
    runner.run("-X", f"stm_log={log}", "-c", NEVER_WAITS)
    report = runner.json(log)
    totals = report["totals"]
    check("one thread has no conflicts", not report["conflicts"], report["conflicts"])
    check("a thousand commits", (totals["commits"], totals["aborts"]) == (1000, 0), totals)
    text = runner.report(log).stdout.decode()
    check("the text says so", "No thread has waited for another one." in text, text)
    check("the log is small", log.stat().st_size < 5000, log.stat().st_size)


def text_form(runner):
    """The report for the terminal has the two lines with their text."""
    log = runner.folder / "text.log"
    runner.run("-X", f"stm_log={log}", HERE / "conflicts" / "inevitable.py")
    text = runner.report(log).stdout.decode()
    for part in ('print("first", number)  # one', 'print("second", number)  # other', "what to do: ",
                 "Blocks, by time:", "Blocks that did what cannot be undone:", "by `print`", "Totals: "):
        check(f"the text has {part!r}", part in text, text)
    few = runner.report(log, "--top", "0").stdout.decode()
    check("--top 0", "more conflicts: --top" in few and "1. " not in few, few)
    page = runner.folder / "text.html"
    done = runner.report(log, "--html", "-o", page)
    check("-o writes a file", done.returncode == 0 and page.read_text().startswith("<!doctype html>"))


def page(runner, chromium):
    """The page, used in a browser by its own self-check."""
    if chromium is None:
        print("SKIPPED: the page in a browser: there is no Chromium here; "
              "tests/report/browser.py --install fetches Debian's package")
        return
    for name in ("attribute", "inevitable", "queue_items"):
        log, html = runner.folder / f"page.{name}.log", runner.folder / f"page.{name}.html"
        runner.run("-X", f"stm_log={log}", HERE / "conflicts" / f"{name}.py")
        runner.report(log, "--html", "-o", html)
        source = html.read_text(encoding="utf-8")
        outside = re.findall(r"(?:src|href)\s*=\s*[\"'](?!data:|#)[^\"']*|@import|url\((?!data:)", source)
        check(f"{name}: nothing from outside", not outside, outside[:3])
        for options in ([], ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"]):
            try:
                said = browser.self_check(chromium, html, *options)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                check(f"{name}: the page works", False, error)
                continue
            conflicts = runner.json(log)["conflicts"]
            check(f"{name}: the page works", not said["failures"], said["failures"])
            check(f"{name}: all conflicts", said["conflicts"] == len(conflicts), said["conflicts"])
            for conflict, shown in zip(conflicts, said["shownLines"]):
                if all(side["text"] for side in conflict["sides"]):
                    lines = {str(side["line"]) for side in conflict["sides"]}
                    check(f"{name}: both lines in the source", set(shown) == lines, (shown, lines))


GUIDE = ROOT / "docs" / "transactions.md"
# What the module's fallback for other Pythons cannot do.
UNDOES = re.compile(r"rollback=True|\babort\b|\bretry\b|\bor_else\b|\bstmdict\b|\bstmset\b")


def guide_conflict(runner, name, path, source):
    """The report on an example of the guide names the lines that it marks."""
    lines = {(number, line.strip()) for number, line in enumerate(source.splitlines(), 1)
             if line.endswith(("# here", "# and here"))}
    for attempt in range(TRIES):
        log = path.with_suffix(f".{attempt}.log")
        runner.run("-X", f"stm_log={log}", path)
        for conflict in runner.json(log)["conflicts"]:
            if {(side["line"], side["text"]) for side in conflict["sides"]} == lines:
                return check(f"{name}: the report", True)
    return check(f"{name}: the report", False, runner.report(log).stdout.decode())


def guide(runner, python):
    """The examples of the guide to transactions, each a program of its own, here and on CPython."""
    examples = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    check("the guide has examples", len(examples) > 10)
    library = runner.folder / "library"
    library.mkdir(exist_ok=True)
    for module in ("transaction.py", "pypystm.py", "_transaction_locks.py",
                   "_transaction_containers.py"):
        if (ROOT / "Lib" / module).exists():
            (library / module).write_bytes((ROOT / "Lib" / module).read_bytes())
    for number, source in enumerate(examples, 1):
        path = runner.folder / f"guide_{number}.py"
        path.write_text(source, encoding="utf-8")
        title = source.strip().splitlines()[-1]
        name = f"example {number} of the guide ({title})"
        done = runner.run(path)
        check(name, done.returncode == 0, done.stderr.decode())
        if "# here" in source:
            guide_conflict(runner, name, path, source)
        if not UNDOES.search(source):
            done = subprocess.run([python, str(path)], capture_output=True, timeout=120,
                                  env={**runner.environment, "PYTHONPATH": str(library)})
            check(f"{name}, on CPython", done.returncode == 0, done.stderr.decode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--orochi", default=str(ROOT / "target" / "release" / "orochi"))
    parser.add_argument("--keep", help="leave the logs here")
    parser.add_argument("--only", default="", help="only programs with this in their names")
    parser.add_argument("--install", action="store_true",
                        help="fetch a browser if there is none")
    options = parser.parse_args()
    orochi = str(pathlib.Path(options.orochi).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or scratch
        os.makedirs(folder, exist_ok=True)
        runner = Runner(orochi, folder)
        conflicts(runner, options.only)
        if not options.only:
            for part in (quiet, text_form, command_errors, cut_logs, processes):
                part(runner)
            guide(runner, sys.executable)
            page(runner, browser.install() if options.install else browser.find())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
