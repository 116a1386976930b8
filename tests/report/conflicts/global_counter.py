# expect: kind=blocks category=global name=counter hint=transaction.counter
"""Two blocks count a global variable up."""
from pair import rounds, together, work
from transaction import atomic

counter = 0


def by_one():
    global counter
    for _ in rounds():
        with atomic:
            counter += 1  # one
            work(400)


def by_two():
    global counter
    for _ in rounds():
        with atomic:
            counter += 2  # other
            work(400)


together(by_one, by_two)
