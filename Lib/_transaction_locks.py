"""What `transaction` needs of the runtime, made of locks, for a Python without atomic blocks.

One global lock stands for all blocks: they are correct among each other, but do not run in parallel,
do not keep out code without blocks, and cannot be undone.
"""

import itertools
import threading

_lock = threading.RLock()
_local = threading.local()


class Retry(BaseException):
    """Leaves an alternative that retry() has given up."""


def _refuse():
    raise NotImplementedError("this Python cannot undo a block")


def abort():
    """Undo the block and leave it."""
    _refuse()


def retry():
    """Undo the block, and start it over when something that it has read changes."""
    _refuse()


def _open_alternative():
    _refuse()


def _close_alternative():
    pass


class Atomic:
    """Begins blocks that run one at a time."""

    def __init__(self, name="transaction.atomic", exclusive=False):
        self._name = name
        self._exclusive = exclusive

    def __call__(self, *, rollback=False):
        if rollback:
            _refuse()
        return self

    def __enter__(self):
        if self._exclusive and is_atomic():
            raise RuntimeError("exclusive_atomic block can't be entered inside another atomic block")
        _lock.acquire()
        _local.depth = getattr(_local, "depth", 0) + 1
        return self

    def __exit__(self, exc_type, exc, traceback):
        _local.depth -= 1
        _lock.release()
        return False

    def __repr__(self):
        return self._name

    def __reduce__(self):
        return self._name.partition(".")[2]


atomic = Atomic()
exclusive_atomic = Atomic("pypystm.exclusive_atomic", exclusive=True)


def is_atomic():
    """Whether an atomic block is open."""
    return getattr(_local, "depth", 0) > 0


def hint_commit_soon():
    """Say that this would be a good moment to commit: nothing is kept outside blocks here."""


def cores():
    """How many threads run at a time."""
    return 1


_count = itertools.count(1)


def count():
    """A different positive integer each time."""
    return next(_count)


class _table:
    """Keys in the order in which they came."""

    __slots__ = ("_data", "__weakref__")

    def __new__(cls, *args, **kwargs):
        table = super().__new__(cls)
        table._data = {}
        return table

    @staticmethod
    def _key(key):
        return key

    def __len__(self):
        return len(self._data)

    def __contains__(self, key):
        return self._key(key) in self._data

    def __iter__(self):
        return iter([key for key, value in list(self._data.values())])

    def __reversed__(self):
        return iter([key for key, value in list(self._data.values())][::-1])


class stmdict(_table):
    """A dictionary."""

    __slots__ = ()

    def __getitem__(self, key):
        try:
            return self._data[self._key(key)][1]
        except KeyError:
            raise KeyError(key) from None

    def __setitem__(self, key, value):
        at = self._key(key)
        with _lock:
            self._data[at] = (self._data[at][0] if at in self._data else key, value)

    def __delitem__(self, key):
        try:
            del self._data[self._key(key)]
        except KeyError:
            raise KeyError(key) from None

    def get(self, key, default=None, /):
        """Return the value for key if key is in the dictionary, else default."""
        return self._data.get(self._key(key), (key, default))[1]

    def setdefault(self, key, default=None, /):
        """Insert key with a value of default if key is not in the dictionary."""
        return self._data.setdefault(self._key(key), (key, default))[1]

    def pop(self, key, /, *default):
        """Remove specified key and return the corresponding value."""
        try:
            return self._data.pop(self._key(key))[1]
        except KeyError:
            if default:
                return default[0]
            raise KeyError(key) from None

    def keys(self):
        """The keys, as a list, in the order in which they came."""
        return [key for key, value in list(self._data.values())]

    def values(self):
        """The values, as a list, in the order of the keys."""
        return [value for key, value in list(self._data.values())]

    def items(self):
        """Pairs of keys and values, as a list."""
        return list(self._data.values())


class hashtable(stmdict):
    """A mapping from integers."""

    __slots__ = ()

    @staticmethod
    def _key(key):
        number = key.__index__() if hasattr(type(key), "__index__") else None
        if number is None:
            raise TypeError(f"'{type(key).__name__}' object cannot be interpreted as an integer")
        if not -1 << 63 <= number < 1 << 63:
            raise OverflowError("Python int too large to convert to C long")
        return number


class stmiddict(stmdict):
    """A mapping from objects by identity."""

    __slots__ = ()
    _key = staticmethod(id)


class stmset(_table):
    """A set."""

    __slots__ = ()

    def add(self, object, /):
        """Add an element to a set."""
        self._data.setdefault(self._key(object), (object, True))

    def remove(self, object, /):
        """Remove an element from a set; it must be a member."""
        try:
            del self._data[self._key(object)]
        except KeyError:
            raise KeyError(object) from None

    def discard(self, object, /):
        """Remove an element from a set if it is a member."""
        self._data.pop(self._key(object), None)


class stmidset(stmset):
    """A set of objects by identity."""

    __slots__ = ()
    _key = staticmethod(id)


class counter:
    """A number that many threads add to."""

    __slots__ = ("_value", "__weakref__")

    def __init__(self, start=0, /):
        self._value = start

    def add(self, amount=1, /):
        """Add to the number."""
        with _lock:
            self._value += amount

    @property
    def value(self):
        """The number now."""
        return self._value

    def __repr__(self):
        return f"{type(self).__name__}({self._value!r})"

    def __reduce__(self):
        return type(self), (self._value,)


class bag:
    """A collection that many threads append to."""

    __slots__ = ("_items", "__weakref__")

    def __init__(self, iterable=(), /):
        self._items = list(iterable)

    def append(self, object, /):
        """Append object to the collection."""
        self._items.append(object)

    def extend(self, iterable, /):
        """Append all items of an iterable."""
        self._items.extend(list(iterable))

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return iter(self._items[:])

    def __repr__(self):
        return f"{type(self).__name__}({self._items!r})"

    def __reduce__(self):
        return type(self), (self._items[:],)


counter.__module__ = bag.__module__ = "transaction"
