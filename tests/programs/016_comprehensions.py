print([x * x for x in range(5)], [x for x in range(10) if x % 2 if x > 3])
print({x % 3 for x in range(9)} == {0, 1, 2}, {x: x * x for x in range(3)})
print([(x, y) for x in range(3) for y in range(x)], [[i * j for j in range(3)] for i in range(3)])
print(sum(x for x in range(10)), list(x for x in "abc"), tuple(i for i in range(3)))
matrix = [[1, 2], [3, 4]]
print([list(row) for row in zip(*matrix)], [x for row in matrix for x in row])
x = "kept"
[x for x in range(3)]
print(x)
print([y := 5, y * 2], y)
print([last := n for n in range(4)], last)
print([a + b for a, b in [(1, 2), (3, 4)]], [first for first, *_ in ["ab", "cd"]])
def function():
    k = 3
    return [k * i for i in range(3)], {i: (lambda: k + i)() for i in range(2)}
print(function())
class Scope:
    items = [1, 2, 3]
    doubled = [i * 2 for i in items]
    try:
        bad = [i * len(items) for i in items]
    except NameError as error:
        bad = str(error)
print(Scope.doubled, Scope.bad)
g = (i for i in range(3))
print(next(g), list(g), list(g))
def raising():
    yield 1
    raise ValueError("in the iterator")
try:
    [i for i in raising()]
except ValueError as error:
    print(error)
print([(yield_,) for yield_ in "ab"], [i if i % 2 else -i for i in range(4)])
print([f() for f in [lambda: i for i in range(3)]])
print({k: v for k, v in sorted({"b": 1, "a": 2}.items())}, {*()} == set())
print([[y for y in range(x)] for x in range(4)])
print(max((len(w), w) for w in "a bbb cc".split()), any(i > 2 for i in range(4)), all(i for i in [1, 0]))
print([i for i in range(20) if i % 2 == 0 and i % 3 == 0 or i == 7])
gen = ((i, j) for i in range(2) for j in "xy")
print(list(gen))
print([__name__ for _ in range(1)], [print.__name__ for print in [len, sum]])
try:
    (i for i in 5)
except TypeError as error:
    print(error)
print([[(i, j) for j in range(i)] for i in range(3)], {i: {j for j in range(i)} for i in range(2)})
