import struct, math
def bits(x): return struct.unpack("<Q", struct.pack("<d", x))[0]
DIGITS = ["0123456789", "01_", "0x1fF_", "0b1_", "0o7_", "٣٤5_", "12.e-+_", "1.5eE+-jJ() ", "infatyINF+-", "nan_", "zZ9"]
for _ in range(8000):
    s = text(12, random.choice(DIGITS))
    s = random.choice(["", " ", "\n", "\u2003", "-", "+", " -"]) + s + random.choice(["", " ", "\t", "x"][:3 + (random.random() < .05)])
    base = random.choice([10, 10, 10, 0, 0, 2, 8, 16, 36])
    case("int", [s, base], lambda: int(s, base))
    case("float", [s], lambda: bits(float(s)) if float(s) == float(s) else "nan")
    def z():
        c = complex(s)
        return [bits(c.real) if c.real == c.real else 0, bits(c.imag) if c.imag == c.imag else 0]
    case("complex", [s], z)
    h = random.choice(["", "-", "0x", "0X", "+0x"]) + text(30, random.choice(["0123abF", "01.8f", "1.p-+"])) + random.choice(["", "p" + random.choice("+-") + str(random.choice([3, 60, 1000, 1022, 1023, 1074, 1075, 1080, 99999999999999999999]))])
    case("fromhex", [h], lambda: bits(float.fromhex(h)) if float.fromhex(h) == float.fromhex(h) else "nan")
for s in ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1" * 50, "1_0" * 20, "0" * 30 + "7"]:
    case("int", [s, 10], lambda: int(s, 10))
def floats():
    for x in [0.0, -0.0, 1.0, 0.1, 1e16, 1e15, 123456789012345678.0, 1e-4, 9.999e-5, 1e-5, 5e-324, 1.7976931348623157e308, 2.5, 0.5, 1.5,
              1e22, 1e23, 0.15, 2.675, 1e100, math.inf, -math.inf, 9007199254740993.0, 1e21, 12345.0, 999999.5, 9.5, 0.0001234]:
        yield x; yield -x
    for _ in range(5000):
        yield struct.unpack("<d", struct.pack("<Q", random.getrandbits(64)))[0]
        yield random.choice([random.random(), random.gauss(0, 1e6), random.randrange(10**6) / 8, random.randrange(10**17) * 1.0, random.randrange(10**6) / 1000])
for x in floats():
    if x != x: continue
    case("repr", [bits(x)], lambda: repr(x))
    case("hex", [bits(x)], lambda: x.hex())
    for n in {random.randrange(-25, 30), 0, 2, random.choice([-400, -308, -10, 310, 400])}:
        case("round", [bits(x), n], lambda: bits(round(x, n)))
    case("hash", [bits(x)], lambda: hash(x))
    case("fromhex", [x.hex()], lambda: bits(x))
    case("float", [repr(x)], lambda: bits(x))
    y = random.choice([x, 0.0, -0.0, 1.5, -2.0, math.inf])
    case("complex_repr", [bits(x), bits(y)], lambda: repr(complex(x, y)))
    case("complex_hash", [bits(x), bits(y)], lambda: hash(complex(x, y)))
for _ in range(2000):
    i = random.getrandbits(random.choice([5, 60, 61, 62, 63])) * random.choice([1, -1])
    case("int_hash", [i], lambda: hash(i))
