# expect: kind=blocks category=deque|collections.deque|list name=jobs hint=*
"""Two blocks use one queue of tasks."""
from collections import deque

from pair import rounds, together, work
from transaction import atomic

jobs = deque()


def producer():
    for number in rounds():
        with atomic:
            jobs.append(number)  # one
            work(400)


def consumer():
    for _ in rounds():
        with atomic:
            _ = jobs.popleft() if jobs else None  # other
            work(400)


together(producer, consumer)
