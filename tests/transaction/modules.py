"""`transaction` and `pypystm` with threads: the same on every Python."""

import sys
import threading
import time

import pypystm
import transaction
from transaction import (
    TransactionError, TransactionQueue, atomic, bag, counter, queue, stmdict, stmset)


def raises(kind, function, *args, text=None, **kwargs):
    try:
        function(*args, **kwargs)
    except kind as raised:
        assert text is None or str(raised) == text, str(raised)
        return raised
    raise AssertionError(f"{kind.__name__} not raised")


def in_threads(count, function):
    failures = []

    def run(n):
        try:
            function(n)
        except BaseException as raised:
            failures.append(raised)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_names():
    for name in """TransactionQueue atomic is_atomic hint_commit_soon getsegmentlimit hashtable
            stmdict stmset stmiddict stmidset queue Empty threadlocalproperty time clock
            signals_enabled TransactionError weakkeyiddict""".split():
        assert hasattr(transaction, name) and name in transaction.__all__, name
    for name in """atomic exclusive_atomic single_transaction local count hashtable stmset stmdict
            queue Empty time clock unsafe_read unsafe_write error""".split():
        assert hasattr(pypystm, name), name
    for module in (transaction, pypystm):
        for name in module.__all__:
            assert getattr(module, name).__doc__ or name in ("error",), name


def test_queue_orders():
    for _ in range(20):
        done = []
        tasks = TransactionQueue()
        for n in range(10):
            tasks.add(done.append, n)
        tasks.run()
        assert sorted(done) == list(range(10))
        chains = [[] for _ in range(5)]

        def step(chain, n):
            chains[chain].append(n)
            if n < 9:
                tasks.add(step, chain, n + 1)

        for chain in range(5):
            tasks.add(step, chain, 0)
        tasks.run(3)
        assert chains == [list(range(10))] * 5


def test_queue_exceptions():
    class Foo(Exception):
        pass

    for _ in range(20):
        lists = [[] for _ in range(10)]
        tasks = TransactionQueue()

        def step(at, n):
            lists[at].append(n)
            if n == 4:
                lists[at].append("foo")
                raise Foo
            tasks.add(step, at, n + 1)

        for at in range(10):
            tasks.add(step, at, 0)
        raises(Foo, tasks.run)
        # What was done before the exception stays, as after any block.
        full = [0, 1, 2, 3, 4, "foo"]
        assert full in lists and all(one == full[:len(one)] for one in lists), lists


def test_queue_keeps_what_has_not_begun():
    tasks, seen = TransactionQueue(), []

    def fail(kind):
        raise kind

    for kind in (KeyError, IndexError):
        tasks.add(fail, kind)
    tasks.add(seen.append, 42)
    tasks.add(seen.append, 42)
    first = raises((KeyError, IndexError), tasks.run, nb_segments=1)
    second = raises((KeyError, IndexError), tasks.run, nb_segments=1)
    assert type(first) is not type(second)
    tasks.run()
    tasks.run()
    assert seen == [42, 42]


def test_queue_counts():
    tasks = TransactionQueue()
    tasks.add(lambda: None)
    tasks.add(lambda: None)
    tasks.run()
    tasks.run()
    assert tasks.number_of_transactions_executed() == 2
    tasks.add(lambda: undefined)
    raises(NameError, tasks.run)
    assert tasks.number_of_transactions_executed() == 3
    tasks.add(tasks.number_of_transactions_executed)
    raises(TransactionError, tasks.run)
    tasks.add(tasks.run)
    raises(TransactionError, tasks.run)
    with atomic:
        raises(TransactionError, tasks.run)
    tasks = TransactionQueue()

    def fan_out(widths):
        for _ in range(widths[0] if widths else 0):
            tasks.add(fan_out, widths[1:])

    tasks.add(fan_out, [10, 10, 10])
    tasks.run()
    assert tasks.number_of_transactions_executed() == 1111


def test_queue_generators():
    tasks, seen = TransactionQueue(), []

    def steps(name):
        for n in range(5):
            assert transaction.is_atomic()
            seen.append((name, n))
            yield

    tasks.add_generator(steps("a"))
    tasks.add_generator(steps("b"))
    tasks.run()
    assert sorted(seen) == [(name, n) for name in "ab" for n in range(5)]
    assert [n for name, n in seen if name == "a"] == list(range(5))


def test_hint():
    tasks, total = TransactionQueue(), counter()

    def task():
        total.add()
        transaction.hint_commit_soon()
        total.add()
        with transaction.signals_enabled:
            transaction.hint_commit_soon()

    for _ in range(50):
        tasks.add(task)
    tasks.run()
    transaction.hint_commit_soon()
    assert total.value == 100 and not transaction.is_atomic()


