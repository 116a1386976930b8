# expect: kind=inevitable category=inevitable|TextIOWrapper name=* hint=out+of+the+block
"""Two blocks print."""
from pair import rounds, together, work
from transaction import atomic


def first():
    for number in rounds():
        with atomic:
            print("first", number)  # one
            work(5000)


def second():
    for number in rounds():
        with atomic:
            print("second", number)  # other
            work(5000)


together(first, second)
