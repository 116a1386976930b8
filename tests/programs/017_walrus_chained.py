if (n := len("hello")) > 3:
    print(n)
data = iter([1, 2, 3, 0, 4])
while (item := next(data)):
    print("item", item)
print((a := 1, b := a + 1), a, b)
def calls(value):
    print("call", value)
    return value
print(1 < calls(2) < 3, 1 > calls(2) > calls(3))
print(1 < 2 < 3 < 4, 1 < 3 > 2, 1 == 1.0 == True, 1 != 2 != 1, 3 in [3] == True, "a" in "abc" in ["abc"])
print(not 1 == 2, not (1 in [1]), 1 is not None is not False)
print(1 or calls(2), 0 and calls(3), calls(0) or calls("x"), calls(1) and calls(0))
x = 5
print("low" if x < 3 else "mid" if x < 7 else "high")
print([i for i in range(10) if (half := i / 2) > 3], half)
def default(a=(b := 3)):
    return a
print(default(), b)
print((lambda: (z := 4) + z)())
print(f"{(w := 10)} {w}")
print(1 if calls(0) else calls(2))
assert (ok := True), "never"
print(ok)
try:
    assert x == 6, f"x is {x}"
except AssertionError as error:
    print("AssertionError", error)
try:
    assert not x
except AssertionError as error:
    print("empty", error.args)
class NoBool:
    def __bool__(self):
        raise ValueError("ambiguous")
for test in ("not NoBool()", "NoBool() and 1", "1 if NoBool() else 2", "NoBool() or 1", "1 and NoBool()"):
    try:
        print(test, type(eval(test)).__name__)
    except ValueError as error:
        print(test, error)
class Weird:
    def __lt__(self, other):
        return "lt"
    def __bool__(self):
        return False
print(Weird() < 1, Weird() < 1 < 2, bool(Weird()))
