"""Starts workers in fresh processes and reads their answers."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

WORKER = pathlib.Path(__file__).resolve().with_name("worker.py")


class Answer:
    """What a worker said, and what its process used."""

    def __init__(self):
        self.loops = {}
        self.values = {}
        self.threads = {}
        self.shares = {}
        self.errors = {}
        self.lines = []
        self.cpu = 0.0
        self.peak_kb = 0
        self.stderr = ""


def environment():
    settings = dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", PYTHONIOENCODING="utf-8")
    settings.pop("PYTHONPATH", None)
    return settings


def start(command, timeout):
    """Run a command to its end; returns an Answer with raw lines and usage.

    Standard streams go to files, so that `wait4` (which alone tells the usage
    of this very process) can be the only thing waited for."""
    answer = Answer()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                   env=environment(), start_new_session=True)
        timed_out = []

        def expire(signum, frame):
            timed_out.append(True)
            os.killpg(process.pid, signal.SIGKILL)

        previous = signal.signal(signal.SIGALRM, expire)
        signal.setitimer(signal.ITIMER_REAL, timeout)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        answer.cpu, answer.peak_kb = usage.ru_utime + usage.ru_stime, usage.ru_maxrss
        out.seek(0)
        err.seek(0)
        answer.lines = out.read().decode("utf-8", "replace").splitlines()
        answer.stderr = err.read().decode("utf-8", "replace")
    if timed_out:
        answer.errors["*"] = f"no end after {timeout:g} s"
    elif code:
        last = (answer.stderr.strip().splitlines() or [""])[-1]
        answer.errors["*"] = f"killed by signal {-code}" if code < 0 else (last or f"exit status {code}")
    return answer


def run(command, timeout):
    """Run a worker's command line and sort its `@` lines."""
    return sort(start(command, timeout))


def side_by_side(command, copies, timeout):
    """Run a worker that is told to `meet` in several processes at once; returns their Answers.

    Before each measurement a worker says `@ ready` and waits for a line, which it gets when all
    have said so."""
    answers = [Answer() for _ in range(copies)]
    with tempfile.TemporaryFile("w+") as err:
        processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, stdin=subprocess.PIPE, text=True,
                                      bufsize=1, env=environment(), start_new_session=True) for _ in range(copies)]
        timed_out = []

        def end():
            for process in processes:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

        def expire(signum, frame):
            timed_out.append(True)
            end()

        previous = signal.signal(signal.SIGALRM, expire)
        signal.setitimer(signal.ITIMER_REAL, timeout)
        try:
            running = list(range(copies))
            while running:
                for index in list(running):
                    line = ""
                    for line in processes[index].stdout:
                        if line.startswith("@ ready"):
                            break
                        answers[index].lines.append(line.rstrip("\n"))
                    else:
                        running.remove(index)
                for index in running:
                    try:
                        processes[index].stdin.write("\n")
                    except OSError:
                        pass  # It has ended; its exit status tells why.
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
            if sys.exc_info()[0]:
                end()
            for process in processes:
                process.wait()
                process.stdin.close()
                process.stdout.close()
        err.seek(0)
        last = (err.read().strip().splitlines() or [""])[-1]
    for answer, process in zip(answers, processes):
        if timed_out:
            answer.errors["*"] = f"no end after {timeout:g} s"
        elif process.returncode:
            answer.errors["*"] = last or f"exit status {process.returncode}"
    return [sort(answer) for answer in answers]


def sort(answer):
    """Sort a worker's `@` lines."""
    for line in answer.lines:
        if not line.startswith("@ "):
            continue
        kind, name, *rest = line[2:].split(" ", 2)
        rest = rest[0] if rest else ""
        if kind == "loops":
            answer.loops[name] = int(rest)
        elif kind == "value":
            answer.values.setdefault(name, []).append(float(rest))
        elif kind == "threads":
            rounds, wall, cpu = rest.split()
            answer.threads[name] = (int(rounds), float(wall), float(cpu))
        elif kind == "share":
            answer.shares[name] = None if rest == "-" else float(rest)
        elif kind == "error":
            answer.errors[name] = rest
    return answer


def workload(runtime, mode, script, arguments, timeout, loops=None, processes=None, **settings):
    """Run a pyperformance script in a worker; or in several at once, if told in how many processes."""
    words = [f"{key}={value}" for key, value in settings.items()]
    if loops:
        words.append("loops=" + ",".join(f"{name}:{count}" for name, count in loops.items()))
    if processes:
        words.append("meet=1")
    command = [*runtime.command, str(WORKER), mode, str(script), *words, "--", *arguments]
    return side_by_side(command, processes, timeout) if processes else run(command, timeout)
