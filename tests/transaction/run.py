"""The `transaction` and `pypystm` modules under test: on Orochi, on Orochi with every block aborted
at its first claims, and on a CPython, which has locks in place of blocks.

Usage: run.py [--orochi PATH] [--python PATH]
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TESTS = ["containers", "modules", "stamp"]
MODULES = ["transaction.py", "pypystm.py", "_transaction_locks.py", "_transaction_containers.py"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--orochi", default=str(ROOT / "target" / "release" / "orochi"))
    parser.add_argument("--python", default=sys.executable, help="a CPython, 3.10 or later")
    options = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as elsewhere:
        # The files as somebody would take them along.
        for module in MODULES:
            shutil.copy(ROOT / "Lib" / module, elsewhere)
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", NO_COLOR="1")
        copied = dict(environment, PYTHONPATH=elsewhere)
        kinds = [("Orochi", [options.orochi], environment)]
        kinds += [(f"Orochi, stm_zeal={zeal}", [options.orochi, "-X", f"stm_zeal={zeal}"], environment)
                  for zeal in (1, 4)]
        kinds.append(("CPython", [options.python], copied))
        for test in TESTS:
            for kind, command, variables in kinds:
                try:
                    done = subprocess.run([*command, str(HERE / f"{test}.py")], capture_output=True,
                                          env=variables, timeout=180)
                    right, shown = done.returncode == 0, done.stdout + done.stderr
                except subprocess.TimeoutExpired as late:
                    right, shown = False, (late.stdout or b"") + b"\ntimed out"
                text = shown.decode(errors="replace").strip()
                if right:
                    passed += 1
                    print(f"{kind}: {text}")
                else:
                    failed += 1
                    print(f"FAILED {test} on {kind}\n{text[-3000:]}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
