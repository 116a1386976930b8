"""A travel agency: customers reserve cars, flights and rooms; tables grow and shrink meanwhile."""

import random

from harness import atomic, main, stmdict


class Offer:
    def __init__(self, total, price):
        self.total = total
        self.used = 0
        self.price = price


class Vacation:
    SIZE = 40_000
    ROWS = 4000
    KINDS = ("car", "flight", "room")
    QUERIES = 8

    def __init__(self, rng, size):
        self.tables = {kind: stmdict() for kind in self.KINDS}
        for kind in self.KINDS:
            for number in range(self.ROWS):
                self.tables[kind][number] = Offer(rng.randrange(100, 500), rng.randrange(50, 500))
        self.customers = stmdict()
        self.size, self.seed = size, rng.random()

    def reserve(self, customer, queries):
        """Reserve, of each kind asked for, the dearest offer that is free."""
        with atomic:
            best = {}
            for kind, number in queries:
                offer = self.tables[kind].get(number)
                if offer is not None and offer.used < offer.total:
                    if kind not in best or offer.price > best[kind][1].price:
                        best[kind] = number, offer
            if best:
                booked = self.customers.get(customer)
                if booked is None:
                    booked = self.customers[customer] = []
                for kind, (number, offer) in best.items():
                    offer.used += 1
                    booked.append((kind, number, offer))

    def forget(self, customer):
        """Cancel all that a customer has reserved."""
        with atomic:
            booked = self.customers.pop(customer, None)
            if booked:
                for kind, number, offer in booked:
                    offer.used -= 1

    def update(self, changes):
        """Add offers, change prices, or withdraw what nobody has reserved."""
        with atomic:
            for kind, number, price in changes:
                offer = self.tables[kind].get(number)
                if offer is None:
                    self.tables[kind][number] = Offer(100, price)
                elif price % 2:
                    offer.price = price
                elif offer.used == 0:
                    del self.tables[kind][number]

    def work(self, me, threads):
        rng = random.Random(self.seed + me)
        rounds = self.size // threads
        for _ in range(rounds):
            choice, customer = rng.random(), rng.randrange(self.ROWS)
            if choice < 0.9:
                self.reserve(customer, [(rng.choice(self.KINDS), rng.randrange(self.ROWS))
                                        for _ in range(self.QUERIES)])
            elif choice < 0.95:
                self.forget(customer)
            else:
                self.update([(rng.choice(self.KINDS), rng.randrange(self.ROWS), rng.randrange(50, 500))
                             for _ in range(self.QUERIES)])
        return rounds

    def check(self):
        used = {}
        for booked in self.customers.values():
            for kind, number, offer in booked:
                assert self.tables[kind][number] is offer
                used[kind, number] = used.get((kind, number), 0) + 1
        for kind, table in self.tables.items():
            for number, offer in table.items():
                assert used.get((kind, number), 0) == offer.used <= offer.total


if __name__ == "__main__":
    main(Vacation)
