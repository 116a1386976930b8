"""Finds a CPython to compare with, and prints its path.

    reference.py             one on PATH, or unpacked earlier; exit status 1 if there is none
    reference.py --install   unpacks one from Debian's packages if there is none yet

Wanted is CPython 3.14, the language that is run, with its `test` package; 3.13 is the second best.
Few systems have it installed. Where `apt-get` works, `--install` takes the packages from a Debian
release that has them, by lists of packages of its own below `.cache`: nothing of the system
changes. The interpreter comes with the C library that it was built for and is started by that
one's loader, so it runs on older releases, too. What an interpreter needs further (OpenSSL,
readline …) is left out: the reference runs small programs and holds test files.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".cache" / "cpython"
KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Best first: the version, and the releases of Debian that may have it.
VERSIONS = {"3.14": ("unstable", "testing"), "3.13": ("trixie", "testing", "unstable")}
PACKAGES = ("python{0}-minimal libpython{0}-minimal libpython{0}-stdlib libpython{0}-testsuite "
            "libc6 zlib1g libexpat1").split()


def say(*words):
    print(*words, file=sys.stderr)


def version_of(command):
    """The version of an interpreter that has the test package, or None."""
    program = "import sys, test.support; assert sys.implementation.name == 'cpython'; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([command, "-c", program], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def unpacked(version):
    """The starter of an interpreter unpacked earlier, or None."""
    folder = CACHE / version
    starter = folder / f"python{version}"
    loaders = sorted(folder.glob("usr/lib/*/ld-linux*.so.*"))
    if not loaders:
        return None
    # Written anew each time: the checkout may have been moved.
    starter.write_text(f"""#!/bin/sh
PYTHONHOME='{folder}/usr' exec '{loaders[0]}' --library-path '{loaders[0].parent}' --argv0 "$0" '{folder}/usr/bin/python{version}' "$@"
""")
    starter.chmod(0o755)
    return str(starter) if version_of(str(starter)) == version else None


def find():
    for version in VERSIONS:
        for command in (shutil.which(f"python{version}"), shutil.which("python3")):
            if command and version_of(command) == version:
                return command
        starter = unpacked(version)
        if starter:
            return starter
    return None


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300, **options).stdout


def mirrors():
    """The Debian mirrors that this system's own apt is set up with."""
    ask = ("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Origin: Debian", "Label: Debian")
    found = run(*ask).split()
    if not found:
        run("apt-get", "update", "-q")
        found = run(*ask).split()
    return sorted(set(found))


def unpack(version, release, mirror):
    """Downloads and unpacks one version of CPython; raises what went wrong."""
    state = CACHE / "apt" / release
    for name in ("parts", "lists/partial", "cache/archives/partial", "packages"):
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / "parts" / "debian.sources").write_text(
        f"Types: deb\nURIs: {mirror}\nSuites: {release}\nComponents: main\nTargets: Packages\nSigned-By: {KEYRING}\n")
    apt = ("apt-get", "-q", "-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::Etc::sourceparts={state}/parts",
           "-o", f"Dir::State::lists={state}/lists", "-o", f"Dir::Cache={state}/cache", "-o", "Acquire::Languages=none",
           "-o", "APT::Sandbox::User=root")
    run(*apt, "update")
    for old in (state / "packages").glob("*.deb"):
        old.unlink()
    run(*apt, "download", *[package.format(version) for package in PACKAGES], cwd=state / "packages")
    folder, fresh = CACHE / version, CACHE / f"{version}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for package in sorted((state / "packages").glob("*.deb")):
        run("dpkg-deb", "-x", str(package), str(fresh))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    shutil.rmtree(state)


def install():
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb") and KEYRING.exists()):
        say("no CPython 3.14 or 3.13 with its tests here, and no Debian to take it from")
        return
    try:
        sites = mirrors()
    except (subprocess.SubprocessError, OSError) as error:
        say(f"apt does not work here: {error}")
        return
    for version, releases in VERSIONS.items():
        for release in releases:
            for mirror in sites:
                try:
                    unpack(version, release, mirror)
                except (subprocess.SubprocessError, OSError) as error:
                    said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
                    say(f"CPython {version} from Debian {release}: {said[-1] if said else error}")
                else:
                    if unpacked(version):
                        return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="unpack one from Debian's packages if there is none")
    options = parser.parse_args()
    found = find()
    if options.install and (found is None or version_of(found) != next(iter(VERSIONS))):
        install()
        found = find()
    if found is None:
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
