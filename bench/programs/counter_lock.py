"""One counter under a lock."""

import threading

BAR = 1.0
CHUNK = 5_000


class Counter:
    def __init__(self):
        self.lock = threading.Lock()
        self.value = 0


def prepare(threads):
    return Counter()


def work(counter, index, count):
    lock = counter.lock
    for _ in range(count):
        with lock:
            counter.value += 1
    return count


def check(counter, done):
    assert counter.value == sum(done), f"counted {counter.value} of {sum(done)}"
