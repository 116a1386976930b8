"""The parts of `bench/run.py` and `bench/contention.py`.

workloads   which pyperformance benchmarks exist for us, and in which groups
install     fetches the pinned pyperformance into the cache folder
runtimes    the interpreters compared, their names and command lines
worker      runs *inside* each interpreter; takes part in no import here
stand_in    a `pyperf` module of our own that only records what to measure
measure     starts workers and reads what they say
timing      one thread: alternating runs, calibration
threads     N threads with private work each
programs    our own contention programs
instructions  counts instructions of two builds
report      medians, ratios, geometric means, tables
"""
