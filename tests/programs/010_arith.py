for a in (7, -7):
    for b in (2, -2):
        print(a, b, a + b, a - b, a * b, a / b, a // b, a % b, divmod(a, b))
for a in (7.5, -7.5):
    for b in (2, -2.0):
        print(a, b, a + b, a - b, a * b, a / b, a // b, a % b, divmod(a, b))
print(2 ** 0, 2 ** 31, 2 ** -1, (-2) ** 3, (-8) ** (1 / 3), 0 ** 0, 2.0 ** 0.5)
print(5 & 3, 5 | 3, 5 ^ 3, ~5, 5 << 3, 5 >> 1, -5 >> 1, -1 >> 100)
print(True + True, True * 3, -True, ~False, True & False, True | 2, True == 1)
print(1 == 1.0, 1 < 1.5, 2 ** 53 == 2.0 ** 53, 2 ** 53 + 1 == 2.0 ** 53, 10 ** 30 > 1e29)
print(1e308 * 10, -1e308 * 10, float("nan") == float("nan"), 0.1 + 0.2)
print(round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(1.5, 0))
print(abs(-3), abs(-3.5), abs(3 + 4j), pow(3, 4, 5), pow(3, -1, 7), pow(2, 3))
print(int(3.9), int(-3.9), int("42"), int("-0x1f", 16), int("101", 2), int(" 7 "), float("1e3"))
print(1 // 1.0, 7 % -3.5, 3 % 2.5, -0.0, 0.0 == -0.0, 1_000 * 1_000)
for expression in ("1 / 0", "1 // 0", "1 % 0", "1.0 / 0", "1.0 // 0", "1.0 % 0", "divmod(1, 0)",
                   "0 ** -1", "0.0 ** -1", "1 << -1", "1 + 'a'", "'a' - 1", "-'a'", "~1.5",
                   "int('x')", "float('x')", "int(float('inf'))", "int(float('nan'))", "1 < 'a'",
                   "[] < {}", "pow(2, -1, 4)", "pow(2, 1, 0)", "1.5 << 1", "None + 1", "int('1', 99)",
                   "10.0 ** 400"):
    try:
        print(expression, eval(expression))
    except Exception as error:
        message = "" if isinstance(error, ZeroDivisionError) else error
        print(expression, type(error).__name__, message, sep=" | ")
