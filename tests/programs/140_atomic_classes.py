"""Blocks that change classes: nobody sees them half done, and an abort leaves nothing behind."""
import collections.abc
import queue
import threading
from transaction import TransactionError, abort, atomic, hint_commit_soon, is_atomic, or_else, retry


class Base:
    def who(self):
        return "base"


class Other:
    def who(self):
        return "other"


class C(Base):
    x = 0

    def f(self):
        return 0

    g = f


class D(Base):
    x = 5

    def f(self):
        return 2


obj = C()


def audit(look, change, looks=60):
    """What a thread sees that calls `look` in plain code, and in blocks twice, meanwhile."""
    ended, failures, seen = [], [], set()

    def run():
        try:
            for _ in range(looks):
                seen.add(look())
                with atomic:
                    before = look()
                    for _ in range(20):
                        pass
                    after = look()
                if before != after:
                    failures.append((before, after))
                seen.add(before)
        except Exception as error:
            failures.append(error)
        ended.append(True)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    n = 0
    while len(ended) < len(threads):
        change(n)
        n += 1
    for thread in threads:
        thread.join()
    return failures or seen


def spend():
    for _ in range(20):
        pass


# Attributes that come and go, two by two.
def attributes(n):
    with atomic:
        if n % 4 == 1:
            C.left = n
            spend()
            C.right = n
        elif n % 4 == 3:
            del C.left
            spend()
            del C.right
        else:
            # Undone: seen by nobody.
            C.wrong = n
            C.x = 99
            spend()
            abort()


def look_at_attributes():
    with atomic:
        assert hasattr(C, "left") == hasattr(obj, "right")
        return hasattr(C, "wrong"), C.x


print("attributes", audit(look_at_attributes, attributes))
print("attributes", audit(lambda: (hasattr(obj, "wrong"), obj.x), attributes))


# Methods, called at sites with caches.
def methods(n):
    def method(self):
        return n

    with atomic:
        C.f = method
        spend()
        C.g = method
        assert obj.f() == obj.g() == n
        if n % 2:
            C.f = lambda self: -1
            assert obj.f() == -1
            abort()


def look_at_methods():
    with atomic:
        return obj.f() - obj.g()


print("methods", audit(look_at_methods, methods))
print("methods", audit(lambda: obj.f() < 0, methods))


# Bases, with `super`, `isinstance` and lists of subclasses.
def bases(n):
    with atomic:
        C.__bases__ = (Other,)
        assert obj.who() == "other" and isinstance(obj, Other) and C in Other.__subclasses__()
        spend()
        if n % 2:
            abort()
        C.__bases__ = (Base,)


print("bases", audit(lambda: (obj.who(), isinstance(obj, Other), issubclass(C, Base),
                              super(C, obj).who(), C in Base.__subclasses__()), bases))


# What an object is an instance of.
def classes(n):
    with atomic:
        obj.__class__ = D
        spend()
        assert (type(obj), obj.x, obj.f()) == (D, 5, 2)
        if n % 2:
            abort()
        obj.__class__ = C


print("classes", audit(lambda: (type(obj).__name__, isinstance(obj, D), obj.x), classes))


# Special methods, names, abstractness, registrations.
def special(n):
    with atomic:
        C.__name__ = "E"
        C.__len__ = lambda self: 7
        C.__getattribute__ = lambda self, name: "hidden"
        assert len(obj) == 7 and obj.x == "hidden" and not hasattr(C(), "__no__") is None
        spend()
        if n % 2:
            abort()
        C.__name__ = "C"
        del C.__len__, C.__getattribute__


print("special", audit(lambda: (C.__name__, hasattr(obj, "__len__"), obj.x), special))


class Virtual(collections.abc.Sequence):
    __getitem__ = __len__ = None


class Plain:
    pass


def abstract(n):
    with atomic:
        Plain.__abstractmethods__ = frozenset({"f"})
        spend()
        try:
            Plain()
        except TypeError:
            abort()


print("abstract", audit(lambda: type(Plain()) is Plain, abstract, 20))


def register(n):
    class Listed:
        pass

    def matches():
        match Listed():
            case [*_]:
                return True
        return False

    with atomic:
        collections.abc.Sequence.register(Listed)
        assert issubclass(Listed, collections.abc.Sequence) and matches()
        abort()
    assert not issubclass(Listed, collections.abc.Sequence) and not matches()


register(0)


# Counters in classes: no update is lost, however the class came to have them.
class Count:
    n = 0


def add(times):
    for k in range(times):
        with atomic:
            Count.n += 1
            if k % 10 == 0:
                setattr(Count, f"a{k}", k)
            if k % 10 == 5:
                delattr(Count, f"a{k - 5}")


def add_each(work, *arguments):
    threads = [threading.Thread(target=work, args=arguments) for _ in range(1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


threads = []
for name in "ab":
    def add_own(name=name):
        for k in range(200):
            with atomic:
                Count.n += 1
                setattr(Count, name, k)
                if k % 10 == 9:
                    delattr(Count, name)
    threads.append(threading.Thread(target=add_own))
for thread in threads:
    thread.start()
for _ in range(300):
    Count.n += 1
for thread in threads:
    thread.join()
print("count", Count.n, hasattr(Count, "a"), hasattr(Count, "b"))


# Inner blocks are undone alone; exceptions keep what was done.
class Inner:
    a = 1


with atomic:
    Inner.a = 2
    Inner.b = 2
    try:
        with atomic(rollback=True):
            Inner.a = 3
            Inner.b = 3
            Inner.c = 3
            del Inner.a
            raise KeyError
    except KeyError:
        print("inner", Inner.a, Inner.b, hasattr(Inner, "c"))
try:
    with atomic:
        Inner.d = 4
        raise KeyError
except KeyError:
    print("kept", Inner.d)
try:
    with atomic(rollback=True):
        Inner.d = 5
        Inner.e = 5
        raise MemoryError
except MemoryError:
    print("undone", Inner.d, hasattr(Inner, "e"))


# Waiting for a class to change, and choosing.
def wait():
    with atomic:
        Inner.waiting = True
        if not hasattr(Inner, "ready"):
            retry()
        print("ready", Inner.ready, hasattr(Inner, "waiting"))


thread = threading.Thread(target=wait)
thread.start()
for _ in range(100):
    spend()
print("not seen", hasattr(Inner, "waiting"))
Inner.ready = 1
thread.join()


def first():
    Inner.chosen = "first"
    if Inner.chosen == "first":
        retry()


def second():
    return getattr(Inner, "chosen", "second")


print("or_else", or_else(first, second))

# A lock that is taken: the block is undone and waits outside, where it is in nobody's way.
lock, entered = threading.Lock(), threading.Event()


def hold():
    with lock:
        entered.set()
        while not done:
            hasattr(Inner, "locked")
            # Nobody stands still for the one that waits.
            spins.append(1)
            if len(spins) > 1000:
                done.append(not hasattr(Inner, "locked"))


done, spins = [], []
thread = threading.Thread(target=hold)
thread.start()
entered.wait()
with atomic:
    Inner.locked = True
    with lock:
        Inner.locked = "at last"
thread.join()
print("locks", done, Inner.locked)

# What can no longer be undone cannot wait for others, who stand still.
import transaction
waits = threading.Event()
with atomic:
    transaction.become_inevitable() if hasattr(transaction, "become_inevitable") else print(end="")
    Inner.alone = 1
    try:
        queue.SimpleQueue().get(timeout=5)
    except Exception as error:
        print(type(error).__name__, error)
print("alone", Inner.alone)
