# expect: kind=blocks category=class+attribute name=Stats.count hint=transaction.counter
"""Two blocks count an attribute of a class up."""
from pair import rounds, together, work
from transaction import atomic


class Stats:
    count = 0


def by_one():
    for _ in rounds():
        with atomic:
            Stats.count += 1  # one
            work(400)


def by_two():
    for _ in rounds():
        with atomic:
            Stats.count += 2  # other
            work(400)


together(by_one, by_two)
