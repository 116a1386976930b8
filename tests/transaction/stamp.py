"""The programs of bench/stamp with small inputs: the results are right on 1, 2 and 8 threads."""

import importlib
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "stamp"))
import harness

SMALL = {"Private": 2000, "Bank": 2000, "KMeans": 300, "Vacation": 400, "Labyrinth": 12,
         "Genome": 600, "Intruder": 150, "BTreeProgram": 1000, "SkipListProgram": 400,
         "WordCount": 200}
PROGRAMS = ["private:Private", "bank:Bank", "kmeans:KMeans", "vacation:Vacation",
            "labyrinth:Labyrinth", "genome:Genome", "intruder:Intruder", "btree:BTreeProgram",
            "skiplist:SkipListProgram", "wordcount:WordCount"]


def main():
    runs = 0
    for name in PROGRAMS:
        module, _, program = name.partition(":")
        program = getattr(importlib.import_module(module), program)
        for threads in (1, 2, 8):
            for seed in (1, 2):
                _, transactions = harness.run(program, threads, SMALL[program.__name__], seed)
                assert transactions > 0, name
                runs += 1
    print(f"{runs} runs of programs: all right")


if __name__ == "__main__":
    main()
