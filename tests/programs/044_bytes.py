b = b"Hello World"
print(b, b[0], b[-1], b[:5], b[::-1], len(b), list(b[:3]), bytes(3), bytes([65, 66]), bytes("é", "utf-8"), bytes(b"x"), bytes(), bytes(range(3)))
print(b.upper(), b.lower(), b.title(), b.swapcase(), b.capitalize(), b.find(b"o"), b.find(111), b.rfind(b"o"), b.count(b"l"), b.count(108), b.index(b"W"), b.replace(b"l", b"L"), b.split(), b.split(b"o", 1), b.rsplit(b"o", 1))
print(b.startswith(b"He"), b.endswith((b"x", b"d")), b.partition(b" "), b.rpartition(b"o"), b.join([b"1", b"2"]), b" x ".strip(), b"xax".strip(b"x"), b.center(15, b"*"), b.ljust(13) + b"|", b"7".zfill(3), b"a\tb".expandtabs(4), b"a\nb\r\nc".splitlines())
print(b.hex(), b.hex(":"), b.hex("-", 2), bytes.fromhex("48 65"), b.isalpha(), b"1".isdigit(), b"aA".isalnum(), b"A".isupper(), b" ".isspace(), b.isascii(), b"abc".translate(bytes.maketrans(b"a", b"x")), b"abc".translate(None, b"b"), b"pre-x".removeprefix(b"pre-"), b"x.y".removesuffix(b".y"))
print(b"%s %d %x %r %a %b %c %5.1f" % (b"a", 5, 255, "r", "é", b"b", 65, 1.25), b"a" + b"b", b"ab" * 2, b"a" in b, 72 in b, b"a" < b"b", b == b"Hello World", b"a" == "a", hash(b"a") == hash(b"a"))
print(repr(b"\x00\n\\'\"\xff"), repr(b"'"), str(b"abc"), b"\x41\101\t", rb"\n", b"a" b"b", b"abc".decode(), b"\xe9".decode("latin-1"), b"".decode(), bytes(bytearray(b"ba")))
for code in ("bytes(-1)", "bytes([256])", "bytes('a')", "bytes(['a'])", "b'a' + 'b'", "b'a'[5]", "b'a'['x']", "b'abc'.index(b'z')", "b'' .join(['a'])", "bytes.fromhex('zz')", "b'a'.replace('a', 'b')", "'a' in b'a'", "300 in b'a'", "b'a' % 1", "b'%d' % b'x'", "b'a' < 'a'", "bytes(1.5)", "b'abc'.split(b'')", "int(b'x')", "b'a'[0] + b'a'"):
    try:
        print(code, "->", eval(code))
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
a = bytearray(b"hello")
a[0] = 72
a.append(33)
a.extend(b" you")
a[1:3] = b"EL"
print(a, len(a), a.pop(), a.pop(0), a, a.find(b"o"))
a.insert(0, 65)
a.remove(33)
a.reverse()
print(a, a + b"x", b"x" + a, a * 2, a == bytes(a), a[1], a[1:3], bytes(a), a.copy() is a)
del a[0]
del a[::2]
a += b"end"
a *= 2
print(a, a.upper(), a.split(b"e"), bytearray(3), bytearray("é", "utf-8"), bytearray([1, 2]), bytearray(b"x").hex(), a.decode(), a.startswith(b"x"))
a.clear()
print(a, bool(a))
for code in ("a.pop()", "a.append(256)", "a.append('x')", "a[0]", "bytearray(b'x').remove(5)", "hash(a)"):
    try:
        eval(code)
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
m = memoryview(bytearray(b"abcdef"))
print(m[0], m[-1], bytes(m[1:3]), len(m), m.tolist(), m.readonly, m.format, m.itemsize, m.shape, m.strides, m.nbytes, m.contiguous, m.ndim)
m[0] = 65
m[1:3] = b"XY"
print(bytes(m), m.tobytes(), m[::2].tolist(), m.hex(), m == b"AXYdef", m.obj, list(m)[:2], 65 in m)
r = memoryview(b"ro")
for code in ("r[0] = 1", "m[0] = 300", "m[0] = 'x'", "m[0:2] = b'x'", "m[10]", "m['a']", "del m[0]", "memoryview('str')", "memoryview(5)"):
    try:
        exec(code)
    except Exception as error:
        print(code, "|", type(error).__name__)
with memoryview(bytearray(b"locked")) as v:
    try:
        v.obj.append(1)
    except BufferError:
        print("BufferError")
try:
    v[0]
except ValueError as error:
    print(error)
c = memoryview(bytearray(range(8))).cast("H")
print(c.tolist(), c.itemsize, c.format, memoryview(b"ab").cast("B").tolist(), hash(memoryview(b"x")) == hash(b"x"), memoryview(b"abc").toreadonly().readonly)
import struct, array, binascii
print(struct.pack("<IHb2sd", 1, 2, -3, b"ab", 1.5), struct.unpack("<IH", b"\x01\0\0\0\x02\0"), struct.calcsize("<IHb"), struct.unpack_from(">h", b"xx\xff\xfe", 2), list(struct.iter_unpack("B", b"ab")))
x = array.array("i", [1, 2, 3])
x.append(4)
print(x, x[1:], x.tobytes(), x.typecode, x.itemsize, sum(x), array.array("d", [1.5]), array.array("u", "é") == array.array("u", "é"), memoryview(x).tolist())
print(binascii.hexlify(b"ab"), binascii.b2a_base64(b"hello"), binascii.crc32(b"x"), binascii.unhexlify("6162"))
