# expect: kind=* category=* name=* hint=*
"""A queue between two threads, outside blocks."""
import queue

from pair import rounds, together

jobs = queue.Queue()


def producer():
    for number in rounds():
        jobs.put(number)  # one
    jobs.put(None)


def consumer():
    total = 0
    while (number := jobs.get()) is not None:  # other
        total += number


together(producer, consumer)
