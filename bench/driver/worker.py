"""Runs inside the interpreter that is measured.

    worker.py time    SCRIPT warm=1.0 values=3 target=0.3 [loops=NAME:N,..] [-- args]
    worker.py count   SCRIPT loops=NAME:N,..                                [-- args]
    worker.py threads SCRIPT threads=2 loops=NAME:N,.. [meet=1]             [-- args]

The script is executed as a module with the stand-in `pyperf`; what it would
have measured is then run here. Answers are lines that begin with `@ `:

    @ loops NAME N                 calibrated rounds for one value
    @ value NAME SECONDS           CPU seconds a round, steady state
    @ threads NAME ROUNDS WALL CPU all threads together
    @ ready NAME                   with meet=1: waits for a line before it measures
    @ error NAME REASON            NAME is `*` when the script itself failed

One thread is timed by `process_time`: CPU time of the whole process, compiler
and collector threads included. Each thread of `threads` executes the script
anew, so that nothing is shared but the library.
"""

import sys
import time


def say(*words):
    sys.stdout.write("@ " + " ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def reason(error):
    text = str(error).strip().split("\n")[-1]
    return type(error).__name__ + (": " + text if text else "")


def load(script, arguments):
    """Execute the script; returns [(name, run)] of what it wants measured."""
    import pyperf

    with open(script, encoding="utf-8") as file:
        source = file.read()
    module = type(sys)("__main__")
    module.__file__ = script
    sys.modules["__main__"] = module
    sys.argv = [script] + arguments
    pyperf.captured = []
    exec(compile(source, script, "exec"), module.__dict__)
    return pyperf.captured


def calibrate(run, target):
    loops = 1
    while True:
        seconds = run(loops)
        if seconds >= target / 2:
            return max(1, round(loops * target / seconds))
        loops *= 2 if seconds <= 0 else max(2, min(16, int(target / seconds)))


def time_one(name, run, loops, warm, values, target):
    if loops is None:
        loops = calibrate(run, target)
    say("loops", name, loops)
    started = time.process_time()
    while time.process_time() - started < warm:
        run(loops)
    for _ in range(values):
        say("value", name, run(loops) / loops)


def run_threads(name, runs, loops, meets):
    import threading

    count = len(runs)
    ready = threading.Barrier(count + 1)
    begin = threading.Event()
    errors = []

    def body(run):
        try:
            run(1)
            ready.wait()
            begin.wait()
            run(loops)
        except BaseException as error:
            errors.append(error)
            ready.abort()

    threads = [threading.Thread(target=body, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    try:
        ready.wait()
    except threading.BrokenBarrierError:
        pass
    if meets:
        say("ready", name)
        sys.stdin.readline()
    cpu, wall = time.process_time(), time.perf_counter()
    begin.set()
    for thread in threads:
        thread.join()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if errors:
        raise errors[0]
    say("threads", name, loops * count, wall, cpu)


def main():
    words, arguments = sys.argv[1:], []
    if "--" in words:
        cut = words.index("--")
        words, arguments = words[:cut], words[cut + 1:]
    mode, script = words[0], words[1]
    settings = dict(word.split("=", 1) for word in words[2:])
    loops_of = {}
    for pair in filter(None, settings.get("loops", "").split(",")):
        name, _, loops = pair.rpartition(":")
        loops_of[name] = int(loops)
    here = __file__.rpartition("/")[0] or "."
    sys.path[:0] = [here + "/stand_in", script.rpartition("/")[0]]
    try:
        import pyperf
        copies = int(settings.get("threads", "1"))
        if mode != "threads":
            time.perf_counter = pyperf.perf_counter = time.process_time
        loaded = [load(script, arguments) for _ in range(copies)]
    except BaseException as error:
        say("error", "*", reason(error))
        return
    wanted = set(loops_of)
    for index, (name, run) in enumerate(loaded[0]):
        if wanted and name not in wanted:
            continue
        try:
            if mode == "time":
                time_one(name, run, loops_of.get(name), float(settings["warm"]),
                         int(settings["values"]), float(settings["target"]))
            elif mode == "count":
                run(loops_of[name])
                say("loops", name, loops_of[name])
            else:
                run_threads(name, [copy[index][1] for copy in loaded], loops_of[name],
                            "meet" in settings)
        except BaseException as error:
            say("error", name, reason(error))


main()
