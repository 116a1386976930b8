d = {"a": 1, "b": 2}
d["c"] = 3
print(d, len(d), d["a"], d.get("z"), d.get("z", 0))
for key in d:
    print(key, d[key])
for key, value in d.items():
    print(key, value)
del d["a"]
print("a" in d, list(d.keys()), list(d.values()))
print(d == {"c": 3, "b": 2}, {**d, "e": 5}, d | {"f": 6})
print({1: "int", 1.0: "float", True: "bool"})
try:
    d["missing"]
except KeyError as error:
    print(repr(error), error)
try:
    {[]: 1}
except TypeError as error:
    print("unhashable type: 'list'" in str(error))
s = {1, 2, 3}
s.add(2)
s.add(4)
print(len(s), 2 in s, 9 in s, sorted(s | {9}), sorted(s & {1, 9}), sorted(s - {1}), sorted(s ^ {1, 9}))
print(set(), frozenset({1}), {1} < {1, 2}, {1, 2} == {2, 1})
d.setdefault("list", []).append(1)
d.setdefault("list", []).append(2)
print(d, d.pop("list"), d.pop("none", "default"))
d.update({"x": 1}, y=2)
print(d)
print(dict([("k", "v")]), dict(a=1), dict({"m": 1}, n=2), dict.fromkeys("ab", 0))
words = "the cat and the dog and the bird".split()
count = {}
for word in words:
    count[word] = count.get(word, 0) + 1
print(count)
print(sorted(count.items(), key=lambda item: (-item[1], item[0])))
