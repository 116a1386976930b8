# expect: kind=revocation category=list name=table revocations hint=Written+seldom
"""What all threads read is written now and then."""
from pair import rounds, together, work

table = [1, 2, 3]


def reader():
    for _ in rounds():
        number = table[1]  # one
        work(100 + number)


def writer():
    for number in rounds():
        table[0] = number  # other
        work(8000)


together(reader, reader, writer)
