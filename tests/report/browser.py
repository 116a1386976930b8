"""Headless Chromium for the tests of the report's page.

    browser.py [--install]    prints the browser's path; with --install it fetches Debian's package
                              where that can be had. Exit status 1: there is none.
"""

import json
import os
import pathlib
import re
import html
import shutil
import subprocess
import sys
import tempfile

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find():
    """The browser's path, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def install():
    """Debian's package, if this is a Debian and we may; the browser's path or None."""
    if find() or not shutil.which("apt-get") or os.geteuid() != 0:
        return find()
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    fetch = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    if subprocess.run(fetch, **quiet).returncode != 0:
        # The list of packages may be old, or there may be none yet.
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(fetch, **quiet)
    return find()


def self_check(browser, page, *options, timeout=60):
    """What the page says of itself when it has been used: a dict; raises if it says nothing."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
            # Nothing may come from outside.
            "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
            f"--user-data-dir={profile}", "--window-size=1200,900", "--virtual-time-budget=20000",
            *options, "--dump-dom", pathlib.Path(page).resolve().as_uri() + "#self-check"]
        done = subprocess.run(command, capture_output=True, timeout=timeout)
    dom = done.stdout.decode("utf-8", errors="replace")
    found = re.search(r'<pre id="checked">(.*?)</pre>', dom, re.S)
    if not found:
        errors = done.stderr.decode(errors="replace")
        raise AssertionError(f"the page has not checked itself\n{dom[:500]}\n{errors[-2000:]}")
    return json.loads(html.unescape(found[1]))


def main():
    browser = install() if "--install" in sys.argv[1:] else find()
    if browser is None:
        return 1
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
