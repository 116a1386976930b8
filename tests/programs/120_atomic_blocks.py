# Atomic blocks of one thread: nesting, rolling back, leaving, errors.
import transaction
from transaction import abort, atomic, atomically, is_atomic


def section(name):
    print("--", name)


section("plain")
total = 0
with atomic:
    total += 1
    print("inside", is_atomic())
print("outside", is_atomic(), total)

section("nested, at any depth")


def deep(n, seen):
    with atomic:
        seen.append(n)
        if n:
            deep(n - 1, seen)
    return seen


print(deep(5, []))

section("an exception keeps what was done")
seen = []
try:
    with atomic:
        seen.append(1)
        raise KeyError("out")
except KeyError as error:
    print("caught", error, seen, is_atomic())

section("or undoes it")


class Thing:
    shared = "class"

    def __init__(self):
        self.a = 1


thing = Thing()
numbers, names, letters = [1, 2, 3], {"a": 1}, {"x"}
text = bytearray(b"abc")


def change_all():
    global total
    total = "changed"
    thing.a = 2
    thing.b = 3
    del thing.a
    numbers.append(4)
    numbers[0] = 99
    numbers.extend(range(100))
    del numbers[1]
    names["b"] = 2
    names["a"] = 7
    names.update((str(n), n) for n in range(50))
    names.pop("a")
    letters.add("y")
    letters.discard("x")
    letters.update(range(50))
    text.extend(b"defghijklmnop")
    text[0] = 90
    Thing.shared = "rebound"
    Thing.other = 1


def show():
    print(total, sorted(vars(thing).items()), numbers, names, sorted(letters, key=str), text,
          Thing.shared, hasattr(Thing, "other"))


show()
try:
    with atomic(rollback=True):
        change_all()
        raise ValueError("undo this")
except ValueError as error:
    print("caught", error)
show()

section("without an exception it stays")
with atomic(rollback=True):
    numbers.append(4)
print(numbers)

section("inner blocks undone alone")
with atomic:
    numbers.append(5)
    try:
        with atomic(rollback=True):
            numbers.append(6)
            thing.a = 10
            1 / 0
    except ZeroDivisionError:
        print("undone", numbers, thing.a)
    numbers.append(7)
    thing.a = 11
    with atomic(rollback=True):
        numbers.append(8)
print(numbers, thing.a)

section("both, the inner one first")
try:
    with atomic(rollback=True):
        numbers.append("outer")
        try:
            with atomic(rollback=True):
                numbers.append("inner")
                names["inner"] = 1
                raise KeyError
        except KeyError:
            print(numbers)
        numbers.append("after")
        raise IndexError
except IndexError:
    print(numbers, "inner" in names)

section("abort")
with atomic:
    numbers.clear()
    abort()
    print("never")
print(numbers, is_atomic())
with atomic:
    numbers.append(9)
    with atomic(rollback=True):
        numbers.append(10)
        abort()
    numbers.append(11)
print(numbers)

section("abort that somebody swallows")
with atomic:
    try:
        numbers.clear()
        abort()
    except BaseException:
        print("swallowed")
    numbers.append("lost")
print(numbers)

section("local variables")


def locals_too():
    n = 1
    try:
        with atomic(rollback=True):
            n = 2
            raise KeyError
    except KeyError:
        return n


print(locals_too())

section("cells, functions, generators")


def outer():
    value = 1

    def change():
        nonlocal value
        value += 1
        return value

    def numbers_from():
        n = 0
        while True:
            yield n
            n += 1

    generator = numbers_from()
    next(generator)
    try:
        with atomic(rollback=True):
            change()
            change.tag = 1
            change.__name__ = "other"
            next(generator), next(generator)
            raise KeyError
    except KeyError:
        return value, hasattr(change, "tag"), change.__name__, next(generator)


print(outer())

section("a generator's body")


def body():
    with atomic:
        yield 1
    yield 2


try:
    list(body())
except RuntimeError as error:
    print(error)
print(is_atomic())


def good():
    for n in range(3):
        with atomic:
            numbers.append(n)
        yield n


print(list(good()), is_atomic())


def inside():
    with atomic:
        return sum(x for x in (n * n for n in range(5)))


print(inside())


async def waits():
    import asyncio
    with atomic:
        await asyncio.sleep(0)


async def does_not_wait():
    async def inner():
        return 5
    with atomic:
        return await inner()


def drive(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    except RuntimeError as error:
        return error


print(drive(waits()), is_atomic())
print(drive(does_not_wait()), is_atomic())

section("a function whose calls are blocks")


@atomically
def add(a, b=2):
    """adds"""
    return a + b, is_atomic()


print(add(1), add.__name__, add.__doc__)

section("what leaves a block")
for way in ("break", "continue", "return"):
    def leave(way):
        for n in range(2):
            with atomic:
                if way == "break":
                    break
                if way == "continue":
                    continue
                return "returned", is_atomic()
        return n, is_atomic()
    print(way, leave(way), is_atomic())

section("errors")
for bad in (lambda: atomic.__exit__(None, None, None), lambda: atomic.__enter__(), abort):
    try:
        bad()
    except RuntimeError as error:
        print(error)
print(repr(atomic), repr(atomic(rollback=True)))
