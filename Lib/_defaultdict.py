"""The class collections.defaultdict: a dict that makes values for missing keys."""


class defaultdict(dict):
    """defaultdict(default_factory=None, /, [...]) --> dict with default factory

    The default factory is called without arguments to produce
    a new value when a key is not present, in __getitem__ only.
    A defaultdict compares equal to a dict with the same items.
    All remaining arguments are treated the same as if they were
    passed to the dict constructor, including keyword arguments."""

    __slots__ = ('default_factory',)
    __module__ = 'collections'

    def __init__(self, default_factory=None, /, *args, **kwargs):
        if default_factory is not None and not callable(default_factory):
            raise TypeError("first argument must be callable or None")
        self.default_factory = default_factory
        dict.__init__(self, *args, **kwargs)

    def __missing__(self, key, /):
        "__missing__(key) # Called by __getitem__ for missing key"
        try:
            factory = self.default_factory
        except AttributeError:
            factory = None
        if factory is None:
            raise KeyError(key)
        # Two threads that miss the same key get the same value.
        return dict.setdefault(self, key, factory())

    def copy(self):
        "D.copy() -> a shallow copy of D."
        return type(self)(self.default_factory, self)

    __copy__ = copy

    def __reduce__(self):
        "Return state information for pickling."
        factory = self.default_factory
        args = () if factory is None else (factory,)
        return type(self), args, None, None, iter(self.items())

    def __repr__(self):
        # A factory that is a method of this very dict would show the dict again.
        name = type(self).__name__
        if not _enter(self):
            return f'{name}(..., {dict.__repr__(self)})'
        try:
            factory = repr(self.default_factory)
        finally:
            _running.remove((_ident(), id(self)))
        return f'{name}({factory}, {dict.__repr__(self)})'

    def __or__(self, other, /):
        if not isinstance(other, dict):
            return NotImplemented
        new = self.copy()
        new.update(other)
        return new

    def __ror__(self, other, /):
        if not isinstance(other, dict):
            return NotImplemented
        new = type(self)(self.default_factory, other)
        new.update(self)
        return new

    @classmethod
    def __class_getitem__(cls, item, /):
        "See PEP 585"
        return _GenericAlias(cls, item)


_GenericAlias = type(list[int])
_running = set()


def _ident():
    from _thread import get_ident
    return get_ident()


def _enter(d):
    key = (_ident(), id(d))
    if key in _running:
        return False
    _running.add(key)
    return True
