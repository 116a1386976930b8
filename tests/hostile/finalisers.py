"""`__del__` and weak references that do their worst."""

import gc


def collect():
    for _ in range(3):
        gc.collect()


def case_del_raises():
    import sys

    class Evil:
        def __del__(self):
            raise ValueError("ignored")
    previous, sys.unraisablehook = sys.unraisablehook, lambda args: None
    try:
        for _ in range(100):
            Evil()
        collect()
    finally:
        sys.unraisablehook = previous


def case_del_resurrects():
    kept = []

    class Evil:
        def __del__(self):
            kept.append(self)
    for _ in range(50):
        Evil()
    collect()
    assert len(kept) == 50 and all(type(k) is Evil for k in kept)
    kept.clear()
    collect()


def case_del_allocates_and_collects():
    class Evil:
        def __del__(self):
            [[] for _ in range(1000)]
            gc.collect()
    for _ in range(20):
        Evil()
    collect()


def case_del_makes_more():
    count = [0]

    class Evil:
        def __del__(self):
            count[0] += 1
            if count[0] < 200:
                Evil()
    Evil()
    for _ in range(300):
        gc.collect()
        if count[0] >= 200:
            break
    assert count[0] >= 3


def case_del_changes_what_is_used():
    items = []

    class Evil:
        def __del__(self):
            items.clear()
    for _ in range(100):
        items[:] = [Evil() for _ in range(20)]
        items[5:10] = []
        del items[::2]
        items = items + items
    collect()


def case_del_starts_threads():
    import threading
    done = []

    class Evil:
        def __del__(self):
            t = threading.Thread(target=done.append, args=(1,))
            t.start()
            t.join()
    Evil()
    collect()
    assert done == [1]


def case_weakref_callback_does_its_worst():
    import weakref

    class Target:
        pass
    log = []

    def callback(ref):
        log.append(ref())
        gc.collect()
        refs.clear()
    refs = [weakref.ref(Target(), callback) for _ in range(50)]
    collect()
    assert set(log) <= {None}


def case_weak_containers_change_while_walked():
    import weakref

    class Target:
        pass
    table = weakref.WeakValueDictionary()
    keep = [Target() for _ in range(100)]
    for i, target in enumerate(keep):
        table[i] = target
    target = None
    for key in list(table.keys()):
        keep.pop()
        gc.collect()
    for _ in table.values():
        pass
    keep.clear()
    collect()
    assert len(list(table)) <= 1


def case_cycles_of_everything():
    def make():
        items = []
        table = {"list": items}
        items.append(table)

        def function():
            return items, function
        items.append(function)
        generator = (x for x in items)
        items.append(generator)

        class Cycle:
            me = items
        Cycle.instance = Cycle()
        items.append(Cycle)
        error = ValueError(items)
        error.__context__ = error
        items.append(error)
        try:
            raise error
        except ValueError as caught:
            items.append(caught.__traceback__)
    for _ in range(200):
        make()
    collect()


def case_long_chains_are_freed():
    node = None
    for _ in range(300_000):
        node = [node]
    node = None
    collect()

    class Node:
        def __init__(self, next):
            self.next = next
    head = None
    for _ in range(200_000):
        head = Node(head)
    head = None
    collect()
    g = iter(())
    for _ in range(50_000):
        g = map(None, g)
    g = None
    collect()
    t = ()
    for _ in range(200_000):
        t = (t,)
    t = None
    collect()


def case_generator_left_in_finally():
    log = []

    def g():
        try:
            yield
        finally:
            log.append(gc.collect() is not None)
    for _ in range(20):
        next(g())
    collect()
    assert len(log) == 20


def case_del_during_exit():
    import subprocess, sys
    program = ("import threading\nclass E:\n def __del__(self):\n  import sys, os\n  [].append(sys.modules)\n"
               "keep = E()\nkeep.me = keep\nimport builtins\nbuiltins.e = E()\nthreading.Thread(target=lambda: None).start()\n")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30)
    assert done.returncode == 0, done
