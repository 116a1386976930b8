"""The interpreters that are compared: Orochi first, then every peer found on
PATH or given. A peer may be given with arguments: `--peer jit="pypy3 --jit off"`."""

import dataclasses
import pathlib
import shlex
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATH_PEERS = ("python3", "pypy3")
PROBE = ("import sys; v = sys.version_info; "
         "print(sys.implementation.name, '%d.%d.%d' % v[:3], "
         "getattr(sys, '_is_gil_enabled', lambda: True)())")


@dataclasses.dataclass(frozen=True)
class Runtime:
    name: str
    command: tuple
    version: str = ""


def probe(name, command):
    """A runtime with its version, or a reason (str) why it cannot be used."""
    try:
        done = subprocess.run([*command, "-c", PROBE], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{name}: {error}"
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return f"{name}: {last}"
    implementation, version, gil = done.stdout.split()
    return Runtime(name, tuple(command), f"{implementation} {version}" + ("" if gil == "True" else ", no GIL"))


def add_options(parser):
    parser.add_argument("--orochi", default=str(ROOT / "target/release/orochi"), metavar="PATH",
                        help="Orochi's command (default: the release build)")
    parser.add_argument("--no-orochi", action="store_true", help="peers only")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND",
                        help="another interpreter (repeatable)")
    parser.add_argument("--no-path-peers", action="store_true",
                        help=f"leave out {' and '.join(PATH_PEERS)} found on PATH")
    parser.add_argument("--baseline", metavar="NAME",
                        help="runtime that ratios refer to (default: the first peer)")


def find(options):
    """(runtimes, baseline name); prints what is left out and why."""
    wanted = []
    if not options.no_orochi:
        wanted.append(("orochi", shlex.split(options.orochi)))
    for peer in options.peer:
        name, equals, command = peer.partition("=")
        if not equals:
            raise SystemExit(f"--peer wants NAME=COMMAND, not {peer!r}")
        wanted.append((name, shlex.split(command)))
    if not options.no_path_peers:
        wanted += [(name, [shutil.which(name)]) for name in PATH_PEERS if shutil.which(name)]
    runtimes = []
    for name, command in wanted:
        found = probe(name, command)
        if isinstance(found, str):
            print(f"left out: {found}")
        else:
            runtimes.append(found)
    if not runtimes:
        raise SystemExit("no interpreter to run")
    names = [runtime.name for runtime in runtimes]
    baseline = options.baseline or next((name for name in names if name != "orochi"), names[0])
    if baseline not in names:
        raise SystemExit(f"baseline {baseline!r} is not among {', '.join(names)}")
    for runtime in runtimes:
        print(f"{runtime.name}: {runtime.version}" + ("  (baseline)" if runtime.name == baseline else ""))
    return runtimes, baseline
