# needs: 3.14
d = {"a": 1, "b": 2}
print(d.get("a"), d.get("z"), d.get("z", 5), d.setdefault("c", 3), d.setdefault("a", 9), d.pop("c"), d.pop("z", None), d.popitem(), d, d.copy() is d, d.copy() == d)
d.update({"x": 1}); d.update([("y", 2)]); d.update(z=3); d.update({"x": 10}, w=4)
print(d, len(d), "x" in d, list(d), list(d.items()), list(d.values()), list(reversed(d)), dict.fromkeys([1, 2]), dict.fromkeys("ab", 0))
print(d | {"x": 0, "new": 1}, {**d}, dict(d, extra=1), dict([(1, 2)]), dict(zip("ab", [1, 2])), {} == dict(), {1: 2} == {1.0: 2}, {"a": 1} != {"a": 2})
d |= {"or": 1}; d |= [("pair", 2)]
print(d)
for code in ("{}['k']", "{}.pop('k')", "{}.popitem()", "dict(5)", "dict([1])", "dict([(1, 2, 3)])", "{} < {}", "{} + {}", "{} | 5", "{}.update(5)", "dict(**{1: 2})", "{1: 2}.get()", "dict(1, 2)", "del {}['x']", "{}.fromkeys(5)", "hash({})", "{1, 2}[0]"):
    try:
        exec(code)
        print(code, "ok")
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error if "unhashable" not in str(error) else "unhashable")
keys, values, items = d.keys(), d.values(), d.items()
d["later"] = 1
print(len(keys), "later" in keys, ("later", 1) in items, 1 in values, keys == {"x", "y", "z", "w", "or", "pair", "later"}, sorted(keys & {"x", "q"}), sorted(keys | {"q"})[:2], sorted(keys - {"x"})[:2], sorted({"x": 1}.items() ^ {("y", 2)}), keys.isdisjoint({"q"}), {"x"} < keys, type(keys).__name__, {1: 2}.keys(), {1: 2}.values(), {1: 2}.items(), keys.mapping["x"])
for change in ("d.update(n1=1)", "d.pop('x')", "d.clear()"):
    d = {"x": 1, "y": 2}
    try:
        for key in d:
            exec(change)
        print("finished")
    except RuntimeError as error:
        print(error)
d = {i: i for i in range(5)}
for key in d:
    d[key] += 10
print(d)
for key in list(d):
    if key % 2:
        del d[key]
print(d)
order = {}
for k in "zxy":
    order[k] = 1
del order["x"]
order["x"] = 2
order["z"] = 3
print(order, list(order.items())[0], next(iter(order)), next(reversed(order)))
print({1: "a", True: "b", 1.0: "c"}, {0: 1}[False], {"1": 1}.get(1), {None: 1, (): 2, frozenset(): 3, 1.5: 4, b"": 5, "": 6, ...: 7})
class Key:
    def __init__(self, n): self.n = n
    def __hash__(self): return self.n % 3
    def __eq__(self, o): return isinstance(o, Key) and self.n == o.n
    def __repr__(self): return f"K{self.n}"
k = {Key(i): i for i in range(10)}
del k[Key(3)], k[Key(4)]
k[Key(3)] = "back"
print(k, Key(5) in k, Key(4) in k, k[Key(9)])
big = {i: str(i) for i in range(10000)}
for i in range(0, 10000, 3):
    del big[i]
print(len(big), big[1], 3 in big, sum(big) , list(big)[:5], list(big)[-1])
big.clear()
big["fresh"] = 1
print(big)
d = {}
d["self"] = d
print(d, {1: {2: {3: {}}}}, str({"a": [1, (2,)]}))
import collections
dd = collections.defaultdict(list)
dd["a"].append(1)
print(dd, dd["b"], dict(dd), dd.default_factory, collections.defaultdict(int, x=1))
c = collections.Counter("mississippi")
print(c, c.most_common(2), c["z"], c + collections.Counter("sz"), c - collections.Counter("ss"), sorted(c.elements())[:3], c.total(), c & collections.Counter("sip"))
o = collections.OrderedDict(a=1, b=2, c=3)
o.move_to_end("a"); o.move_to_end("c", last=False)
print(o, o.popitem(last=False), o == {"b": 2, "a": 1}, list(reversed(o)))
ch = collections.ChainMap({"a": 1}, {"a": 2, "b": 3})
print(ch["a"], ch["b"], dict(ch), ch.new_child({"c": 1})["c"], len(ch))
q = collections.deque([1, 2, 3], maxlen=3)
q.append(4); q.appendleft(0); q.rotate(1)
print(q, q.pop(), q.popleft(), q, q.maxlen, list(collections.deque("abc")), collections.deque([1, 2]) == collections.deque([1, 2]), collections.deque([3, 1]).index(1))
import types
proxy = types.MappingProxyType({"a": 1})
print(proxy, proxy["a"], len(proxy), proxy | {"b": 2})
try:
    proxy["b"] = 1
except TypeError as error:
    print(error)
