"""What all programs here need: something to compute, and threads that run for a while."""

import os
import threading
import time

_seconds = float(os.environ.get("CONFLICT_SECONDS", "0.8"))
_end = time.monotonic() + _seconds


def rounds(count=None):
    """Numbers until the time is up."""
    number = 0
    while time.monotonic() < _end and number != count:
        yield number
        number += 1


def work(amount):
    """Something that touches nothing shared."""
    total = 0
    for i in range(amount):
        total += i * i
    return total


def together(*functions):
    """Runs each in a thread."""
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
