for spec in ("f", ".0f", ".3f", "e", ".2e", "g", ".3g", "%", ".1%", "10.2f", "<10.2f", "^10.2f", "+.2f", " .2f", "010.2f", ",.2f", "_.1f", "n", "", ".5", "#.0f", "E", "G", "F", "z.1f"):
    print(spec, "|", format(1234.5678, spec), "|", format(-0.00012345, spec), "|", format(1e20, spec))
for value in (float("inf"), float("-inf"), float("nan")):
    print(format(value, "f"), format(value, "F"), format(value, "+e"), format(value, "010"), f"{value:>8}")
print("%f %.2f %e %g %G %5.1f|%-8.2f|%+.1f" % (1.5, 2.345, 12345.678, 1e-10, 1e20, 3.14159, 2.5, 1))
print((1.5).as_integer_ratio(), (2.5).is_integer(), (1.5).hex(), float.fromhex("-0x1.8p+1"), (1.5).conjugate(), (1.5).real, (1.5).__trunc__())
print(1e16, 1e-4, 1e-5, 123456789012345678.0, 1.0, 0.1, 1e21, 1.5e300 * 1e10)
print(float("1_0.5"), float("  2  "), float("infinity"), float("-nan"), float(b"1.5"), float(True), float(10 ** 20))
for bad in ("", "1__0", "abc", "1e", "0x10", "1 2", "--1"):
    try:
        print(float(bad))
    except ValueError as error:
        print(error)
print(round(1.005, 2), round(2.5), round(-0.5), round(1e300, 2), round(123.456, -1), round(0.5, 0), type(round(1.5)).__name__, type(round(1.5, 0)).__name__)
print(5.0 // 2, -5.0 // 2, 5.0 % -3, 2.0 ** 0.5, 2 ** -1.0, (-8.0) ** 2, 0.0 ** 0, 7.0 / 2, 1e308 + 1e308)
c = 3 + 4j
print(c, c.real, c.imag, abs(c), c.conjugate(), c * 2, c + 1, c - 1j, c / 2, c ** 2, -c, c == 3 + 4j, c != 3, bool(0j), complex(1), complex(1, 2), complex("1+2j"), complex("j"))
print(1j * 1j, (1 + 2j) * (3 - 1j), (1 + 2j) / (3 - 1j), 2 ** 1j, (1 + 0j) == 1, hash(1 + 0j) == hash(1), repr(-0j), complex(0.0, -0.0), 1e20j, complex("nan"), 1j ** 2)
print(f"{c:.2f} {c:>12} {c:+}", "%s" % c, complex("(1-2j)"))
for code in ("c < 1", "int(c)", "float(c)", "c // 2", "c % 2", "complex('1 + 2j')", "1 / 0j", "round(c)", "divmod(c, 1)", "complex('x')", "format(c, '08')"):
    try:
        print(code, eval(code))
    except Exception as error:
        print(code, "|", type(error).__name__, "" if isinstance(error, ZeroDivisionError) else error)
import math, cmath
print(cmath.sqrt(-1), cmath.exp(0j), cmath.phase(-1 + 0j), cmath.polar(1j))
print(math.isclose(0.1 + 0.2, 0.3), math.prod([1.5, 2]), math.dist((0, 0), (3, 4)), math.gcd(12, 18, 27), math.lcm(4, 6), math.perm(5, 2), math.comb(5, 2), math.factorial(20))
print(math.nextafter(1.0, 2.0), math.ulp(1.0), math.remainder(7, 4), math.degrees(math.pi), math.radians(180), math.cbrt(8.0), math.exp2(3), math.log1p(0), math.expm1(0), math.erf(0), math.gamma(5), math.lgamma(1), math.tanh(0), math.isqrt(17), math.trunc(1.9), math.isfinite(1.0), math.sumprod([1, 2], [3, 4]))
for a in (-2.25,2.25,-0.0,0.0,7.5,-7.5,1e308): 
  for b in (float("inf"),-float("inf"),2.0,-2.0,0.1,-0.1): print(a//b,a%b,divmod(a,b))
