"""Absurd sizes: refused with the right exception, at once."""

import sys

HUGE = sys.maxsize
TOO_LARGE = (MemoryError, OverflowError, ValueError)


def case_sequence_repeat():
    for value in ([1], (1,), "a", b"a", bytearray(b"a"), [1, 2, 3], "abc"):
        raises(TOO_LARGE, lambda: value * HUGE)
        raises(TOO_LARGE, lambda: value * (HUGE // 2))
        raises(TOO_LARGE, lambda: value * (2 ** 100))
        assert len(value * -HUGE) == 0
        assert len(value * 0) == 0
    raises(TOO_LARGE, lambda: [1].__imul__(HUGE))
    import array
    raises(TOO_LARGE, lambda: array.array("d", [1.0]) * HUGE)


def case_bytes_of_size():
    for kind in (bytes, bytearray):
        raises(TOO_LARGE, kind, HUGE)
        raises(TOO_LARGE, kind, 2 ** 100)
        raises(ValueError, kind, -1)


def case_ranges():
    assert len(range(HUGE)) == HUGE
    raises(OverflowError, lambda: len(range(HUGE + 1)))
    assert range(10 ** 50)[10 ** 49] == 10 ** 49
    assert 10 ** 40 in range(10 ** 50)
    raises(TOO_LARGE, lambda: list(range(HUGE)))
    raises(TOO_LARGE, lambda: tuple(range(HUGE)))
    raises(IndexError, lambda: range(5)[10 ** 30])


def case_shifts_and_powers():
    raises(TOO_LARGE, lambda: 1 << HUGE)
    raises(TOO_LARGE, lambda: 1 << (2 ** 100))
    assert 0 << HUGE == 0
    assert 5 >> (2 ** 100) == 0 and -5 >> (2 ** 100) == -1
    raises(OverflowError, lambda: 2.0 ** 1e10)
    raises(OverflowError, lambda: 10.0 ** 1000)
    raises(OverflowError, lambda: float(10 ** 400))
    raises(OverflowError, lambda: 10 ** 400 / 3.0)
    raises(OverflowError, lambda: (10 ** 400) * 1.5)
    assert 10 ** 400 / 10 ** 399 == 10.0
    assert 10 ** 400 > 1e308 and -10 ** 400 < 1.0


def case_huge_literals():
    raises((SyntaxError, ValueError), lambda: eval("9" * 10_000))
    assert eval("0x" + "f" * 10_000).bit_length() == 40_000
    assert len(eval("'" + "x" * 1_000_000 + "'")) == 1_000_000
    raises(ValueError, lambda: int("1" * 10_000))
    raises(ValueError, lambda: str(10 ** 10_000))
    assert eval("1e999999") == float("inf")
    namespace = {}
    exec("x = 10 ** 1000 * 10 ** 1000", namespace)
    assert namespace["x"] == 10 ** 2000


def case_formatting():
    raises(TOO_LARGE, lambda: ("%" + "9" * 30 + "d") % 1)
    raises(TOO_LARGE, lambda: f"{1:{HUGE}}")
    raises(TOO_LARGE, lambda: f"{1:{2 ** 70}}")
    raises(TOO_LARGE, lambda: f"{1.5:.{2 ** 40}f}")
    raises(TOO_LARGE, lambda: "%.*f" % (2 ** 40, 1.5))
    raises(TOO_LARGE, lambda: "%*d" % (HUGE, 1))
    raises(TOO_LARGE, lambda: "a".center(HUGE))
    raises(TOO_LARGE, lambda: "a".ljust(HUGE))
    raises(TOO_LARGE, lambda: "a".zfill(HUGE))
    raises(TOO_LARGE, lambda: "\t".expandtabs(HUGE))


def case_slices_and_indices():
    items = list(range(10))
    assert items[-HUGE:HUGE] == items and items[HUGE:] == [] and items[::HUGE] == [0] and items[::-HUGE] == [9]
    assert items[-2 ** 100:2 ** 100] == items and "abc"[2 ** 100:] == ""
    raises(IndexError, lambda: items[HUGE])
    raises(IndexError, lambda: items[-HUGE - 1])
    raises(IndexError, lambda: items[2 ** 100])
    items.insert(2 ** 62, 1)
    items.insert(-2 ** 62, 1)
    raises(IndexError, lambda: items.pop(2 ** 62))
    raises(ValueError, lambda: items.index(5, HUGE))
    assert slice(0, 2 ** 100, 1).indices(5) == (0, 5, 1)
    raises(ValueError, lambda: items[::0])


def case_numbers_to_the_system():
    import time, os
    raises((OverflowError, ValueError), lambda: time.sleep(1e30))
    raises((OverflowError, ValueError), lambda: time.sleep(float("nan")))
    raises((OverflowError, OSError, ValueError), lambda: time.gmtime(1e30))
    raises((OverflowError, ValueError, OSError), lambda: os.read(2 ** 40, 1))
    raises((OverflowError, OSError, ValueError, TypeError), lambda: open(2 ** 40))
    raises((OverflowError, ValueError), lambda: chr(2 ** 40))
    raises(OverflowError, lambda: (1).to_bytes(0, "big"))
    raises(OverflowError, lambda: (256).to_bytes(1, "big"))
    raises(TOO_LARGE, lambda: (1).to_bytes(HUGE, "big"))
    import struct
    raises(struct.error, lambda: struct.pack("B", 256))
    raises((struct.error,) + TOO_LARGE, lambda: struct.calcsize("9" * 30 + "x"))
    import threading
    raises((OverflowError, ValueError), lambda: threading.Lock().acquire(timeout=1e30))
    raises(ValueError, lambda: threading.stack_size(1))


def case_library_sizes():
    import itertools, math, collections
    raises(TOO_LARGE, lambda: list(itertools.repeat(1, HUGE)))
    raises(TOO_LARGE, lambda: list(itertools.product(range(10), repeat=HUGE)))
    raises((ValueError, TypeError), lambda: itertools.islice([], -1))
    raises((OverflowError, ValueError), lambda: math.factorial(2 ** 70))
    raises((OverflowError, ValueError), lambda: math.factorial(-1))
    assert math.isqrt(10 ** 1000) == 10 ** 500
    raises((OverflowError, ValueError), lambda: collections.deque(maxlen=2 ** 100))
    raises(ValueError, lambda: collections.deque(maxlen=-1))
    raises(OverflowError, lambda: round(float("inf")))
    raises(ValueError, lambda: round(float("nan")))
    assert round(1.5, 10 ** 10) == 1.5 and round(1.5, -10 ** 10) == 0.0
    assert round(15, -10 ** 6) == 0
    assert hash(10 ** 5000) == hash(10 ** 5000)


def case_calls_with_many_arguments():
    def f(*args, **kwargs):
        return len(args) + len(kwargs)
    assert f(*range(100_000)) == 100_000
    assert f(**{f"a{i}": i for i in range(10_000)}) == 10_000
    assert max(*range(10_000)) == 9999
    assert eval("f(" + ",".join(["1"] * 5000) + ")", {"f": f}) == 5000
    raises(TypeError, lambda: (lambda a: a)(*range(100_000)))
    space = {}
    exec("def g(" + ", ".join(f"a{i}=0" for i in range(3000)) + "): return a2999", space)
    assert space["g"](a2999=7) == 7
    exec("\n".join(f"v{i} = {i}" for i in range(20_000)), space)
    assert space["v19999"] == 19999
    exec("def h():\n" + "\n".join(f" v{i} = {i}" for i in range(5000)) + "\n return v4999", space)
    assert space["h"]() == 4999


def case_memory_runs_out_and_comes_back():
    raises(MemoryError, lambda: bytearray(2 ** 46))
    raises(MemoryError, lambda: [None] * 2 ** 46)
    raises(MemoryError, lambda: "x" * 2 ** 46)
    assert len([None] * 10 ** 6) == 10 ** 6
