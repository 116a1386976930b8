"""Thread mode: a workload's function in N threads, each with private work.

The number of rounds in all is the same for every thread count (up to rounding),
so speed-up is throughput with N threads over throughput with 1, and CPU
inflation is CPU time a round with N threads over that with 1, minus one. Runs
alternate over runtimes and thread counts; each is a fresh process."""

from . import install, measure, workloads
from .report import geometric_mean, median, seconds, table


def calibrate(runtime, script, arguments, options):
    """An answer whose `loops` are the rounds for `--work` CPU seconds on this runtime."""
    return measure.workload(runtime, "time", script, arguments, options.timeout,
                            warm=0, values=1, target=options.work)


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
        headings += [f"x{count} speed-up", f"x{count} CPU"]
    rows, collected = [], {}
    for timing, by_runtime in results.items():
        for runtime in runtimes:
            cells = by_runtime.get(runtime.name, {})
            if 1 not in cells:
                continue
            throughput = median(rate for rate, _ in cells[1])
            cpu = median(each for _, each in cells[1])
            row = [timing, runtime.name, seconds(1 / throughput)]
            for count in counts[1:]:
                if count not in cells:
                    row += ["-", "-"]
                    continue
                speed = median(rate for rate, _ in cells[count]) / throughput
                inflation = median(each for _, each in cells[count]) / cpu
                collected.setdefault((runtime.name, count), []).append((speed, inflation))
                row += [f"{speed:.2f}", f"{(inflation - 1) * 100:+.1f} %"]
            rows.append(row)
    table(headings, rows)
    print("\nGeometric means:")
    for (name, count), pairs in collected.items():
        speed = geometric_mean(speed for speed, _ in pairs)
        inflation = geometric_mean(inflation for _, inflation in pairs)
        worst = min(speed for speed, _ in pairs)
        print(f"  {name:15} {count:3} threads: speed-up {speed:.2f} (least {worst:.2f}), "
              f"CPU time {(inflation - 1) * 100:+.1f} %, over {len(pairs)} timings")
