"""Atomic blocks, and tasks that run in parallel without seeing each other half done.

    with transaction.atomic:
        account.balance -= amount
        other.balance += amount

Nobody sees what a block does before it has done all of it, whether the others use
blocks or not. A block that meets another one may be undone and start over, which
shows in nothing but time. `docs/transactions.md` in Orochi's repository is the
guide.

On a Python without atomic blocks the module works with one global lock: correct
among blocks, but not in parallel, and nothing can be undone.
"""

import functools
import itertools
import os
import threading

try:
    from _transaction import (
        Retry as _Retry, _close_alternative, _open_alternative, abort, atomic, is_atomic, retry)
except ImportError:
    class _Retry(BaseException):
        """Leaves an alternative that retry() has given up."""

    def _open_alternative():
        raise NotImplementedError("this Python cannot undo a block")

    class _GlobalLock:
        """Atomic blocks for one thread at a time."""

        def __init__(self):
            self._lock = threading.RLock()
            self._local = threading.local()

        def __call__(self, *, rollback=False):
            if rollback:
                raise NotImplementedError("this Python cannot undo a block")
            return self

        def __enter__(self):
            self._lock.acquire()
            self._local.depth = getattr(self._local, "depth", 0) + 1
            return self

        def __exit__(self, exc_type, exc, traceback):
            self._local.depth -= 1
            self._lock.release()
            return False

        def _is_open(self):
            return getattr(self._local, "depth", 0) > 0

    atomic = _GlobalLock()
    is_atomic = atomic._is_open

    def abort():
        """Undo the block and leave it."""
        raise NotImplementedError("this Python cannot undo a block")

    def retry():
        """Undo the block, and start it over when something that it has read changes."""
        raise NotImplementedError("this Python cannot undo a block")

__all__ = [
    "TransactionError", "TransactionQueue", "abort", "atomic", "atomically", "counter",
    "getsegmentlimit", "hint_commit_soon", "is_atomic", "map", "or_else",
    "parallel_for", "retry",
]


class TransactionError(Exception):
    """Something that cannot be done with transactions as they are."""


def atomically(function):
    """A function whose calls are atomic blocks."""
    @functools.wraps(function)
    def in_block(*args, **kwargs):
        with atomic:
            return function(*args, **kwargs)
    return in_block


def or_else(*alternatives):
    """The result of the first of these functions that does not call `retry()`.

    What the ones before it have done is undone. If all do, it is the block around that starts
    over, when something changes that any of them has read.
    """
    if not alternatives:
        raise TypeError("or_else() needs at least one function")
    with atomic:
        for alternative in alternatives[:-1]:
            try:
                with atomic(rollback=True):
                    _open_alternative()
                    try:
                        return alternative()
                    except Exception as raised:
                        # As from any block: what was done stays.
                        failure = raised
                    finally:
                        _close_alternative()
            except _Retry:
                continue
            raise failure
        return alternatives[-1]()


def hint_commit_soon():
    """Say that this would be a good moment to commit. Threads here commit on demand."""


def getsegmentlimit():
    """How many threads are worth having: as many as the process may use cores."""
    return os.process_cpu_count() or 1 if hasattr(os, "process_cpu_count") \
        else os.cpu_count() or 1


class TransactionQueue:
    """Tasks, each an atomic block of its own, that run on all cores.

    Tasks run in no particular order, and as if one after the other. A task may add
    further ones, which run once it has committed.
    """

    def __init__(self):
        self._tasks = []
        self._executed = 0
        self._running = threading.local()

    def add(self, function, /, *args, **kwargs):
        """Add a task: a call of `function`."""
        task = functools.partial(function, *args, **kwargs)
        # Inside a task nothing shared is touched: what it adds is handed over when it is done.
        added = getattr(self._running, "added", None)
        if added is None:
            self._tasks.append(task)
        else:
            added.append(task)

    def add_generator(self, generator):
        """Add the steps of a generator, one after the other, each a task that ends at a `yield`."""
        def step():
            for _ in generator:
                self.add(step)
                return
        self.add(step)

    def run(self, nb_segments=0):
        """Run all tasks, and those they add, on `nb_segments` threads (0: as many as cores).

        If one raises, the exception is raised here, and the tasks that have not begun stay in
        the queue.
        """
        if is_atomic():
            raise TransactionError("run() cannot be called in an atomic block")
        if getattr(self._running, "added", None) is not None:
            raise TransactionError("run() cannot be called by one of its own tasks")
        if not self._tasks:
            return
        _Run(self, nb_segments or getsegmentlimit()).run()

    def number_of_transactions_executed(self):
        """How many tasks have committed since the queue was made."""
        return self._executed


