"""One thread, CPU time, steady state: runs alternate A B A B over the runtimes,
each in a fresh process; the number of rounds for one value is found on the
baseline once and then the same for everybody."""

from . import install, measure, workloads
from .report import geometric_mean, median, seconds, table


def measure_workload(name, runtimes, baseline, options, results, problems):
    """Fill results[timing][runtime] with values, and problems with reasons."""
    script = install.script(name)
    if script is None:
        problems.append((name, "pyperformance", "no such workload in this version"))
        return
    arguments = workloads.ARGUMENTS.get(name, [])
    # The baseline calibrates, so it goes first.
    order = sorted(runtimes, key=lambda runtime: runtime.name != baseline)
    loops, failed = None, {}
    for _ in range(options.rounds):
        for runtime in order:
            if runtime.name in failed:
                continue
            answer = measure.workload(runtime, "time", script, arguments, options.timeout, loops=loops,
                                      warm=options.warmup, values=options.values, target=options.target)
            for timing, values in answer.values.items():
                entry = results.setdefault(timing, {"workload": name})
                entry.setdefault(runtime.name, []).extend(values)
                entry.setdefault("peak_kb", {})[runtime.name] = answer.peak_kb
                entry.setdefault("process_cpu", {}).setdefault(runtime.name, []).append(answer.cpu)
                entry.setdefault("loops", answer.loops.get(timing))
            if loops is None and answer.loops and not answer.errors:
                loops = answer.loops
            for timing, why in answer.errors.items():
                problems.append((name if timing == "*" else timing, runtime.name, why))
                failed[runtime.name] = True


def run(names, runtimes, baseline, options):
    """Measure and print; returns what goes into the JSON file."""
    results, problems = {}, []
    for position, name in enumerate(names, 1):
        before = set(results)
        measure_workload(name, runtimes, baseline, options, results, problems)
        fresh = [timing for timing in results if timing not in before]
        for timing in fresh:
            entry = results[timing]
            print(f"[{position}/{len(names)}] {timing}: " + ", ".join(
                f"{runtime.name} {seconds(median(entry[runtime.name]))}"
                for runtime in runtimes if runtime.name in entry), flush=True)
        if not fresh:
            print(f"[{position}/{len(names)}] {name}: not run", flush=True)
    print()
    summary = summarise(results, runtimes, baseline)
    if problems:
        print("\nNot run or failed:")
        for name, runtime, why in problems:
            print(f"  {name} on {runtime}: {why}")
    return {"baseline": baseline, "timings": results, "summary": summary,
            "problems": [list(problem) for problem in problems]}


def summarise(results, runtimes, baseline):
    ratios = {}
    rows = []
    for timing, entry in results.items():
        row = [timing]
        for runtime in runtimes:
            values = entry.get(runtime.name)
            row.append(seconds(median(values)) if values else "-")
        for runtime in runtimes:
            if runtime.name == baseline:
                continue
            if entry.get(runtime.name) and entry.get(baseline):
                ratio = median(entry[runtime.name]) / median(entry[baseline])
                ratios.setdefault(runtime.name, {})[timing] = ratio
                row.append(f"{ratio:.3f}")
            else:
                row.append("-")
        rows.append(row)
    others = [runtime.name for runtime in runtimes if runtime.name != baseline]
    table(["timing", *(runtime.name for runtime in runtimes), *(f"{name}/{baseline}" for name in others)], rows)
    summary = {}
    print(f"\nGeometric means of CPU time, ratio to {baseline} (below 1 is faster):")
    for group, members in (("the 12 classics", workloads.TWELVE), ("the 42", workloads.FORTY_TWO), ("all", None)):
        for name in others:
            inside = {timing: ratio for timing, ratio in ratios.get(name, {}).items()
                      if members is None or results[timing]["workload"] in members}
            if not inside:
                continue
            worst = max(inside, key=inside.get)
            mean = geometric_mean(inside.values())
            summary.setdefault(name, {})[group] = {"mean": mean, "timings": len(inside), "worst": [worst, inside[worst]]}
            print(f"  {group:15}  {name:15} {mean:.3f} over {len(inside)} timings, worst {worst} {inside[worst]:.2f}")
    return summary
