"""Threads that do something over and over: how often each of them did in a while."""

import collections
import threading
import time

# `each`: what each thread has done in so many seconds; `before`: all of them, before that.
Count = collections.namedtuple("Count", "each seconds before")
Count.total = property(lambda self: sum(self.each), doc="All threads together.")
Count.rate = property(lambda self: self.total / self.seconds, doc="All together, a second.")
Count.least = property(lambda self: min(self.each) * len(self.each) / self.total,
                       doc="The least share of any thread, of the fair one.")
Count.most = property(lambda self: max(self.each) * len(self.each) / self.total,
                      doc="The greatest.")


class Team:
    """`threads` threads, each calling what `make()` has given it. What they do between `count` and
    `stop` counts."""

    def __init__(self, make, threads):
        self._each, self._before = [0] * threads, [0] * threads
        self._counting, self._stopping = [], []
        self._ready = threading.Barrier(threads + 1)
        self._threads = [threading.Thread(target=self._run, args=(make, n)) for n in range(threads)]
        for thread in self._threads:
            thread.start()
        self._ready.wait()

    def _run(self, make, me):
        work, counting, stopping = make(), self._counting, self._stopping
        self._ready.wait()
        done = 0
        while not counting:
            work()
            done += 1
        self._before[me], done = done, 0
        while not stopping:
            work()
            done += 1
        self._each[me] = done

    def count(self):
        self._begin = time.perf_counter()
        self._counting.append(True)

    def stop(self):
        self._stopping.append(True)
        seconds = time.perf_counter() - self._begin
        for thread in self._threads:
            thread.join()
        return Count(self._each, seconds, sum(self._before))


def count(make, threads, seconds, warm=0.0):
    """What so many threads get done in so many seconds, after `warm` seconds of getting used to it."""
    team = Team(make, threads)
    if warm:
        time.sleep(warm)
    team.count()
    time.sleep(seconds)
    return team.stop()
