# expect: kind=block-and-plain category=attribute name=Account.balance hint=end+of+the+block
"""Code outside blocks wants what a block has."""
from pair import rounds, together, work
from transaction import atomic


class Account:
    def __init__(self):
        self.balance = 0


account = Account()


def booker():
    for number in rounds():
        with atomic:
            account.balance = number  # one
            work(400)
            account.balance = -number


def auditor():
    for _ in rounds():
        assert account.balance <= 0  # other
        work(100)


together(booker, auditor)
