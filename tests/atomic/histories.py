"""Randomised histories of threads, checked for strict serialisability.

Threads run short random programs of plain operations and atomic blocks on shared
objects, all kinds of them, and note what each returned and when it began and ended. Then
the checker looks for an order in which the steps, run one after the other on a model, give
the same results and leave the same state, and which agrees with the clock: what had ended
before something else began comes first.

Usage: histories.py [--count 10000] [--seconds 60] [--threads 3] [--seed N] [--only kind_]
"""

import argparse
import collections
import random
import sys
import threading
import time

from transaction import atomic, bag, counter, stmdict, stmset


class Target:
    """What class attributes are set on."""


class Low:
    def rank(self):
        return "low"


class High:
    def rank(self):
        return "high"


def answers(n):
    return lambda self: n


METHODS = [answers(n) for n in range(3)]
LENGTHS = [answers(n) for n in range(3)]


class Shared:
    """One of everything, new for each history."""

    def __init__(self):
        self.object = type("Plain", (), {})()
        self.object.n = 0
        self.dict = {}
        self.list = []
        self.set = set()
        self.deque = collections.deque()
        self.bytes = bytearray()
        self.table = stmdict()
        self.members = stmset()
        self.counter = counter()
        self.bag = bag()
        Target.n = 0
        self.kind = type("Kind", (Low,), {"call": METHODS[0]})
        self.kinds = [self.kind, type("Heir", (self.kind,), {})]
        self.instance = self.kind()


GLOBAL = 0

# Each operation is a name, code on the real objects and the same on a model: a dict of
# immutable values. Plain code runs one operation at a time, which the runtime promises to be
# atomic by itself.


def op_attr_add(s, v):
    s.object.n += v


def op_attr_get(s, v):
    return s.object.n


def op_dict_set(s, v):
    s.dict[v % 3] = v


def op_dict_pop(s, v):
    return s.dict.pop(v % 3, None)


def op_dict_setdefault(s, v):
    return s.dict.setdefault(v % 3, v)


def op_dict_items(s, v):
    return tuple(s.dict.copy().items())


def op_list_append(s, v):
    s.list.append(v)


def op_list_pop(s, v):
    try:
        return s.list.pop()
    except IndexError:
        return "empty"


def op_list_insert(s, v):
    s.list.insert(0, v)


def op_list_copy(s, v):
    return tuple(s.list)


def op_set_add(s, v):
    s.set.add(v % 4)


def op_set_discard(s, v):
    s.set.discard(v % 4)


def op_set_all(s, v):
    return frozenset(s.set)


def op_deque_append(s, v):
    s.deque.append(v)


def op_deque_popleft(s, v):
    try:
        return s.deque.popleft()
    except IndexError:
        return "empty"


def op_bytes_extend(s, v):
    s.bytes.extend(b"%d" % v)


def op_bytes_get(s, v):
    return bytes(s.bytes)


def op_global_set(s, v):
    global GLOBAL
    GLOBAL = v


def op_global_get(s, v):
    return GLOBAL


def op_class_set(s, v):
    Target.n = v


def op_class_get(s, v):
    return Target.n


# What blocks do to classes: attributes that come and go, methods that are replaced (also
# special ones), other bases, another class for an instance.


def op_kind_set(s, v):
    setattr(s.kind, "pq"[v % 2], v)


def op_kind_delete(s, v):
    try:
        delattr(s.kind, "pq"[v % 2])
    except AttributeError:
        return "none"


def op_kind_get(s, v):
    if v % 2:
        return getattr(s.instance, "q", None)
    try:
        return s.kind.p
    except AttributeError:
        return None


def op_kind_method(s, v):
    s.kind.call = METHODS[v % 3]


def op_kind_call(s, v):
    return s.instance.call()


def op_kind_length(s, v):
    if v % 3:
        s.kind.__len__ = LENGTHS[v % 3]
    elif hasattr(s.kind, "__len__"):
        try:
            del s.kind.__len__
        except AttributeError:
            # Another thread was faster, between the two operations of plain code.
            pass


