"""The lower level under `transaction`, as PyPy-STM had it, for programs that were written for it."""

import array as _array
from time import process_time as clock, time

try:
    from _transaction import atomic, count, exclusive_atomic, is_atomic
except ImportError:
    from _transaction_locks import atomic, count, exclusive_atomic, is_atomic

from threading import local

from transaction import (
    Empty, getsegmentlimit, hashtable, hint_commit_soon, queue, stmdict, stmset)

__all__ = [
    "Empty", "atomic", "clock", "count", "error", "exclusive_atomic", "getsegmentlimit",
    "hashtable", "hint_commit_soon", "is_atomic", "local", "queue", "single_transaction",
    "stmdict", "stmset", "time", "unsafe_read", "unsafe_write",
]

# What is raised by blocks and queues that are used as they cannot be.
error = RuntimeError

# A block is one transaction, whatever happens in it: there is no other kind.
single_transaction = atomic


def _check(array, name):
    if not isinstance(array, (_array.array, bytearray, memoryview)):
        raise TypeError(
            f"{name}() needs an array of primitive numbers, not {type(array).__name__!r}")


def unsafe_read(array, index):
    """An element of an array, a bytearray or a memoryview.

    Reading such memory makes no block inevitable here, so it is read as by `array[index]`.
    """
    _check(array, "unsafe_read")
    return array[index]


def unsafe_write(array, index, value):
    """Set an element of an array, a bytearray or a memoryview.

    Writing to such memory makes no block inevitable here, and is undone with the block.
    """
    _check(array, "unsafe_write")
    array[index] = value
