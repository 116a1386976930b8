x = 1
y = x + 1
x, y = y, x
print(x, y)
a = b = c = 5
print(a, b, c)
a += 1
b -= 1
c *= 2
print(a, b, c)
c //= 3
a **= 2
b %= 3
print(a, b, c)
n = 0b1010
n |= 5
n &= 0xE
n ^= 0o3
n <<= 3
n >>= 1
print(n)
(p, q), [r, s] = (1, 2), [3, 4]
print(p, q, r, s)
del x
try:
    x
except NameError as error:
    print(error)
long = 1_000_000
print(long, 1_0.5_0, 0x_ff)
t = 1,
print(t)
i = 0
values = [10, 20, 30]
i, values[i] = 2, 99
print(i, values)