def op_kind_len(s, v):
    try:
        return len(s.instance)
    except TypeError:
        return None


def op_kind_bases(s, v):
    s.kind.__bases__ = ((Low,), (High,))[v % 2]


def op_kind_rank(s, v):
    return s.instance.rank() if v % 2 else "high" if isinstance(s.instance, High) else "low"


def op_kind_change(s, v):
    s.instance.__class__ = s.kinds[v % 2]


def op_kind_type(s, v):
    return s.kinds.index(type(s.instance))


def op_table_set(s, v):
    s.table[v % 4] = v


def op_table_pop(s, v):
    return s.table.pop(v % 4, None)


def op_table_setdefault(s, v):
    return s.table.setdefault(v % 4, v)


def op_table_get(s, v):
    return s.table.get(v % 4)


def op_table_len(s, v):
    return len(s.table)


def op_table_items(s, v):
    # In the order in which the keys came.
    return tuple(s.table.items())


def op_members_add(s, v):
    s.members.add(v % 3)


def op_members_discard(s, v):
    s.members.discard(v % 3)


def op_members_all(s, v):
    return tuple(s.members)


def op_counter_add(s, v):
    s.counter.add(v)


def op_counter_get(s, v):
    return s.counter.value


def op_bag_append(s, v):
    s.bag.append(v)


def op_bag_all(s, v):
    return frozenset(s.bag)


OPERATIONS = {name[3:]: f for name, f in list(globals().items()) if name.startswith("op_")}
NAMES = sorted(OPERATIONS)


def model(state, name, v):
    """The operation on a model state; (result, new state)."""
    obj, dct, lst, st, dq, by, glob, cls, table, members, count, all_of_bag, kind = state
    result = None
    if name == "attr_add":
        obj += v
    elif name == "attr_get":
        result = obj
    elif name == "dict_set":
        d = dict(dct)
        d[v % 3] = v
        dct = tuple(d.items())
    elif name == "dict_pop":
        d = dict(dct)
        result = d.pop(v % 3, None)
        dct = tuple(d.items())
    elif name == "dict_setdefault":
        d = dict(dct)
        result = d.setdefault(v % 3, v)
        dct = tuple(d.items())
    elif name == "dict_items":
        result = dct
    elif name == "list_append":
        lst += (v,)
    elif name == "list_pop":
        result, lst = (lst[-1], lst[:-1]) if lst else ("empty", lst)
    elif name == "list_insert":
        lst = (v,) + lst
    elif name == "list_copy":
        result = lst
    elif name == "set_add":
        st |= {v % 4}
    elif name == "set_discard":
        st -= {v % 4}
    elif name == "set_all":
        result = st
    elif name == "deque_append":
        dq += (v,)
    elif name == "deque_popleft":
        result, dq = (dq[0], dq[1:]) if dq else ("empty", dq)
    elif name == "bytes_extend":
        by += b"%d" % v
    elif name == "bytes_get":
        result = by
    elif name == "global_set":
        glob = v
    elif name == "global_get":
        result = glob
    elif name == "class_set":
        cls = v
    elif name == "class_get":
        result = cls
    elif name.startswith("kind_"):
        result, kind = model_kind(kind, name[5:], v)
    elif name.startswith("table_"):
        d = dict(table)
        if name == "table_set":
            d[v % 4] = v
        elif name == "table_pop":
            result = d.pop(v % 4, None)
        elif name == "table_setdefault":
            result = d.setdefault(v % 4, v)
        elif name == "table_get":
            result = d.get(v % 4)
        elif name == "table_len":
            result = len(d)
        else:
            result = table
        table = tuple(d.items())
    elif name == "members_add":
        members = tuple(dict.fromkeys(members + (v % 3,)))
    elif name == "members_discard":
        members = tuple(n for n in members if n != v % 3)
    elif name == "members_all":
        result = members
    elif name == "counter_add":
        count += v
    elif name == "counter_get":
        result = count
    elif name == "bag_append":
        all_of_bag |= {v}
    elif name == "bag_all":
        result = all_of_bag
    return result, (obj, dct, lst, st, dq, by, glob, cls, table, members, count, all_of_bag, kind)


