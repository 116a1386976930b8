def factorial(n):
    return 1 if n == 0 else n * factorial(n - 1)

print(factorial(50))
print(2 ** 200, -(2 ** 100), 3 ** 77)
a = 123456789012345678901234567890
b = 987654321098765432109876543210
print(a + b, a - b, a * b, b // a, b % a, -b // a, -b % a, divmod(b, -a))
print(a & b, a | b, a ^ b, ~a, a << 70, b >> 50, -b >> 50)
print(a < b, a == b, a > b, a == 123456789012345678901234567890, hash(2 ** 61 - 1), hash(2 ** 61), hash(-1))
print(hex(a), oct(a), bin(2 ** 70), int("f" * 20, 16), int("1" * 30))
print(a / b, float(a), a * 1.5, int(1e25), 10 ** 20 / 3)
print((2 ** 100).bit_length(), (2 ** 100 - 1).bit_count(), pow(a, b, 10 ** 9 + 7))
print(f"{a:,} {a:x} {a:_d} {a:e} {a:>40}")
# around the borders of machine words and small integers
for bits in (30, 31, 32, 47, 48, 49, 50, 53, 62, 63, 64, 128):
    n = 1 << bits
    print(bits, n - 1, n, n + 1, -n, -n - 1, (n - 1) * (n + 1) - n * n, (n - 1) + 1 == n)
n = 2 ** 48
for step in (1, 2 ** 47, 2 ** 48):
    total = n
    for _ in range(3):
        total += step
    for _ in range(3):
        total -= step
    print(total == n, total)
x = 1
for i in range(1, 40):
    x = x * i + i
print(x)
print(sum(10 ** i for i in range(40)))
print(int.from_bytes((a).to_bytes(20, "little"), "little") == a, (a).to_bytes(13, "big"))
print((-5) // 3 ** 50, (-5) % 3 ** 50, 5 // -3 ** 50)
print(2 ** 1000 % 97, str(2 ** 1000)[:20], len(str(2 ** 5000)))
import math
print(math.isqrt(10 ** 41), math.gcd(a, b), math.comb(100, 50))
