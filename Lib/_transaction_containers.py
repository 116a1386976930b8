"""The containers of `transaction`: what the runtime's tables do not have of themselves.

Looking up, setting and removing a key is the runtime's and takes nothing but the key from anybody.
Whatever looks at all keys here does so at one moment.
"""

import threading
import weakref
from collections import deque
from collections.abc import ItemsView, KeysView, MutableMapping, MutableSet, ValuesView
from reprlib import recursive_repr
from types import GenericAlias

try:
    import _transaction as _runtime
    _waits_by_retry = True
except ImportError:
    import _transaction_locks as _runtime
    _waits_by_retry = False

_atomic = _runtime.atomic


class _Keys(KeysView):
    __slots__ = ()

    def __reversed__(self):
        return reversed(self._mapping)

    def __repr__(self):
        return f"stmdict_keys({list(self)!r})"


class _Values(ValuesView):
    __slots__ = ()

    def __iter__(self):
        return iter(_runtime.stmdict.values(self._mapping))

    def __contains__(self, value):
        return value in _runtime.stmdict.values(self._mapping)

    def __reversed__(self):
        return reversed(_runtime.stmdict.values(self._mapping))

    def __repr__(self):
        return f"stmdict_values({list(self)!r})"


class _Items(ItemsView):
    __slots__ = ()

    def __iter__(self):
        return iter(_runtime.stmdict.items(self._mapping))

    def __reversed__(self):
        return reversed(_runtime.stmdict.items(self._mapping))

    def __repr__(self):
        return f"stmdict_items({list(self)!r})"


class _Iterators:
    """The names that Python 2 had for iterators, which programs for PyPy-STM use."""

    __slots__ = ()

    def iterkeys(self):
        """An iterator over the keys of this moment."""
        return iter(self)

    def itervalues(self):
        """An iterator over the values of this moment."""
        return iter(self.values())

    def iteritems(self):
        """An iterator over pairs of the keys and values of this moment."""
        return iter(self.items())


class stmdict(_runtime.stmdict, _Iterators):
    """A dictionary whose keys do not get into each other's way.

    It is used like a dict. Blocks and threads that work on different keys do not conflict; looking
    for a key that is not there conflicts with inserting it. Iterating is over the keys of one
    moment, in the order in which they were inserted, and conflicts with inserting and removing
    keys, as does `len`.
    """

    __slots__ = ()
    __hash__ = None
    __class_getitem__ = classmethod(GenericAlias)

    def __init__(self, iterable=(), /, **kwargs):
        self.update(iterable, **kwargs)

    @classmethod
    def fromkeys(cls, iterable, value=None, /):
        """Create a new dictionary with keys from iterable and values set to value."""
        made = cls()
        for key in iterable:
            made[key] = value
        return made

    def keys(self):
        """The keys, as a view."""
        return _Keys(self)

    def values(self):
        """The values, as a view."""
        return _Values(self)

    def items(self):
        """Pairs of keys and values, as a view."""
        return _Items(self)

    def update(self, iterable=(), /, **kwargs):
        """Set the keys that a mapping or an iterable of pairs has, then those named."""
        if hasattr(iterable, "keys"):
            for key in iterable.keys():
                self[key] = iterable[key]
        else:
            for key, value in iterable:
                self[key] = value
        for key, value in kwargs.items():
            self[key] = value

    def popitem(self):
        """Remove the key that was inserted last and return it with its value."""
        with _atomic:
            for key in reversed(self):
                return key, self.pop(key)
        raise KeyError("popitem(): dictionary is empty")

    def clear(self):
        """Remove all keys."""
        with _atomic:
            for key in self:
                del self[key]

    def copy(self):
        """A shallow copy."""
        made = type(self)()
        for key, value in _runtime.stmdict.items(self):
            made[key] = value
        return made

    __copy__ = copy

    def __eq__(self, other):
        if isinstance(other, _runtime.stmdict):
            other = dict(_runtime.stmdict.items(other))
        if not isinstance(other, dict):
            return NotImplemented
        return dict(_runtime.stmdict.items(self)) == other

    def __or__(self, other):
        if not isinstance(other, (dict, _runtime.stmdict)):
            return NotImplemented
        made = self.copy()
        made.update(other)
        return made

    def __ror__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        made = type(self)(other)
        made.update(self)
        return made

    def __ior__(self, other):
        self.update(other)
        return self

    @recursive_repr("stmdict({...})")
    def __repr__(self):
        return f"{type(self).__name__}({dict(_runtime.stmdict.items(self))!r})"

    def __reduce__(self):
        return type(self), (), None, None, iter(_runtime.stmdict.items(self))