def model_kind(kind, name, v):
    p, q, method, length, bases, of = kind
    result = None
    if name == "set":
        p, q = (p, v) if v % 2 else (v, q)
    elif name == "delete":
        result = "none" if (q if v % 2 else p) is None else None
        p, q = (p, None) if v % 2 else (None, q)
    elif name == "get":
        result = q if v % 2 else p
    elif name == "method":
        method = v % 3
    elif name == "call":
        result = method
    elif name == "length":
        length = v % 3 or None
    elif name == "len":
        result = length
    elif name == "bases":
        bases = v % 2
    elif name == "rank":
        result = ("low", "high")[bases]
    elif name == "change":
        of = v % 2
    elif name == "type":
        result = of
    return result, (p, q, method, length, bases, of)


EMPTY = (0, (), (), frozenset(), (), b"", 0, 0, (), (), 0, frozenset(),
         (None, None, 0, None, 0, 0))


def final_state(s):
    return (s.object.n, tuple(s.dict.items()), tuple(s.list), frozenset(s.set), tuple(s.deque),
            bytes(s.bytes), GLOBAL, Target.n, tuple(s.table.items()), tuple(s.members),
            s.counter.value, frozenset(s.bag), final_kind(s))


def final_kind(s):
    entries = s.kind.__dict__
    length = entries.get("__len__")
    return (entries.get("p"), entries.get("q"), METHODS.index(entries["call"]),
            None if length is None else LENGTHS.index(length),
            int(s.kind.__bases__ == (High,)), s.kinds.index(type(s.instance)))


class Undo(Exception):
    """Leaves a block that is to be undone."""


# A step is (kind, operations); kinds: "plain", "atomic", "undone" (left by an exception with
# rollback=True), "partly" (the second half undone as an inner block).
#
# With --locked every step runs under one lock, in one of the ways in which that can be done:
# "locked" (`with lock:`, which may be elided), "recursive" (the same, entered twice), "taken" (by
# hand), "sleeping" (the lock is taken in the middle of the section) and "both" (in a block).

LOCK = threading.RLock()
LOCKED = False


ONLY = ""


def random_step(rng, counter):
    if LOCKED:
        kind = rng.choice(["locked", "locked", "locked", "recursive", "taken", "sleeping", "both"])
    else:
        kind = rng.choice(["plain", "plain", "atomic", "atomic", "atomic", "undone", "partly"])
    count = 1 if kind == "plain" else rng.randint(2, 4)
    known = [name for name in NAMES if name.startswith(ONLY)]
    if kind == "plain":
        names = [rng.choice(known)]
    else:
        # Blocks prefer few objects, so that they meet.
        few = rng.sample(known, 3)
        names = [rng.choice(few) for _ in range(count)]
    return kind, [(name, next(counter)) for name in names]


def perform(s, step):
    kind, operations = step
    if kind == "plain":
        name, v = operations[0]
        return [OPERATIONS[name](s, v)]
    results = []
    if kind == "atomic":
        with atomic:
            for name, v in operations:
                results.append(OPERATIONS[name](s, v))
        return results
    if LOCKED:
        return perform_locked(s, kind, operations)
    if kind == "undone":
        kept = []
        try:
            with atomic(rollback=True):
                for name, v in operations:
                    results.append(OPERATIONS[name](s, v))
                raise Undo(tuple(results))
        except Undo as undo:
            kept.extend(undo.args[0])
        assert not results, results
        return kept
    half = len(operations) // 2
    with atomic:
        for name, v in operations[:half]:
            results.append(OPERATIONS[name](s, v))
        try:
            with atomic(rollback=True):
                inner = [OPERATIONS[name](s, v) for name, v in operations[half:]]
                raise Undo(tuple(inner))
        except Undo as undo:
            results.extend(undo.args[0])
    return results


