# expect: kind=lock category=lock name=lock undone hint=needs+no+lock
"""A block comes to a lock that somebody else has."""
import threading
import time

from pair import rounds, together, work
from transaction import atomic

lock = threading.Lock()
data = [0, 0]


def keeper():
    for number in rounds():
        with lock:  # one
            time.sleep(0.002)
            data[0] = number
        work(200)


def blocks():
    for number in rounds():
        with atomic:
            work(100)
            with lock:  # other
                data[1] = number


together(keeper, blocks)
