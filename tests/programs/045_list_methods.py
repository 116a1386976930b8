a = [1, 2, 3]
a.append(4); a.extend((5, 6)); a.extend(x for x in [7]); a.insert(0, 0); a.insert(100, 8); a.insert(-1, "x")
print(a, a.pop(), a.pop(0), a.pop(-2), a.remove(3), a.index(5), a.index(5, 2), a.count(5), a.copy() == a, a.copy() is a)
a.reverse(); print(a); a.sort(key=str); print(a); a.clear(); print(a)
for code in ("[].pop()", "[1].pop(5)", "[1].remove(2)", "[1, 2].sort(lambda x: x)", "[1, 'a'].sort()", "[1].insert('a', 1)", "[1].extend(5)", "[1] + 5", "[1] * 'a'", "[1] * 1.5", "[1][1]", "[1].__setitem__(5, 1)", "[1].__delitem__(5)", "[1] < [None]", "hash([])", "list(5)", "list(1, 2)", "[1].append()", "[].nothing"):
    try:
        print(code, "->", eval(code))
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
print([1, 2] + [3], [1, 2] * 2, 2 * [1], [1] * 0, [1] * -1, [1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [] < [1], [1, 2] != [2, 1], [[1], [2]] > [[1], [1]], 1 in [1], [1] in [[1]], "a" not in ["b"])
b = [1, 2]
b += "ab"; b *= 2
print(b, b[1:3], b[-2:], b[::2], list(reversed(b)), len(b), bool([]), [None] * 2, [[]] * 2, list("ab"), list({1: 2}), list(range(2)))
nan = float("nan")
print([nan] == [nan], nan in [nan], [nan].index(nan), [nan].count(nan))
class Eq:
    def __eq__(self, other):
        print("eq", other)
        return False
print(Eq() in [1, 2], [1, Eq()].count(5))
c = [3, 1, 2]
d = c
d.sort(reverse=True)
print(c is d, c, sorted(c), c, c.sort(), c)
mixed = [1, 2.5, True, 10 ** 20, "s", None, (1,), [2], {3}, b"b"]
print(mixed, mixed[3], mixed[-1], mixed.index(None), [type(x).__name__ for x in mixed])
it = iter([1, 2, 3])
print(next(it), list(it), list(it), it.__length_hint__())
grow = [1]
for x in grow:
    if x < 5:
        grow.append(x + 1)
print(grow)
shrink = [1, 2, 3, 4]
for x in shrink:
    shrink.remove(x)
print(shrink)
self_ref = []
self_ref.append(self_ref)
print(self_ref, self_ref == self_ref, len(self_ref))
e = list(range(5))
e.extend(e)
print(e, e.index(3, 4), e.index(1, -5))
ints, floats = [1, 2, 3], [1.5, 2.5]
ints.append("now objects"); floats.append(1); floats[0] = None
print(ints, floats, [1, 2.0, 3] == [1.0, 2, 3.0], [True, False] == [1, 0], [1, 2] + [1.5], [10 ** 18, 2 ** 70].__len__())
big = list(range(100000))
del big[10:99990]
print(big, sum(big), max(big), big[-1:])
big[5:5] = range(3)
print(big[:10], [*big, *"z"][-2:])
print([1, 2, 3].__contains__(2), [1].__len__(), type([]).__name__, list.__doc__ is not None)
