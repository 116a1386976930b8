# expect: kind=blocks category=attribute name=Stats.n hint=transaction.counter
"""Two blocks write one attribute, on different lines."""
from pair import rounds, together, work
from transaction import atomic


class Stats:
    def __init__(self):
        self.n = 0


stats = Stats()


def up():
    for _ in rounds():
        with atomic:
            stats.n += 1  # one
            work(400)


def down():
    for _ in rounds():
        with atomic:
            stats.n -= 1  # other
            work(400)


together(up, down)
