import math
for x in (0.1, 1.0, 1e16, 1e15, 123456789.123, 1e-5, 0.0001, 1e100, 5e-324, 1.7976931348623157e308,
          float("inf"), float("-inf"), float("nan"), -0.0, 1 / 3, 2 / 3, 100.0, 1e22, 1e23, 123456789012345680.0):
    print(repr(x), str(x), "%g" % x, "%.3f" % x if abs(x) < 1e20 else "-", "%e" % x)
print(0.1 + 0.2, 1.1 * 3, 1e16 + 1, 0.1 * 3)
print((0.5).is_integer(), (2.0).is_integer(), (0.75).as_integer_ratio(), (0.1).hex(), float.fromhex("0x1.8p1"))
print(float("  1.5  "), float("1_000.5"), float("-inf"), float("NaN"), float("1e400"), float(".5"), float("5."))
print(1.5 // 0.4, 1.5 % 0.4, -1.5 % 0.4, divmod(-1.5, 0.4), 1e300 * 1e10)
print(math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), round(-1.5), round(0.5), round(1e20))
print(math.sqrt(2), math.pi, math.e, math.sin(1), math.atan2(1, 2), math.hypot(3, 4), math.exp(1), math.log(10), math.log2(8), math.log10(1000))
print(math.isnan(float("nan")), math.isinf(1e400), math.copysign(1, -0.0), math.fmod(-5, 3), math.fsum([0.1] * 10), math.modf(3.25), math.frexp(10.0), math.ldexp(0.5, 4))
nan = float("nan")
print(nan == nan, nan != nan, nan < 1, nan > 1, [nan] == [nan], nan in [nan], min(nan, 1.0) is nan)
print(hash(1.0) == hash(1), hash(0.5), hash(float("inf")), hash(1e300) == hash(int(1e300)))
print(1.0 == True, 3.0 in [3], {1: "a"}[1.0])
print(sum([0.1] * 10), sum([1e16, 1.0, -1e16]), max(1, 1.0), max(1.0, 1))
for bad in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.exp(1000), lambda: math.factorial(-1), lambda: float("abc"), lambda: float([]), lambda: math.floor(nan)):
    try:
        print(bad())
    except Exception as error:
        print(type(error).__name__)
