# expect: kind=blocks category=list name=results hint=transaction.map
"""Two blocks append to one list."""
from pair import rounds, together, work
from transaction import atomic

results = []


def even():
    for number in rounds():
        with atomic:
            results.append(2 * number)  # one
            work(400)


def odd():
    for number in rounds():
        with atomic:
            results.append(2 * number + 1)  # other
            work(400)


together(even, odd)
assert len(set(results)) == len(results)
