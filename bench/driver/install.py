"""Fetches pyperformance from PyPI into the cache folder, pinned, without its
dependencies (the stand-in replaces `pyperf`). The folder is git-ignored:
nothing of it is ever checked in."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VERSION = "1.14.0"
CACHE = ROOT / ".cache" / f"pyperformance-{VERSION}"


def benchmarks_folder():
    """The folder of `bm_*` folders, installed on first use."""
    folder = CACHE / "pyperformance" / "data-files" / "benchmarks"
    if not folder.is_dir():
        print(f"installing pyperformance {VERSION} into {CACHE.relative_to(ROOT)}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps",
                        "--disable-pip-version-check", "--root-user-action=ignore",
                        "--target", str(CACHE), f"pyperformance=={VERSION}"], check=True)
    if not folder.is_dir():
        raise SystemExit(f"pyperformance {VERSION} has no {folder.relative_to(CACHE)}")
    return folder


def script(name):
    """Path of a workload's script, or None if this pyperformance lacks it."""
    path = benchmarks_folder() / f"bm_{name}" / "run_benchmark.py"
    return path if path.exists() else None
