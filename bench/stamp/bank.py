"""A bank: transfers between accounts, and now and then a look at all of them."""

import random

from harness import atomic, main


class Account:
    def __init__(self, balance):
        self.balance = balance
        self.transfers = 0


class Bank:
    SIZE = 150_000
    ACCOUNTS = 2000
    START = 1000

    def __init__(self, rng, size):
        self.accounts = [Account(self.START) for _ in range(self.ACCOUNTS)]
        self.size = size
        self.seed = rng.random()
        self.transferred = {}

    def transfer(self, source, target, amount):
        """Whether there was enough in the account."""
        with atomic:
            if source.balance < amount:
                return False
            source.balance -= amount
            target.balance += amount
            source.transfers += 1
            return True

    def audit(self, first):
        """What a hundred accounts hold together, which cannot change half-way."""
        with atomic:
            return sum(account.balance for account in self.accounts[first:first + 100])

    def work(self, me, threads):
        rng = random.Random(self.seed + me)
        accounts, rounds, done = self.accounts, self.size // threads, 0
        for n in range(rounds):
            if n % 500 == 0:
                assert self.audit(rng.randrange(self.ACCOUNTS - 100)) >= 0
            source, target = rng.randrange(self.ACCOUNTS), rng.randrange(self.ACCOUNTS)
            done += self.transfer(accounts[source], accounts[target], rng.randrange(1, 200))
        self.transferred[me] = done
        return rounds

    def check(self):
        assert sum(account.balance for account in self.accounts) == self.START * self.ACCOUNTS
        assert all(account.balance >= 0 for account in self.accounts)
        done = sum(account.transfers for account in self.accounts)
        assert done == sum(self.transferred.values())


if __name__ == "__main__":
    main(Bank)
