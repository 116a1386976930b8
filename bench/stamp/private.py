"""Transactions on data that each thread has for itself: what the blocks themselves cost."""

from harness import atomic, main


class Account:
    def __init__(self):
        self.balance = 0
        self.history = []


class Private:
    SIZE = 200_000

    def __init__(self, rng, size):
        self.size = size
        self.amounts = [rng.randrange(1, 100) for _ in range(1000)]
        self.results = {}

    def work(self, me, threads):
        accounts = [Account() for _ in range(10)]
        rounds = self.size // threads
        amounts = self.amounts
        for n in range(rounds):
            amount = amounts[n % 1000]
            with atomic:
                source, target = accounts[n % 10], accounts[(n * 7 + 3) % 10]
                source.balance -= amount
                target.balance += amount
                source.history.append(-amount)
                if len(source.history) > 20:
                    source.history.clear()
        self.results[me] = sum(account.balance for account in accounts)
        return rounds

    def check(self):
        assert set(self.results.values()) == {0}, self.results


if __name__ == "__main__":
    main(Private)
