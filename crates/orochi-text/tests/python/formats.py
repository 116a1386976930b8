import re, struct, math, _string
def bits(x): return struct.unpack("<Q", struct.pack("<d", x))[0]
def spec(types):
    r = random.random
    s = ""
    if r() < .3: s += random.choice(["", "*", "0", "é", "<", "\U0001f600"]) + random.choice("<>^=")
    if r() < .3: s += random.choice("+- ")
    if r() < .1: s += "z"
    if r() < .2: s += "#"
    if r() < .2: s += "0"
    if r() < .5: s += str(random.randrange(30))
    if r() < .3: s += random.choice([",", "_", ",", "_", ",_", "_,", ",,"])
    if r() < .3: s += "." + random.choice([str(random.randrange(25)), str(random.randrange(9)), "", "350"])
    s += random.choice(types)
    if r() < .03: s += random.choice("dxy\u0100 ")
    return s
def number():
    return random.choice([0.0, -0.0, 1.0, -1.5, 0.5, 2.5, 1e10, 1e-5, 123456.789, -0.0001, math.inf, -math.inf, math.nan, 1e300, 999999.5, 9.9999999,
        random.random(), random.gauss(0, 1000), random.randrange(10**12) / 64, struct.unpack("<d", struct.pack("<Q", random.getrandbits(64)))[0]])
for _ in range(15000):
    s = spec(["", "s", "s", "d"]); v = text(10)
    case("text", [v, s], lambda: format(v, s))
    s = spec(list("dddbxXoncs") + [""] * 3); i = random.choice([0, 1, -1, 65, 1234, -1234567, 10**15, 255, -255, random.randrange(10**9), 0x110000])
    case("int", [i, s], lambda: i.__format__(s))
    s = spec(list("efgEFGn%%s") + [""] * 3); x = number()
    case("float", [bits(x), s], lambda: x.__format__(s))
    y = number()
    case("complex", [bits(x), bits(y), s], lambda: complex(x, y).__format__(s))
    p = "%" + text(4, "-+ #0") + random.choice(["", str(random.randrange(20))]) + random.choice(["", "", ".", "." + str(random.randrange(20))]) + random.choice(["", "", "l", "h"])
    q = p + random.choice("diuxXo")
    case("percent_int", [q, i], lambda: q % i)
    q2 = p + random.choice("eEfFgG")
    case("percent_float", [q2, bits(x)], lambda: q2 % x)
    q3 = p + "s"
    case("percent_text", [q3, v], lambda: q3 % v)
    t = text(14, random.choice(["{}a", "{}{}!r:s", "{}[]a0.", "a{}{:!"]))
    case("fields", [t], lambda: [("-" if f is None else "+" + f + "/" + (c or "") + "/" + g) if i else l for l, f, g, c in _string.formatter_parser(t) for i in (0, 1)])
    t = text(8, random.choice(["a.b[0]", "0[]1.", "a[."]))
    def names():
        head, rest = _string.formatter_field_name_split(t)
        return [str(head), *(("." if a else "[") + str(n) for a, n in rest)]
    case("name", [t], names)
    t = text(8, random.choice(["%()sd", "%a1.*-l", "%(a)\u0100"]))
    class M(dict):
        def __getitem__(self, k): return 1
    # Directives without a key would take the mapping itself.
    if "%(" in t and "*" not in t and not re.search(r"%(?!\(|%)", t.replace("%%", "")):
        case("percent", [t], lambda: t % M())
