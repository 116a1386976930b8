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
import threading
from collections import deque
from time import process_time as clock, time

try:
    from _transaction import (
        Retry as _Retry, _close_alternative, _open_alternative, abort, atomic, bag,
        cores as getsegmentlimit, counter, hint_commit_soon, is_atomic, retry)
except ImportError:
    from _transaction_locks import (
        Retry as _Retry, _close_alternative, _open_alternative, abort, atomic, bag,
        cores as getsegmentlimit, counter, hint_commit_soon, is_atomic, retry)

from _transaction_containers import (
    Empty, hashtable, queue, stmdict, stmiddict, stmidset, stmset, threadlocalproperty,
    weakkeyiddict)

__all__ = [
    "Empty", "TransactionError", "TransactionQueue", "abort", "atomic", "atomically", "bag",
    "clock", "counter", "getsegmentlimit", "hashtable", "hint_commit_soon", "is_atomic", "map",
    "or_else", "parallel_for", "queue", "retry", "signals_enabled", "stmdict", "stmiddict",
    "stmidset", "stmset", "threadlocalproperty", "time", "weakkeyiddict",
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


class _SignalsEnabled:
    """A block in which signals are dealt with.

    It is the main thread that deals with them, always: it takes part in what it waits for here,
    and looks for signals between tasks. So there is nothing to enable.
    """

    __slots__ = ()

    def __enter__(self):
        return None

    def __exit__(self, exc_type, exc, traceback):
        return False

    def __repr__(self):
        return "transaction.signals_enabled"

    def __reduce__(self):
        return "signals_enabled"


signals_enabled = _SignalsEnabled()


class TransactionQueue:
    """Tasks, each an atomic block of its own, that run on all cores.

    Tasks run in no particular order, and as if one after the other. A task may add
    further ones, which run once it has committed.
    """

    def __init__(self):
        self._tasks = deque()
        self._executed = 0
        self._running = threading.local()
        self._changed = threading.Condition()
        self._waiting = 0

    def add(self, function, /, *args, **kwargs):
        """Add a task: a call of `function`."""
        task = functools.partial(function, *args, **kwargs)
        # Inside a task nothing shared is touched: what it adds is handed over when it is done.
        added = getattr(self._running, "added", None)
        if added is not None:
            added.append(task)
            return
        self._tasks.append(task)
        if self._waiting and not is_atomic():
            with self._changed:
                self._changed.notify()

    def add_generator(self, generator):
        """Add the steps of a generator, one after the other, each a task that ends at a `yield`."""
        def step():
            for _ in generator:
                self.add(step)
                return
        self.add(step)

    def run(self, nb_segments=0):
        """Run all tasks, and those they add, on `nb_segments` threads (0: as many as cores).

        If one raises, the first exception is raised here, when what has begun is done; the tasks
        that have not begun stay in the queue.
        """
        if is_atomic():
            raise TransactionError("run() cannot be called in an atomic block")
        if getattr(self._running, "added", None) is not None:
            raise TransactionError("run() cannot be called by one of its own tasks")
        if not self._tasks:
            return
        _Run(self, nb_segments if nb_segments > 0 else getsegmentlimit()).run()

    def number_of_transactions_executed(self):
        """How many tasks have been executed since the queue was made, failed ones included."""
        if getattr(self._running, "added", None) is not None:
            raise TransactionError(
                "number_of_transactions_executed() cannot be called by one of its own tasks")
        return self._executed

    def __repr__(self):
        return f"<{type(self).__name__} with {len(self._tasks)} tasks>"


# So many tasks a thread takes at a time, at most.
_MOST_TAKEN = 32


class _Run:
    """One call of `TransactionQueue.run`."""

    def __init__(self, queue, threads):
        self._queue = queue
        self._tasks = queue._tasks
        self._threads = threads
        self._changed = queue._changed
        self._busy = 0
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
        taken = self._next([], 0)
        try:
            while taken:
                executed = 0
                for task in taken:
                    if self._raised is not None:
                        break
                    executed += 1
                    mark = len(added)
                    try:
                        with atomic:
                            task()
                    except BaseException as raised:
                        del added[mark:]
                        self._fail(raised)
                        break
                if executed < len(taken):
                    # They have not begun.
                    added[:0] = taken[executed:]
                taken = self._next(added, executed)
        finally:
            del running.added

    def _next(self, added, executed):
        """The next tasks, when what those before have added has been handed over; None at the end."""
        with self._changed:
            if executed:
                self._busy -= 1
                self._queue._executed += executed
            if added:
                self._tasks.extend(added)
                added.clear()
            if self._queue._waiting and (self._tasks or not self._busy):
                self._changed.notify_all()
            while True:
                if self._raised is not None or not self._tasks and not self._busy:
                    self._changed.notify_all()
                    return None
                if self._tasks:
                    self._busy += 1
                    count = len(self._tasks) // (4 * self._threads)
                    return [self._tasks.popleft() for _ in range(min(max(count, 1), _MOST_TAKEN))]
                self._queue._waiting += 1
                try:
                    self._changed.wait()
                finally:
                    self._queue._waiting -= 1

    def _fail(self, raised):
        with self._changed:
            if self._raised is None:
                self._raised = raised
            self._changed.notify_all()


def map(function, /, *iterables, nb_segments=0, progress=None):
    """The list of `function`'s results, computed by transactions that run in parallel.

    As in `[function(...) for ... in zip(*iterables)]`, the first exception by position is
    raised. `progress(done, total)` is called as results come in, outside of any block.
    """
    if is_atomic():
        raise TransactionError("map() cannot be called in an atomic block")
    if not iterables:
        raise TypeError("map() must have at least two arguments.")
    calls = list(zip(*iterables))
    total = len(calls)
    threads = min(nb_segments if nb_segments > 0 else getsegmentlimit(), total)
    size = max(1, min(_MOST_TAKEN, total // (8 * threads))) if threads else 1
    begins = iter(range(0, total, size))
    done = itertools.count(1)
    lock = threading.Lock()
    pieces = {}
    failures = {}
    limit = [total]

    def report():
        with lock:
            progress(next(done), total)

    def work():
        try:
            while True:
                with lock:
                    begin = next(begins, total)
                if begin >= limit[0]:
                    return
                # Nothing is shared while tasks run: what comes out is handed over piece by piece.
                results = []
                for at in range(begin, min(begin + size, total)):
                    try:
                        with atomic:
                            result = function(*calls[at])
                    except BaseException as raised:
                        with lock:
                            failures[at] = raised
                            limit[0] = min(limit[0], at)
                        break
                    results.append(result)
                    if progress is not None:
                        report()
                with lock:
                    pieces[begin] = results
        except BaseException as raised:
            # Not a task: progress() or an interruption.
            with lock:
                failures[-1] = raised
                limit[0] = 0

    helpers = [threading.Thread(target=work) for _ in range(threads - 1)]
    for helper in helpers:
        helper.start()
    work()
    for helper in helpers:
        helper.join()
    if failures:
        raise failures[min(failures)]
    return [result for begin in range(0, total, size) for result in pieces[begin]]


def parallel_for(iterable, function, /, *, nb_segments=0, progress=None):
    """Call `function` with each item, in transactions that run in parallel.

    The first exception by position is raised, as by the loop.
    """
    map(function, iterable, nb_segments=nb_segments, progress=progress)
