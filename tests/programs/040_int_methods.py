print((5).bit_length(), (-5).bit_length(), (0).bit_length(), (255).bit_count(), (5).conjugate(), (5).real, (5).imag, (5).numerator, (5).denominator)
print((258).to_bytes(2, "big"), (258).to_bytes(4, "little"), (-2).to_bytes(2, "big", signed=True), (5).to_bytes())
print(int.from_bytes(b"\x01\x02", "big"), int.from_bytes(b"\xff\xfe", "little", signed=True), int.from_bytes([1, 2]))
print((7).as_integer_ratio(), (5).is_integer(), (7).__add__(3), (7).__add__("x"), (7).__divmod__(2), int.__mul__(3, 4))
for text in ("12", " -12 ", "1_000", "0b101", "0x1F", "0o17", "", "1__0", "_1", "1.5", "٣", "0_0", "+5", "- 5", "1e5", "0x", "00", "०१"):
    for base in (10, 0, 16):
        try:
            print(repr(text), base, int(text, base))
        except ValueError as error:
            print(repr(text), base, error)
print(int(b"12"), int(bytearray(b"0x1f"), 16), int("z", 36), int(), int(True), int(1e18))
for spec in ("d", "5d", "05d", "+d", " d", ",", "_", "b", "#b", "o", "#o", "x", "#x", "X", "#X", "c", "e", ".2f", "%", "<6", "^6", ">6", "*^7", "=+6", "n", "08.3f", "g", "+,d", "#010x"):
    print(spec, "|", format(65, spec), "|", format(-65, spec) if spec != "c" else "")
for bad in (".2d", "s", "c,", "z", "1000000000000000000000d"):
    try:
        print(format(5, bad))
    except ValueError as error:
        print(bad, "|", error)
print("%d %i %u %5d %-5d| %05d %+d % d %x %X %#x %o %#o %c %s %r %e" % (1, 2, 3, 4, 5, 6, 7, 8, 255, 255, 255, 8, 8, 65, 9, 10, 11))
print(hash(5), hash(-1), hash(-2), hash(2 ** 61), hash(True), hash(10 ** 40) == hash(float(10 ** 40)) or "differs")
print(5 .__class__, isinstance(True, int), bool(5), bool(0), True + 1, str(True), repr(False), int("1" * 50) % 97)
print(round(12345, -2), round(15, -1), round(25, -1), round(-15, -1), round(5, 3), (5).__round__(-1))
print(max(3, 1, 2), min([3, 1]), sum([1, 2], 10), abs(-5), divmod(-7, 3), pow(7, 20, 13), pow(2, 10), bin(-5), oct(-8), hex(-255))
print(5 == 5.0, 5 is 5, 5 != 6, 5 .__eq__(5.0), 5 .__lt__(6), (5).__index__(), (5).__bool__(), ~5, -(-5), +5)
import sys
print(sys.maxsize == 2 ** 63 - 1, sys.int_info.default_max_str_digits)
try:
    int("1" * 5000)
except ValueError as error:
    print(str(error)[:50])
try:
    str(10 ** 5000)
except ValueError as error:
    print(str(error)[:50])