def perform_locked(s, kind, operations):
    results = []
    if kind == "taken":
        LOCK.acquire()
        try:
            for name, v in operations:
                results.append(OPERATIONS[name](s, v))
        finally:
            LOCK.release()
    elif kind == "both":
        with atomic:
            with LOCK:
                for name, v in operations:
                    results.append(OPERATIONS[name](s, v))
    else:
        half = len(operations) // 2
        with LOCK:
            for name, v in operations[:half]:
                results.append(OPERATIONS[name](s, v))
            if kind == "sleeping":
                time.sleep(0)
            if kind == "recursive":
                with LOCK:
                    for name, v in operations[half:]:
                        results.append(OPERATIONS[name](s, v))
            else:
                for name, v in operations[half:]:
                    results.append(OPERATIONS[name](s, v))
    return results


def model_step(state, step):
    kind, operations = step
    results, at = [], state
    half = len(operations) // 2
    for index, (name, v) in enumerate(operations):
        if kind == "partly" and index == half:
            state = at
        result, at = model(at, name, v)
        results.append(result)
    if kind not in ("undone", "partly"):
        state = at
    return results, state


def serialisable(history, final):
    """Whether some order explains the history: lists of (step, results, begin, end)."""
    seen = set()
    total = tuple(len(steps) for steps in history)

    def search(places, state):
        if places == total:
            return state == final
        if (places, state) in seen:
            return False
        seen.add((places, state))
        # What has ended before a candidate begins must be placed already.
        first_end = min(steps[at][3] for steps, at in zip(history, places) if at < len(steps))
        for thread, steps in enumerate(history):
            at = places[thread]
            if at == len(steps) or steps[at][2] > first_end:
                continue
            step, results, _, _ = steps[at]
            expected, after = model_step(state, step)
            if expected == results:
                following = places[:thread] + (at + 1,) + places[thread + 1:]
                if search(following, after):
                    return True
        return False

    return search((0,) * len(history), EMPTY)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--threads", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--locked", action="store_true")
    parser.add_argument("--only", default="", help="operations that begin with this")
    options = parser.parse_args()
    global LOCKED, ONLY
    ONLY = options.only
    LOCKED = options.locked
    seed = options.seed if options.seed is not None else time.time_ns() & 0xFFFFFF
    rng = random.Random(seed)
    start, stop = threading.Barrier(options.threads), threading.Barrier(options.threads)
    plan = [None] * options.threads
    records = [None] * options.threads
    shared = [None]
    failures = []

    def run_one(me):
        start.wait()
        record, s, clock, steps = [], shared[0], time.perf_counter_ns, plan[me]
        for step in steps:
            begin = clock()
            results = perform(s, step)
            record.append((step, results, begin, clock()))
        records[me] = record
        stop.wait()
        return bool(steps)

    def helper(me):
        while run_one(me):
            pass

    helpers = [threading.Thread(target=helper, args=(n,)) for n in range(1, options.threads)]
    for thread in helpers:
        thread.start()
    global GLOBAL
    done, began = 0, time.monotonic()
    while done < options.count and time.monotonic() - began < options.seconds and not failures:
        counter = iter(range(1, 1000))
        shared[0] = Shared()
        GLOBAL = 0
        for n in range(options.threads):
            plan[n] = [random_step(rng, counter) for _ in range(options.steps)]
        run_one(0)
        final = final_state(shared[0])
        if not serialisable(records, final):
            failures.append((records[:], final))
        done += 1
    plan[:] = [[] for _ in plan]
    run_one(0)
    for thread in helpers:
        thread.join()
    for history, final in failures:
        print(f"not serialisable (seed {seed}, history {done}):")
        for n, steps in enumerate(history):
            for (kind, operations), results, begin, end in steps:
                print(f"  thread {n} {begin}..{end} {kind}: "
                      + ", ".join(f"{name}({v}) -> {result!r}"
                                  for (name, v), result in zip(operations, results)))
        print("  final:", final)
    print(f"{done} histories of {options.threads} threads, seed {seed}: "
          f"{'FAILED' if failures else 'all serialisable'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
