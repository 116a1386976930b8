a = [3, 1, 2]
a.append(5)
print(a, len(a), a[0], a[-1])
a[1] = 10
print(a, 10 in a, 11 in a, 11 not in a)
a.sort()
print(a, sorted(a, reverse=True))
a.extend([7, 8])
a.insert(0, "first")
print(a, a.pop(), a.pop(0), a)
print(a + [1], [0] * 3, a == [2, 3, 5, 10, 7], a < [3])
b = a
b.append("shared")
print(a is b, a[-1])
c = a[:]
c.remove(3)
print(len(a), len(c), c.index(10), c.count(2))
nested = [[0] * 2 for _ in range(2)]
nested[0][1] = 9
print(nested)
c.reverse()
print(c)
c.clear()
print(c, bool(c))
recursive = [1]
recursive.append(recursive)
print(recursive)
for bad in (lambda: [][0], lambda: [].pop(), lambda: [1].remove(2), lambda: [1]["a"], lambda: [1] + (2,)):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
print(max(a[:3]), min(a[:3]), sum(a[:3]))
print(list("abc"), list(range(4)), list((1, 2)), [*range(3), *"xy"])
