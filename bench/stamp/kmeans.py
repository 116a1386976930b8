"""K-means clustering: threads assign points to the nearest centre and add them to its new place."""

import threading

from harness import atomic, main


class Sum:
    """The points that have been assigned to a centre in this round."""

    def __init__(self, dimensions):
        self.count = 0
        self.total = [0] * dimensions


def distance(a, b):
    return sum((x - y) * (x - y) for x, y in zip(a, b))


class KMeans:
    SIZE = 10_000
    CLUSTERS = 16
    DIMENSIONS = 8
    ROUNDS = 3

    def __init__(self, rng, size):
        # Whole numbers: the sums do not depend on the order.
        homes = [[rng.randrange(1000) for _ in range(self.DIMENSIONS)] for _ in range(self.CLUSTERS)]
        self.points = [tuple(x + rng.randrange(-60, 60) for x in homes[n % self.CLUSTERS])
                       for n in range(size)]
        self.start = [self.points[n * 7 % size] for n in range(self.CLUSTERS)]
        self.begin(self.start)
        self.barrier = None
        self.lock = threading.Lock()

    def begin(self, centres):
        self.centres = centres
        self.sums = [Sum(self.DIMENSIONS) for _ in centres]

    def assign(self, points):
        centres = self.centres
        for point in points:
            nearest = min(range(len(centres)), key=lambda n: distance(centres[n], point))
            with atomic:
                place = self.sums[nearest]
                place.count += 1
                for axis, x in enumerate(point):
                    place.total[axis] += x

    def move(self):
        self.begin([tuple(x // place.count for x in place.total) if place.count else centre
                    for centre, place in zip(self.centres, self.sums)])

    def work(self, me, threads):
        with self.lock:
            if self.barrier is None:
                self.barrier = threading.Barrier(threads, action=self.move)
        mine = self.points[me::threads]
        for _ in range(self.ROUNDS):
            self.assign(mine)
            self.barrier.wait()
        return len(mine) * self.ROUNDS

    def check(self):
        result = self.centres
        self.begin(self.start)
        for _ in range(self.ROUNDS):
            self.assign(self.points)
            self.move()
        assert result == self.centres


if __name__ == "__main__":
    main(KMeans)
