words = ["banana", "apple", "Cherry", "date", "fig"]
print(sorted(words), sorted(words, key=str.lower), sorted(words, key=len, reverse=True))
print(sorted(words, key=lambda w: (len(w), w)), max(words, key=len), min(words, key=len))
pairs = [(1, "b"), (0, "a"), (1, "a"), (0, "b")]
print(sorted(pairs), sorted(pairs, key=lambda p: p[0]), sorted(pairs, key=lambda p: p[1], reverse=True))
import functools
print(sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
seed = 12345
numbers = []
for _ in range(2000):
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    numbers.append(seed % 1000)
by_digit = sorted(range(len(numbers)), key=lambda i: numbers[i] % 10)
print(all((numbers[x] % 10, x) < (numbers[y] % 10, y) for x, y in zip(by_digit, by_digit[1:])))
numbers.sort()
print(all(x <= y for x, y in zip(numbers, numbers[1:])), numbers[:5], numbers[-3:])
print(sorted([1.5, 1, True, 0, -1.0, 2 ** 70]), sorted("hello"), sorted({"b": 1, "a": 2}))
print(sorted([[2], [1, 5], [1]]), sorted([(2,), ()]), sorted([b"b", b"a"]))
try:
    sorted([1, "a"])
except TypeError as error:
    print(error)
def bad(x):
    raise KeyError(x)
values = [3, 1, 2]
try:
    values.sort(key=bad)
except KeyError as error:
    print("KeyError", error, values)
class Reversed:
    def __init__(self, n):
        self.n = n
    def __lt__(self, other):
        return self.n > other.n
    def __repr__(self):
        return f"R{self.n}"
print(sorted(map(Reversed, [1, 3, 2])), max(map(Reversed, [1, 3, 2])))
mutating = [5, 4, 3]
try:
    mutating.sort(key=lambda x: mutating.append(x) or x)
except ValueError as error:
    print(error)
print(list(map(lambda x, y: x * y, [1, 2, 3], [4, 5])), list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x > 1, [1, 2, 3])))
print(functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]), functools.reduce(lambda a, b: a + b, [], "start"))
stable = sorted([("b", 2), ("a", 2), ("c", 1)], key=lambda p: p[1], reverse=True)
print(stable)
print(sorted(range(10), key=lambda n: -n), list(reversed([1, 2, 3])), list(reversed(range(3))))
