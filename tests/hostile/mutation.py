"""Containers changed while they are walked, sorted, compared, copied or printed."""


def case_list_changed_by_iteration():
    items = [1, 2, 3]
    for item in items:
        items.clear()
    for item in items:
        items.append(item)
    items[:] = range(1000)
    count = 0
    for item in items:
        del items[:2]
        count += 1
    assert count < 1000


def case_list_grows_in_iteration():
    items = [0]
    for item in items:
        if len(items) < 10_000:
            items.append(item + 1)
    assert len(items) == 10_000


def case_list_cleared_by_key():
    items = [3, 1, 2] * 10

    def key(value):
        items.clear()
        return value
    survives(lambda: items.sort(key=key))
    items = list(range(100))
    raises(ValueError, lambda: items.sort(key=lambda value: items.append(value) or -value))


def case_list_changed_by_comparison():
    class Evil:
        def __init__(self, n):
            self.n = n

        def __lt__(self, other):
            items.append(self)
            return self.n < other.n
    items = [Evil(n) for n in (3, 1, 2, 5, 4)]
    raises(ValueError, items.sort)
    assert len(items) >= 5


def case_list_changed_by_eq():
    class Evil:
        def __eq__(self, other):
            items.clear()
            return False
    items = [Evil() for _ in range(10)]
    assert 5 not in items
    items = [Evil() for _ in range(10)]
    raises(ValueError, lambda: items.index(5))
    items = [Evil() for _ in range(10)]
    survives(lambda: items.remove(5))
    items = [Evil() for _ in range(10)]
    items.count(1)
    items = [Evil() for _ in range(10)]
    survives(lambda: items == [1] * 10)
    items = [Evil() for _ in range(10)]
    survives(lambda: [Evil()] * 10 == items)


def case_list_changed_by_repr():
    class Evil:
        def __repr__(self):
            items.clear()
            return "evil"
    items = [Evil(), Evil(), 1, 2]
    survives(lambda: repr(items))
    table = {1: Evil(), 2: Evil(), 3: 4}
    items = table
    survives(lambda: repr(table))


def case_list_extended_by_itself():
    items = [1, 2, 3]
    items.extend(items)
    items += items
    items[1:2] = items
    items *= 3
    assert len(items) == 69
    items.extend(iter(items[:5]))


def case_slice_assignment_from_evil_iterator():
    items = list(range(10))

    def values():
        items.clear()
        yield 1
        items.extend(range(100))
        yield 2
    items[2:5] = values()
    assert 1 in items and 2 in items
    items = list(range(10))

    def failing():
        yield 1
        items.clear()
        raise KeyError
    raises(KeyError, lambda: items.__setitem__(slice(0, 3), failing()))
    assert items == []


def case_slice_index_changes_list():
    class Evil:
        def __index__(self):
            items.clear()
            return 2
    items = list(range(10))
    assert items[Evil():] == [] or True
    items = list(range(10))
    survives(lambda: items[Evil()])
    items = list(range(10))
    survives(lambda: items.__setitem__(Evil(), 5))
    items = list(range(10))
    survives(lambda: items.__delitem__(slice(0, Evil())))
    items = list(range(10))
    survives(lambda: items.pop(Evil()))
    items = list(range(10))
    survives(lambda: items.insert(Evil(), 1))
    items = list(range(10))
    survives(lambda: items * Evil())


def case_dict_changed_in_iteration():
    for change in (lambda d: d.update(new=1), lambda d: d.pop(1), lambda d: d.clear()):
        for walk in (iter, dict.items, dict.values, reversed):
            table = {i: i for i in range(10)}

            def body():
                for _ in walk(table):
                    change(table)
            raises(RuntimeError, body)


def case_dict_replaced_key_in_iteration():
    table = {i: i for i in range(10)}
    seen = 0
    try:
        for key in table:
            del table[key]
            table[key + 100] = 1
            seen += 1
            assert seen < 100_000
    except RuntimeError:
        pass


def case_dict_changed_by_eq():
    class Evil:
        def __init__(self, action):
            self.action = action

        def __hash__(self):
            return 1

        def __eq__(self, other):
            self.action()
            return False
    for action in (lambda: table.clear(), lambda: table.update({i: i for i in range(100)}), lambda: table.pop(1, None)):
        for use in (lambda k: table.get(k), lambda k: k in table, lambda k: table.__setitem__(k, 1), lambda k: table.setdefault(k, 2),
                    lambda k: table.pop(k, None), lambda k: table.__delitem__(k), lambda k: table.update({k: 3})):
            table = {1: "a", 1 + 2 ** 61 - 1: "b", 2: "c"}
            survives(use, Evil(action))


def case_dict_changed_by_hash():
    class Evil:
        def __hash__(self):
            table.clear()
            table.update({i: i for i in range(50)})
            return 3
    table = {3: 1}
    table[Evil()] = 1
    survives(lambda: table[Evil()])
    table.setdefault(Evil(), 5)
    assert len(table) >= 50


