a = list(range(10))
for s in (slice(None), slice(2, 5), slice(None, None, 2), slice(None, None, -1), slice(8, 2, -2), slice(-3, None),
          slice(None, -3), slice(100, 200), slice(5, 2), slice(-100, 3), slice(None, None, 100), slice(2, 8, 3)):
    print(s, a[s], "0123456789"[s], bytes(range(10))[s], tuple(a)[s], range(10)[s], s.indices(10))
b = a[:]
b[2:5] = ["x"]
print(b)
b[1:1] = [7, 8, 9]
print(b)
b[::2] = [0] * len(b[::2])
print(b)
del b[:3]
print(b)
del b[::2]
print(b)
b[:] = range(3)
print(b)
b[5:] = [5]
print(b)
b[-1:] = []
print(b)
b[1:] = b
print(b)
b[::-1] = "abcd"
print(b)
for code in ("b[::0]", "b[::2] = [1]", "b['a':]", "b[1.5]", "b[0:1] = 5", "b[::2] = 5"):
    try:
        exec(code)
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
class Show:
    def __getitem__(self, key):
        return key
    def __setitem__(self, key, value):
        print("set", key, value)
    def __delitem__(self, key):
        print("del", key)
s = Show()
print(s[1], s[1:2], s[::3], s[1, 2], s[1:2, ..., None], s[()], s["k"], s[-1:])
s[1:2] = 3
s[1, 2:3] = 4
s[0] += (1,) if False else 5
del s[:]
del s[1], s[2:]
print(slice(1, 2) == slice(1, 2), slice(1, 2, 3).step, slice(5).stop, repr(slice("a", None)))
class Index:
    def __index__(self):
        return 3
print(a[Index()], a[Index():], a[:Index():Index()])
x = [[1, 2, 3], [4, 5, 6]]
x[0][1:], x[1][:1] = "ab", "c"
print(x)
big = 10 ** 30
print(a[-big:big], a[big:], a[::big], "abc"[-big:2])
