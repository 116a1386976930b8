# expect: kind=plain category=list name=log contended hint=transaction.map
"""Two threads append to one list without end, outside blocks."""
from pair import rounds, together, work

log = []


def left():
    for number in rounds():
        log.append(number)  # one
        work(10)


def right():
    for number in rounds():
        log.append(-number)  # other
        work(10)


together(left, right)