def case_dict_update_from_evil():
    class Evil:
        def keys(self):
            table.clear()
            return iter(["a", "b"])

        def __getitem__(self, key):
            table[key * 2] = 1
            return 1
    table = {"x": 1}
    table.update(Evil())
    assert table["a"] == 1
    other = {i: i for i in range(100)}

    class Key:
        def __hash__(self):
            return 5

        def __eq__(self, right):
            other.clear()
            return False
    table = {Key(): 1, 5: 2}
    survives(lambda: table.update(other))
    survives(lambda: table == {Key(): 1, 5: 2})


def case_dict_view_operations():
    class Evil:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            table.clear()
            return False
    table = {1: 1, 2: 2}
    survives(lambda: table.keys() & {Evil(), 1})
    table = {1: 1, 2: 2}
    survives(lambda: table.items() | {(1, Evil())})
    table = {1: Evil(), 2: 2}
    survives(lambda: (1, 5) in table.items())
    survives(lambda: list(table.values()))


def case_set_changed():
    items = set(range(10))
    raises(RuntimeError, lambda: [items.add(x + 100) for x in items])

    class Evil:
        def __init__(self, n):
            self.n = n

        def __hash__(self):
            return 1

        def __eq__(self, other):
            target.clear()
            return False
    target = set()
    for use in (lambda t, o: t | o, lambda t, o: t & o, lambda t, o: t - o, lambda t, o: t ^ o, lambda t, o: t <= o,
                lambda t, o: t == o, lambda t, o: t.update(o), lambda t, o: t.intersection_update(o),
                lambda t, o: t.difference_update(o), lambda t, o: t.isdisjoint(o), lambda t, o: o.discard(Evil(0))):
        target = {Evil(i) for i in range(1)} | {1}
        other = {Evil(2), 1, 5}
        survives(use, target, other)
        survives(use, other, target)


def case_deque_changed():
    import collections
    items = collections.deque(range(10))

    def walk():
        for _ in items:
            items.append(1)
    raises(RuntimeError, walk)

    class Evil:
        def __eq__(self, other):
            items.clear()
            return False
    items = collections.deque([Evil(), Evil(), 1])
    survives(lambda: items.index(7))
    items = collections.deque([Evil(), Evil(), 1])
    survives(lambda: items.remove(7))
    items = collections.deque([Evil(), Evil(), 1])
    survives(lambda: 7 in items)


def case_bytearray_resized_under_view():
    data = bytearray(b"x" * 100)
    view = memoryview(data)
    for change in (lambda: data.append(1), lambda: data.clear(), lambda: data.extend(b"abc"), lambda: data.__delitem__(slice(0, 5)), lambda: data.pop()):
        raises(BufferError, change)
    view.release()
    data.clear()
    raises(ValueError, lambda: view[0])

    class Evil:
        def __index__(self):
            data.clear()
            return 65
    data = bytearray(b"abc")
    survives(lambda: data.__setitem__(1, Evil()))
    data = bytearray(b"abc")
    survives(lambda: data.insert(Evil(), 1))
    data = bytearray(b"abc")
    survives(lambda: data.find(Evil()))


def case_join_of_changing_list():
    class Evil(str):
        def __str__(self):
            items.clear()
            return "x"

    class Sequence:
        def __iter__(self):
            items.clear()
            return iter(["a", "b"])
    items = ["a", Evil("b"), "c"]
    survives(lambda: "".join(items))
    assert "-".join(Sequence()) == "a-b"
    items = [b"a"] * 10

    def generator():
        for item in list(items):
            items.clear()
            yield item
    assert b"".join(generator()) == b"a" * 10


def case_map_filter_zip_change_their_source():
    items = list(range(10))
    assert len(list(map(lambda x: items.clear(), items))) == 1
    items = list(range(10))
    list(filter(lambda x: items.pop(), items))
    items = list(range(10))
    list(zip(items, map(lambda x: items.clear(), items)))
    items = list(range(10))
    survives(lambda: max(items, key=lambda x: items.clear() or x))
    items = list(range(10))
    survives(lambda: sum(items.pop() for _ in items))


def case_namespace_changed_while_walked():
    space = {"a": 1, "__builtins__": {}}
    raises((RuntimeError, KeyError, NameError), lambda: exec("for n in list(globals()): globals().pop(n)\nprint(1)", space))

    class Holder:
        pass
    holder = Holder()
    holder.a = holder.b = 1
    raises(RuntimeError, lambda: [setattr(holder, name + "x", 1) for name in holder.__dict__])
    for name in list(vars(holder)):
        delattr(holder, name)
    assert not vars(holder)


def case_class_changed_while_used():
    class A:
        def method(self):
            del A.method
            return self.other()

        def other(self):
            A.__bases__ = (Base,)
            return 5

    class Base:
        pass

    class Root(Base):
        pass
    A = type("A", (Root,), {"method": A.method, "other": A.other})
    assert A().method() == 5
    raises(AttributeError, lambda: A().method())
