"""Thread mode: a workload's function in N threads, each with private work.

The number of rounds in all is the same for every thread count (up to rounding),
so speed-up is throughput with N threads over throughput with 1, and CPU
inflation is CPU time a round with N threads over that with 1, minus one. Runs
alternate over runtimes and thread counts; each is a fresh process.

Threads that share nothing cannot do more than the machine and its scheduler
allow: cores may share caches, or be virtual ones of which other guests take a
part, and where there are more threads than cores some get ahead of the others,
so that a core has nothing left to do before the last has ended. So as many
independent *processes* as threads do the same work at once, and threads are
compared with them too."""

from . import install, measure, workloads
from .report import geometric_mean, median, seconds, table


def calibrate(runtime, script, arguments, options):
    """An answer whose `loops` are the rounds for `--work` CPU seconds on this runtime."""
    return measure.workload(runtime, "time", script, arguments, options.timeout,
                            warm=0, values=1, target=options.work)


def processes_key(count):
    return f"{count} processes"


def throughput(answers, timing):
    """All together: (rounds a second, CPU seconds a round), or None if one has failed."""
    if any(timing not in answer.threads for answer in answers):
        return None
    each = [answer.threads[timing] for answer in answers]
    rounds = sum(rounds for rounds, _, _ in each)
    return rounds / max(wall for _, wall, _ in each), sum(cpu for _, _, cpu in each) / rounds


def run(names, runtimes, options, counts):
    counts = sorted({1, *counts})
    results, problems = {}, []
    for name in names:
        script = install.script(name)
        arguments = workloads.ARGUMENTS.get(name, [])
        if script is None:
            problems.append((name, "pyperformance", "no such workload in this version"))
            continue
        loops = {}
        for runtime in runtimes:
            answer = calibrate(runtime, script, arguments, options)
            loops[runtime.name] = answer.loops
            problems += [(name, runtime.name, why) for why in answer.errors.values()]
        for _ in range(options.rounds):
            for count in counts:
                for runtime in runtimes:
                    share = {timing: max(1, round(total / count)) for timing, total in loops[runtime.name].items()}
                    if not share:
                        continue
                    answer = measure.workload(runtime, "threads", script, arguments, options.timeout,
                                              loops=share, threads=count)
                    for timing, (rounds, wall, cpu) in answer.threads.items():
                        cell = results.setdefault(timing, {}).setdefault(runtime.name, {}).setdefault(count, [])
                        cell.append((rounds / wall, cpu / rounds))
                    for timing, why in answer.errors.items():
                        problems.append((f"{name} with {count} threads", runtime.name, why))
            for count in counts[1:]:
                for runtime in runtimes:
                    share = {timing: max(1, round(total / count)) for timing, total in loops[runtime.name].items()}
                    if not share:
                        continue
                    answers = measure.workload(runtime, "threads", script, arguments, options.timeout,
                                               loops=share, threads=1, processes=count)
                    for timing in share:
                        if together := throughput(answers, timing):
                            cells = results.setdefault(timing, {}).setdefault(runtime.name, {})
                            cells.setdefault(processes_key(count), []).append(together)
                    for why in dict.fromkeys(why for answer in answers for why in answer.errors.values()):
                        problems.append((f"{name} in {count} processes", runtime.name, why))
        print(f"measured {name}", flush=True)
    print()
    report(results, runtimes, counts)
    if problems:
        print("\nNot run or failed:")
        for name, runtime, why in dict.fromkeys(problems):
            print(f"  {name} on {runtime}: {why}")
    return {"threads": counts, "timings": results, "problems": [list(problem) for problem in problems]}


def report(results, runtimes, counts):
    headings = ["timing", "runtime", "1 thread"]
    for count in counts[1:]:
        headings += [f"{count} processes", f"{count} threads", "CPU", "of processes"]
    rows, collected = [], {}
    for timing, by_runtime in results.items():
        for runtime in runtimes:
            cells = by_runtime.get(runtime.name, {})
            if 1 not in cells:
                continue
            single = median(rate for rate, _ in cells[1])
            cpu = median(each for _, each in cells[1])
            row = [timing, runtime.name, seconds(1 / single)]
            for count in counts[1:]:
                if count not in cells:
                    row += ["-", "-", "-", "-"]
                    continue
                speed = median(rate for rate, _ in cells[count]) / single
                inflation = median(each for _, each in cells[count]) / cpu
                several = cells.get(processes_key(count))
                limit = median(rate for rate, _ in several) / single if several else None
                part = speed / limit if limit else None
                collected.setdefault((runtime.name, count), []).append((speed, inflation, part))
                row += [f"{limit:.2f}" if limit else "-", f"{speed:.2f}", f"{(inflation - 1) * 100:+.1f} %",
                        f"{part:.2f}" if part else "-"]
            rows.append(row)
    table(headings, rows)
    print("\nGeometric means:")
    for (name, count), cells in collected.items():
        speed = geometric_mean(speed for speed, _, _ in cells)
        inflation = geometric_mean(inflation for _, inflation, _ in cells)
        worst = min(speed for speed, _, _ in cells)
        parts = [part for _, _, part in cells if part]
        against = f" of {count} processes' throughput {geometric_mean(parts):.2f}," if parts else ""
        print(f"  {name:15} {count:3} threads: speed-up {speed:.2f} (least {worst:.2f}),{against} "
              f"CPU time {(inflation - 1) * 100:+.1f} %, over {len(cells)} timings")