MutableMapping.register(stmdict)


class hashtable(_runtime.hashtable, _Iterators):
    """A mapping from integers of 64 bits whose keys do not get into each other's way."""

    __slots__ = ()

    @recursive_repr("hashtable({...})")
    def __repr__(self):
        return f"{type(self).__name__}({dict(self.items())!r})"

    def __reduce__(self):
        return type(self), (), None, None, iter(self.items())


class stmiddict(_runtime.stmiddict, _Iterators):
    """A mapping from objects by their identity, whose keys do not get into each other's way."""

    __slots__ = ()

    def __copy__(self):
        made = type(self)()
        for key, value in self.items():
            made[key] = value
        return made

    def __repr__(self):
        return f"<{type(self).__name__} of {len(self)}>"

    def __reduce__(self):
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


class stmset(_runtime.stmset, MutableSet):
    """A set whose members do not get into each other's way.

    It is used like a set; what is said of `stmdict` holds for it.
    """

    __slots__ = ()
    __hash__ = None
    __class_getitem__ = classmethod(GenericAlias)

    def __init__(self, iterable=(), /):
        self.update(iterable)

    def update(self, *iterables):
        """Add all elements of the iterables."""
        for iterable in iterables:
            for element in iterable:
                self.add(element)

    def pop(self):
        """Remove and return an element."""
        with _atomic:
            for element in self:
                self.discard(element)
                return element
        raise KeyError("pop from an empty set")

    def clear(self):
        """Remove all elements."""
        with _atomic:
            for element in self:
                self.discard(element)

    def copy(self):
        """A shallow copy."""
        return type(self)(self)

    __copy__ = copy

    def union(self, *others):
        """A new set with the elements of this one and of all others."""
        made = self.copy()
        made.update(*others)
        return made

    def intersection(self, *others):
        """A new set with the elements that this one has in common with all others."""
        return type(self)(set(self).intersection(*others))

    def difference(self, *others):
        """A new set with the elements of this one that are in none of the others."""
        return type(self)(set(self).difference(*others))

    def symmetric_difference(self, other):
        """A new set with the elements that are in one of the two, but not in both."""
        return type(self)(set(self).symmetric_difference(other))

    def issubset(self, other):
        """Whether the other has all elements of this set."""
        return set(self).issubset(other)

    def issuperset(self, other):
        """Whether this set has all elements of the other."""
        return set(self).issuperset(other)

    @recursive_repr("stmset({...})")
    def __repr__(self):
        members = list(self)
        return f"{type(self).__name__}({members!r})" if members else f"{type(self).__name__}()"

    def __reduce__(self):
        return type(self), (list(self),)


class stmidset(_runtime.stmidset):
    """A set of objects by their identity, which do not get into each other's way."""

    __slots__ = ()

    def __copy__(self):
        made = type(self)()
        for element in self:
            made.add(element)
        return made

    def __repr__(self):
        return f"<{type(self).__name__} of {len(self)}>"

    def __reduce__(self):
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


class weakkeyiddict:
    """A mapping from objects by their identity, which does not keep them alive."""

    __slots__ = ("_table", "__weakref__")

    def __init__(self):
        self._table = hashtable()

    def _reference(self, key):
        table, at = self._table, id(key)

        def forget(reference):
            entry = table.get(at)
            if entry is not None and entry[0] is reference:
                table.pop(at, None)

        return weakref.ref(key, forget)

    def _entry(self, key):
        entry = self._table.get(id(key))
        # Another object may have lain there before.
        return entry if entry is not None and entry[0]() is key else None

    def __getitem__(self, key):
        entry = self._entry(key)
        if entry is None:
            raise KeyError(key)
        return entry[1]

    def __setitem__(self, key, value):
        self._table[id(key)] = (self._reference(key), value)

    def __delitem__(self, key):
        self.pop(key)

    def __contains__(self, key):
        return self._entry(key) is not None

    def __len__(self):
        return sum(reference() is not None for reference, value in self._table.values())

    def get(self, key, default=None, /):
        """The value of a key, or the default."""
        entry = self._entry(key)
        return default if entry is None else entry[1]

    def setdefault(self, key, default=None, /):
        """The value of a key, which is set to the default if it is not there."""
        with _atomic:
            entry = self._entry(key)
            if entry is None:
                self[key] = default
                return default
            return entry[1]

    def pop(self, key, /, *default):
        """Remove a key and return its value, or the default."""
        with _atomic:
            entry = self._entry(key)
            if entry is not None:
                del self._table[id(key)]
                return entry[1]
        if default:
            return default[0]
        raise KeyError(key)

    def __repr__(self):
        return f"<{type(self).__name__} of {len(self)}>"


