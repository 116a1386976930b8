"""Runs one program of `bench/programs/` inside the interpreter that is measured.

    program_worker.py PROGRAM.py threads=2 seconds=2.0 [meet=1]

A program has `prepare(threads)`, `work(state, index, count)` (which returns how
many operations it has done) and `check(state, done)` (which raises if anything
was lost). Threads work for `seconds`; or, if the program says TOTAL, until that
many operations are shared out; or, if it says PER_THREAD, each so many. After
each chunk a thread notes what it has done in which tenth of a second, so the
fairness of any one-second window can be told. With meet=1 it says `@ ready NAME`
and waits for a line before it starts. Two lines are printed:

    @ threads NAME operations wall cpu
    @ share NAME least share in any full second, as a fraction of the fair one (or -)
"""

import sys
import threading
import time

TENTHS = 10


def fairness(notes, wall):
    """Least share of any thread in any one-second window, over the fair one."""
    last = int(wall * TENTHS)
    least = None
    for start in range(0, last - TENTHS + 1):
        window = [sum(note.get(tenth, 0) for tenth in range(start, start + TENTHS)) for note in notes]
        if sum(window):
            share = min(window) * len(window) / sum(window)
            least = share if least is None else min(least, share)
    return least


def main():
    path = sys.argv[1]
    settings = dict(word.split("=", 1) for word in sys.argv[2:])
    threads, seconds = int(settings["threads"]), float(settings["seconds"])
    sys.path.insert(0, path.rpartition("/")[0])
    name = path.rpartition("/")[2].partition(".")[0]
    program = __import__(name)
    total = getattr(program, "TOTAL", None)
    per_thread = getattr(program, "PER_THREAD", None)
    # Warm up on a state that is thrown away; fixed amounts are first passes, and get none.
    if per_thread is None:
        state = program.prepare(threads)
        program.work(state, 0, program.CHUNK)
    state = program.prepare(threads)
    shares = None if total is None else [total // threads + (index < total % threads) for index in range(threads)]
    clock = time.perf_counter
    begin = threading.Event()
    ready = threading.Barrier(threads + 1)
    started = [0.0]
    done = [0] * threads
    notes = [{} for _ in range(threads)]
    errors = []

    def body(index):
        try:
            note, work, chunk = notes[index], program.work, program.CHUNK
            ready.wait()
            begin.wait()
            start = started[0]
            operations = 0
            if per_thread is not None:
                for _ in range(per_thread):
                    operations += work(state, index, chunk)
            elif shares is not None:
                while operations < shares[index]:
                    part = work(state, index, min(chunk, shares[index] - operations))
                    operations += part
                    tenth = int((clock() - start) * TENTHS)
                    note[tenth] = note.get(tenth, 0) + part
            else:
                now = 0.0
                while now < seconds:
                    part = work(state, index, chunk)
                    operations += part
                    now = clock() - start
                    tenth = int(now * TENTHS)
                    note[tenth] = note.get(tenth, 0) + part
            done[index] = operations
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=body, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    if "meet" in settings:
        print("@ ready", name, flush=True)
        sys.stdin.readline()
    cpu, started[0] = time.process_time(), clock()
    begin.set()
    for worker in workers:
        worker.join()
    wall, cpu = clock() - started[0], time.process_time() - cpu
    if errors:
        raise errors[0]
    program.check(state, done)
    least = fairness(notes, wall) if shares is None and per_thread is None and threads > 1 else None
    print("@ threads", name, sum(done), wall, cpu)
    print("@ share", name, "-" if least is None else f"{least:.3f}")


main()