class _Run:
    """One call of `TransactionQueue.run`."""

    def __init__(self, queue, threads):
        self._queue = queue
        self._tasks = queue._tasks
        self._threads = threads
        self._changed = threading.Condition()
        self._busy = 0
        self._waiting = 0
        self._raised = None

    def run(self):
        helpers = [threading.Thread(target=self._work) for _ in range(self._threads - 1)]
        for helper in helpers:
            helper.start()
        try:
            self._work()
        finally:
            with self._changed:
                # After an interruption of this thread the others stop as well.
                if self._tasks and self._raised is None:
                    self._raised = TransactionError("interrupted")
                self._changed.notify_all()
            for helper in helpers:
                helper.join()
        if self._raised is not None:
            raise self._raised

    def _work(self):
        running = self._queue._running
        running.added = added = []
        task = self._next([], False)
        try:
            while task is not None:
                try:
                    with atomic:
                        task()
                except BaseException as raised:
                    added.clear()
                    self._fail(raised)
                    return
                task = self._next(added, True)
        finally:
            del running.added

    def _next(self, added, done):
        """The next task, when all before have been handed over; None at the end."""
        with self._changed:
            if done:
                self._busy -= 1
                self._queue._executed += 1
                self._tasks.extend(added)
                if self._waiting:
                    self._changed.notify(max(len(added), 1) if self._busy or added else self._waiting)
                added.clear()
            while True:
                if self._raised is not None or not self._tasks and not self._busy:
                    self._changed.notify_all()
                    return None
                if self._tasks:
                    self._busy += 1
                    return self._tasks.pop(0) if len(self._tasks) < 64 else self._tasks.pop()
                self._waiting += 1
                try:
                    self._changed.wait()
                finally:
                    self._waiting -= 1

    def _fail(self, raised):
        with self._changed:
            self._busy -= 1
            if self._raised is None:
                self._raised = raised
            self._changed.notify_all()


def map(function, /, *iterables, nb_segments=0, progress=None):
    """The list of `function`'s results, computed by transactions that run in parallel.

    As in `[function(...) for ... in zip(*iterables)]`, the first exception by position is
    raised. `progress(done, total)` is called as results come in, outside of any block.
    """
    calls = list(zip(*iterables))
    results = [None] * len(calls)
    failures = {}
    limit = [len(calls)]
    lock = threading.Lock()
    places = iter(range(len(calls)))
    done = itertools.count(1)

    def work():
        while True:
            with lock:
                at = next(places, None)
            if at is None or at >= limit[0]:
                return
            try:
                with atomic:
                    result = function(*calls[at])
            except BaseException as raised:
                with lock:
                    failures[at] = raised
                    limit[0] = min(limit[0], at)
                continue
            results[at] = result
            if progress is not None:
                with lock:
                    progress(next(done), len(calls))

    if is_atomic():
        raise TransactionError("map() cannot be called in an atomic block")
    helpers = [threading.Thread(target=work)
               for _ in range(min(nb_segments or getsegmentlimit(), len(calls)) - 1)]
    for helper in helpers:
        helper.start()
    try:
        work()
    finally:
        for helper in helpers:
            helper.join()
    if failures:
        raise failures[min(failures)]
    return results


def parallel_for(iterable, function, /, *, nb_segments=0, progress=None):
    """Call `function` with each item, in transactions that run in parallel.

    The first exception by position is raised, as by the loop.
    """
    map(function, iterable, nb_segments=nb_segments, progress=progress)


class counter:
    """A number that many threads add to without getting into each other's way.

    Each thread adds to a part of its own; the value is the sum of all parts.
    """

    def __init__(self, start=0):
        self._parts = {None: [start]}
        self._local = threading.local()

    def add(self, amount=1):
        """Add to the number."""
        try:
            part = self._local.part
        except AttributeError:
            part = self._local.part = [0]
            self._parts[object()] = part
        part[0] += amount

    @property
    def value(self):
        """The number now."""
        with atomic:
            return sum(part[0] for part in list(self._parts.values()))

    def __repr__(self):
        return f"{type(self).__name__}({self.value})"