def test_map():
    assert transaction.map(lambda a, b: a * b, range(100), range(100)) == [n * n for n in range(100)]
    assert transaction.map(str, []) == []
    seen = []
    transaction.parallel_for(range(50), lambda n: n, progress=lambda *at: seen.append(at))
    assert sorted(seen) == [(n + 1, 50) for n in range(50)]

    def fail(n):
        if n in (7, 30, 3):
            raise ValueError(n)

    for threads in (1, 2, 5):
        raises(ValueError, transaction.parallel_for, range(50), fail, nb_segments=threads, text="3")

    def stop(done, total):
        if done == 5:
            raise InterruptedError

    raises(InterruptedError, transaction.map, str, range(50), progress=stop)
    raises(TypeError, transaction.map, str)
    with atomic:
        raises(TransactionError, transaction.map, str, [1])


def test_shared_containers():
    d, s, c, b = stmdict(), stmset(), counter(), bag()

    def work(me):
        for n in range(300):
            with atomic:
                d[me, n] = n
                d["sum", me] = d.get(("sum", me), 0) + n
                s.add((me, n % 50))
                c.add(n)
                b.append((me, n))
            if n % 3 == 0:
                del d[me, n]
                s.discard((me, n % 50))
        assert d["sum", me] == 300 * 299 // 2

    in_threads(4, work)
    assert len(d) == 4 * 201 == len(list(d)), len(d)
    assert c.value == 4 * 300 * 299 // 2
    assert len(b) == 1200
    for me in range(4):
        assert [n for who, n in b if who == me] == list(range(300))


def test_one_key():
    d = stmdict(n=0)

    def work(me):
        for _ in range(500):
            with atomic:
                d["n"] += 1

    in_threads(4, work)
    assert d == {"n": 2000}


def test_iteration_is_of_one_moment():
    d = stmdict((n, 0) for n in range(50))
    stop = []

    def move(me):
        n = 0
        while not stop:
            n += 1
            with atomic:
                # A key goes, another comes; two values change together.
                d["new", me, n] = d.pop(("new", me, n - 1), 0)
                d[0] += 1
                d[49] -= 1

    def look(me):
        try:
            for n in range(150):
                with atomic:
                    items, count = list(d.items()), len(d)
                    again = list(d.items())
                assert items == again and len(items) == count, (len(items), count)
                for items in (items, list(d.items())):
                    assert dict(items)[0] == -dict(items)[49]
                    assert len(items) == len(dict(items)) and 50 <= len(items) <= 52
                time.sleep(0)
        finally:
            stop.append(1)

    in_threads(3, lambda n: (look if n == 0 else move)(n))


def test_block_that_looks_and_adds():
    d, s, c = stmdict(), stmset(), counter()

    def work(me):
        for n in range(400):
            with atomic:
                keys, members, count, total = list(d), list(s), len(d), c.value
                d[me, n] = n
                s.add((n, me))
                c.add()
                assert list(d) == keys + [(me, n)] and len(d) == count + 1
                assert list(s) == members + [(n, me)] and c.value == total + 1
            if n % 10 == 9:
                d.clear()
                s.clear()

    in_threads(3, work)


def test_queue_between_threads():
    q, got = queue(), bag()

    def work(me):
        if me < 2:
            for n in range(300):
                q.put((me, n))
        else:
            while True:
                item = q.get()
                if item is None:
                    return
                got.append(item)
                q.task_done()

    def all_of_it(me):
        if me == 4:
            while len(got) < 600:
                time.sleep(0.001)
            q.join()
            q.put(None)
            q.put(None)
        else:
            work(me)

    in_threads(5, all_of_it)
    assert sorted(got) == [(me, n) for me in range(2) for n in range(300)]


def test_pypystm():
    with pypystm.exclusive_atomic:
        assert pypystm.is_atomic()
        with pypystm.atomic, pypystm.single_transaction:
            raises(pypystm.error, lambda: pypystm.exclusive_atomic.__enter__())
    assert not pypystm.is_atomic()
    numbers = bag()
    in_threads(4, lambda me: numbers.extend(pypystm.count() for _ in range(500)))
    assert len(set(numbers)) == 2000 and min(numbers) > 0
    import array
    for memory in (array.array("i", [1, 2]), bytearray(b"ab"), memoryview(bytearray(2))):
        pypystm.unsafe_write(memory, 1, 7)
        assert pypystm.unsafe_read(memory, 1) == 7
        raises(IndexError, pypystm.unsafe_read, memory, 2)
    raises(TypeError, pypystm.unsafe_write, [1], 0, 2)
    assert isinstance(pypystm.time(), float) and isinstance(pypystm.clock(), float)
    local = pypystm.local()
    local.x = 1
    in_threads(1, lambda me: raises(AttributeError, lambda: local.x))


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for name, test in tests:
        if not sys.argv[1:] or name in sys.argv[1:]:
            test()
    print(f"{len(tests)} tests of modules: all right")


if __name__ == "__main__":
    main()
