"""Counts instructions of two builds over the same rounds.

For each workload the count with few rounds is taken from the count with more,
so start-up, compilation and set-up cancel out; what is left, a round, is
compared. `perf stat` counts where the machine lets it, else callgrind."""

import dataclasses
import shutil
import subprocess

from . import install, measure, workloads
from .report import geometric_mean, table


def perf_works():
    if not shutil.which("perf"):
        return False
    done = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True)
    return done.stderr.split(",")[0].strip().isdigit()


def counter():
    """(name, command prefix, function that reads the count from stderr)."""
    if perf_works():
        def from_perf(text):
            for line in text.splitlines():
                if ",instructions:u" in line or ",instructions" in line:
                    return int(line.split(",")[0])
            raise ValueError("perf printed no count")
        return "perf stat", ["perf", "stat", "-x,", "-e", "instructions:u"], from_perf
    if shutil.which("valgrind"):
        def from_callgrind(text):
            for line in text.splitlines():
                if "Collected :" in line:
                    return int(line.split(":")[1].split()[0])
            raise ValueError("callgrind printed no count")
        return "callgrind", ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"], from_callgrind
    raise SystemExit("neither perf (with instructions:u) nor valgrind is here")


def count(prefix, read, runtime, script, arguments, loops, options):
    wrapped = dataclasses.replace(runtime, command=(*prefix, *runtime.command))
    answer = measure.workload(wrapped, "count", script, arguments, options.timeout * 10, loops=loops)
    if answer.errors:
        raise ValueError("; ".join(answer.errors.values()))
    return read(answer.stderr)


def run(names, first, second, options):
    """Print instructions a round of `first` over `second`; returns the JSON part."""
    name, prefix, read = counter()
    print(f"counting with {name}: {first.name} against {second.name}")
    rows, ratios, problems = [], {}, []
    for workload in names:
        script = install.script(workload)
        arguments = workloads.ARGUMENTS.get(workload, [])
        try:
            probe = measure.workload(second, "time", script, arguments, options.timeout,
                                     warm=0, values=1, target=options.target)
            if probe.errors:
                raise ValueError("; ".join(probe.errors.values()))
            few = {timing: 1 for timing in probe.loops}
            many = {timing: 1 + max(1, loops // 4) for timing, loops in probe.loops.items()}
            extra = [count(prefix, read, runtime, script, arguments, many, options)
                     - count(prefix, read, runtime, script, arguments, few, options)
                     for runtime in (first, second)]
        except ValueError as error:
            problems.append([workload, str(error)])
            continue
        ratios[workload] = extra[0] / extra[1]
        rows.append([workload, f"{extra[0]:,}", f"{extra[1]:,}", f"{ratios[workload]:.4f}"])
        print(f"counted {workload}", flush=True)
    print()
    table(["workload", first.name, second.name, "ratio"], rows)
    mean = geometric_mean(ratios.values())
    if mean:
        print(f"\nGeometric mean: {mean:.4f} over {len(ratios)} workloads")
    for workload, why in problems:
        print(f"not counted: {workload}: {why}")
    return {"counter": name, "ratios": ratios, "mean": mean, "problems": problems}