class threadlocalproperty:
    """An attribute of a class whose values each thread has for itself.

    An object's value in a thread that has not set it is made by the factory; without one there is
    none.
    """

    def __init__(self, default_factory=None):
        self._default_factory = default_factory
        self._local = threading.local()
        self._name = "?"

    def __set_name__(self, owner, name):
        self._name = name

    def _values(self):
        try:
            return self._local.values
        except AttributeError:
            self._local.values = values = weakkeyiddict()
            return values

    def _missing(self, instance):
        name = f"{type(instance).__name__!r} object has no attribute {self._name!r}"
        return AttributeError(name, name=self._name, obj=instance)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        values = self._values()
        try:
            return values[instance]
        except KeyError:
            pass
        if self._default_factory is None:
            raise self._missing(instance)
        values[instance] = made = self._default_factory()
        return made

    def __set__(self, instance, value):
        self._values()[instance] = value

    def __delete__(self, instance):
        try:
            del self._values()[instance]
        except KeyError:
            raise self._missing(instance) from None


class Empty(Exception):
    """A queue had nothing to give."""


class queue:
    """A queue in no particular order, into which threads put without getting into each other's way.

    Each thread puts into a part of its own, and gets from there as long as there is something.
    """

    __slots__ = ("_parts", "_unfinished", "_changed", "__weakref__")

    def __init__(self):
        self._parts = hashtable()
        self._unfinished = _runtime.counter()
        self._changed = None if _waits_by_retry else threading.Condition()

    def put(self, item):
        """Put an item into the queue. There is no limit to its size."""
        own = threading.get_ident()
        part = self._parts.get(own)
        if part is None:
            part = self._parts.setdefault(own, deque())
        self._unfinished.add(1)
        part.append(item)
        if self._changed is not None:
            with self._changed:
                self._changed.notify()

    def _take(self):
        """An item in a tuple; None if there is none."""
        own = self._parts.get(threading.get_ident())
        if own:
            return own.popleft(),
        for part in self._parts.values():
            if part:
                return part.popleft(),
        return None

    def get(self, block=True, timeout=None):
        """Remove and return an item.

        If there is none, wait for one; or raise `Empty` if not `block`, or after `timeout`
        seconds. In an atomic block, waiting starts the block over, and there can be no timeout.
        """
        if block and timeout is not None:
            if timeout < 0:
                raise ValueError("'timeout' must be a non-negative number")
            if timeout == 0:
                block = False
            elif _runtime.is_atomic():
                raise RuntimeError("can't use queue.get(timeout) in an atomic block")
            else:
                return self._get_in_time(timeout)
        if self._changed is not None:
            return self._get_waiting(block, None)
        with _atomic:
            taken = self._take()
            if taken is None and block:
                _runtime.retry()
        if taken is None:
            raise Empty
        return taken[0]

    def _get_in_time(self, timeout):
        if self._changed is not None:
            return self._get_waiting(True, timeout)
        late = []
        timer = threading.Timer(timeout, late.append, (True,))
        timer.daemon = True
        timer.start()
        try:
            with _atomic:
                taken = self._take()
                if taken is None and not late:
                    _runtime.retry()
        finally:
            timer.cancel()
        if taken is None:
            raise Empty
        return taken[0]

    def _get_waiting(self, block, timeout):
        with self._changed:
            self._changed.wait_for(lambda: not block or any(self._parts.values()), timeout)
            taken = self._take()
        if taken is None:
            raise Empty
        return taken[0]

    def task_done(self):
        """Say that an item got before has been dealt with. Too many calls are noticed by `join`."""
        self._unfinished.add(-1)
        if self._changed is not None:
            with self._changed:
                self._changed.notify_all()

    def join(self):
        """Wait until all items have been got and dealt with.

        Raises ValueError if `task_done` has been called more often than items were put.
        """
        if self._changed is not None:
            with self._changed:
                self._changed.wait_for(lambda: self._unfinished.value <= 0)
                left = self._unfinished.value
        else:
            with _atomic:
                left = self._unfinished.value
                if left > 0:
                    _runtime.retry()
        if left < 0:
            raise ValueError(
                "task_done() called too many times "
                f"({-left} more than there were items placed in the queue)")


for _class in (stmdict, hashtable, stmiddict, stmset, stmidset, weakkeyiddict,
               threadlocalproperty, Empty, queue):
    _class.__module__ = "transaction"
