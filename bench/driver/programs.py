"""Drives our own contention programs over runtimes and thread counts.

Throughput is operations a second of wall time; speed-up refers to one thread of
the same runtime. A bar that speaks of 2 threads also holds for more threads on
two cores, less the 5 % that 8 and 64 may lose. Fairness is the least share any
thread had in any one-second window, over its fair share (bar: one half).

As many independent processes as there are cores run the same program with one
thread each at once: what they do together is what the machine allows to threads
that do not meet at all."""

import os
import pathlib

from . import measure
from .report import median, seconds, table

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "programs"
WORKER = pathlib.Path(__file__).resolve().with_name("program_worker.py")
ALL = ("dict_update dict_insert list_append_pop counter_lock graph_first_pass queue_messages "
       "shared_reads ray_shared ray_disjoint mandelbrot mersenne").split()
SHARED = ["shared_reads", "ray_shared"]
FAIR = 0.5
MORE_THREADS = 0.95


def bars(name):
    """(bar, aim) of a program, read from its source rather than by running it."""
    found = {}
    for line in (FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition(" = ")
        if equals and key in ("BAR", "AIM"):
            found[key] = float(value)
    return found["BAR"], found.get("AIM", found["BAR"])


def once(runtime, name, count, options):
    """(operations a second, CPU seconds an operation, least share or None) or a reason."""
    command = [*runtime.command, str(WORKER), str(FOLDER / f"{name}.py"), f"threads={count}", f"seconds={options.work}"]
    answer = measure.run(command, options.timeout)
    if name not in answer.threads:
        return "; ".join(answer.errors.values()) or "no answer"
    operations, wall, cpu = answer.threads[name]
    return operations / wall, cpu / operations, answer.shares.get(name)


def apart(runtime, name, count, options):
    """Operations a second of `count` processes with one thread each, or a reason."""
    command = [*runtime.command, str(WORKER), str(FOLDER / f"{name}.py"), "threads=1",
               f"seconds={options.work}", "meet=1"]
    answers = measure.side_by_side(command, count, options.timeout)
    if any(name not in answer.threads for answer in answers):
        return "; ".join(dict.fromkeys(why for answer in answers for why in answer.errors.values())) or "no answer"
    return sum(answer.threads[name][0] / answer.threads[name][1] for answer in answers)


def run(names, runtimes, counts, options):
    counts = sorted({1, *counts})
    cells, problems = {}, {}
    cores = os.cpu_count() or 1
    for name in names:
        for _ in range(options.rounds):
            for runtime in runtimes if cores > 1 else []:
                result = apart(runtime, name, cores, options)
                if isinstance(result, str):
                    problems[name, runtime.name, f"{cores} processes"] = result
                else:
                    cells.setdefault((name, runtime.name, "apart"), []).append(result)
            for count in counts:
                for runtime in runtimes:
                    key = (name, runtime.name, count)
                    if key in problems:
                        continue
                    result = once(runtime, name, count, options)
                    if isinstance(result, str):
                        problems[key] = result
                    else:
                        cells.setdefault(key, []).append(result)
        print(f"measured {name}", flush=True)
    print()
    missed = report(names, runtimes, counts, cells)
    if problems:
        print("\nFailed:")
        for (name, runtime, count), why in problems.items():
            print(f"  {name} on {runtime} with {count if isinstance(count, str) else f'{count} threads'}: {why}")
    print()
    for line in missed:
        print("bar missed: " + line)
    return {"threads": counts, "missed": missed,
            "cells": [[*key, values] for key, values in cells.items()],
            "problems": [[*key, why] for key, why in problems.items()]}


def report(names, runtimes, counts, cells):
    """Print the table; returns what Orochi misses of its bars."""
    headings = ["program", "bar", "runtime", "1 thread", "processes"]
    for count in counts[1:]:
        headings += [f"x{count} each", f"x{count}", f"x{count} CPU", f"x{count} share"]
    rows, missed = [], []
    for name in names:
        bar, _ = bars(name)
        for runtime in runtimes:
            single = cells.get((name, runtime.name, 1))
            if not single:
                rows.append([name, bar, runtime.name, "failed", "-"] + ["-"] * (4 * (len(counts) - 1)))
                if runtime.name == "orochi":
                    missed.append(f"{name}: does not run")
                continue
            rate, cpu = median(r for r, _, _ in single), median(c for _, c, _ in single)
            separate = cells.get((name, runtime.name, "apart"))
            row = [name, bar, runtime.name, seconds(1 / rate),
                   f"{median(separate) / rate:.2f}" if separate else "-"]
            for count in counts[1:]:
                several = cells.get((name, runtime.name, count))
                if not several:
                    row += ["-"] * 4
                    continue
                several_rate = median(r for r, _, _ in several)
                speed = several_rate / rate
                shares = [share for _, _, share in several if share is not None]
                row += [seconds(1 / several_rate), f"{speed:.2f}",
                        f"{(median(c for _, c, _ in several) / cpu - 1) * 100:+.0f} %",
                        f"{median(shares):.2f}" if shares else "-"]
                if runtime.name == "orochi":
                    wanted = bar if count == 2 else bar * MORE_THREADS
                    if speed < wanted:
                        missed.append(f"{name} with {count} threads: speed-up {speed:.2f}, bar {wanted:.2f}")
                    if shares and median(shares) < FAIR:
                        missed.append(f"{name} with {count} threads: least share {median(shares):.2f}, bar {FAIR}")
                    missed += slower(name, count, several_rate, runtimes, cells)
            rows.append(row)
    table(headings, rows)
    return missed


def slower(name, count, rate, runtimes, cells):
    """CPythons that do more operations a second with as many threads."""
    return [f"{name} with {count} threads: slower than {peer.name} ({seconds(1 / rate)} against "
            f"{seconds(1 / median(r for r, _, _ in cells[name, peer.name, count]))} an operation)"
            for peer in runtimes
            if peer.version.startswith("cpython") and cells.get((name, peer.name, count))
            and median(r for r, _, _ in cells[name, peer.name, count]) > rate]
