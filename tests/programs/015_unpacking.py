a, *b = [1, 2, 3]
print(a, b)
*a, b = "xyz"
print(a, b)
a, *b, c = range(6)
print(a, b, c)
a, (b, *c), d = 1, (2, 3, 4), 5
print(a, b, c, d)
[a, [b, c]] = 1, "xy"
print(a, b, c)
*a, = (1, 2)
print(a)
print([*range(3), *"ab"], (*[1], 2), {*[1, 2], 2}, {**{"a": 1}, "b": 2, **{"a": 3}})
print(*[1, 2, 3], *"ab", sep="|")
for first, *rest in [(1, 2, 3), "ab", [9]]:
    print(first, rest)
x = [1, 2, 3]
x[0], x[1] = x[1], x[0]
print(x)
class Box:
    pass
box = Box()
box.a, box.b = {"k": 1}.popitem()
print(box.a, box.b)
def values():
    return *[1, 2], 3
print(values())
def generator():
    yield *[1, 2], 3
print(next(generator()))
index = 1, *[2, 3]
print(index)
d = {(1, *[2]): "key"}
print(d[1, *[2]])
cases = [
    "a, b = 1",
    "a, b = [1]",
    "a, b = 1, 2, 3",
    "a, *b, c = [1]",
    "a, b = None",
    "[*5]",
    "{**5}",
    "a, b = {1: 2}",
    "a, b = 'abc'",
]
for case in cases:
    try:
        exec(case)
        print(case, "ok")
    except Exception as error:
        print(case, "|", type(error).__name__, "|", str(error).partition(" (")[0])
def swap3(a, b, c):
    a, b, c = c, a, b
    return a, b, c
print(swap3(1, 2, 3))
it = iter(range(10))
a, b = next(it), next(it)
c, *d = it
print(a, b, c, d)
for i, (x, y) in enumerate(zip("abc", range(3))):
    print(i, x, y)
