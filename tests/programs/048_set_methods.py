def show(s):
    return sorted(s, key=lambda x: (str(type(x)), x))
s = {3, 1, 2}
s.add(4); s.add(1); s.discard(9); s.discard(3); s.remove(2)
print(show(s), len(s), 1 in s, s.pop() in (1, 4), len(s), s.copy() == s)
a, b = {1, 2, 3}, {2, 3, 4}
print(show(a | b), show(a & b), show(a - b), show(a ^ b), show(a.union(b, [9])), show(a.intersection(b, [2])), show(a.difference([1])), show(a.symmetric_difference("x")), a.isdisjoint({9}), a.issubset({1, 2, 3, 4}), a.issuperset([1]), a < {1, 2, 3, 4}, a <= a, a < a, a > {1}, a >= {5}, a == {3, 2, 1}, a != b, a == [1, 2, 3])
a.update([5], {6}); a.intersection_update({1, 5, 6, 7}); a.difference_update([6]); a.symmetric_difference_update({1, 8})
print(show(a))
a |= {1}; a &= {1, 5}; a -= {5}; a ^= {2, 1}
print(show(a), set(), {*()}, set("aab") == {"a", "b"}, frozenset([1]), frozenset(), {frozenset({1})} == {frozenset({1})}, hash(frozenset({1, 2})) == hash(frozenset({2, 1})), frozenset({1}) == {1}, type(frozenset({1}) | {2}).__name__, type({2} | frozenset({1})).__name__)
for code in ("set().pop()", "{1}.remove(2)", "{[]}", "set(5)", "{1} + {2}", "{1} | [2]", "{1} < [1]", "hash({1})", "frozenset({1}).add(2)", "{1}[0]", "set(1, 2)", "{1}.update(5)", "{{1}}", "a.intersection(5)"):
    try:
        eval(code)
        print(code, "ok")
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error if "unhashable" not in str(error) else "unhashable")
try:
    for x in a:
        a.add(x + 100)
except RuntimeError as error:
    print(error)
print({1, 1.0, True}, {0, False, 0.0}, {"a"} <= {"a", "b"}, {(1, 2)}, {None}, len({"", b"", 0, ()}), {1} in [{1}], {1} in {frozenset({1})})
big = set(range(10000))
big -= set(range(0, 10000, 2))
print(len(big), 5 in big, 6 in big, min(big), max(big), sum(big))
big.clear()
print(big, bool(big))
class H:
    def __init__(self, n): self.n = n
    def __hash__(self): return 7
    def __eq__(self, o): return self.n == o.n
hs = {H(i) for i in range(50)} | {H(i) for i in range(25, 75)}
print(len(hs), H(60) in hs, len(hs - {H(1)}), len(hs & {H(2), H(99)}))
class S(set):
    def add(self, x): super().add(x * 2)
s = S([1])
s.add(5)
print(show(s), type(s | {3}).__name__, type(s.copy()).__name__, isinstance(s, set), repr(S([1])), repr(frozenset("a")))
print(show({x % 4 for x in range(20)}), sorted({1, 2} | {3}, reverse=True), set.union({1}, {2}) == {1, 2}, len(set([1, 2]) | set("ab")))
