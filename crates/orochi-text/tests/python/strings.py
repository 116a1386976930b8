for _ in range(6000):
    a = random.choice(ALPHABETS)
    s = text(random.choice([5, 12, 40]), a)
    n = text(4, random.choice([a, a, "ab"])) if random.random() < .9 else text(20, a)
    if random.random() < .2 and len(s) > 8: n = s[random.randrange(4):][:random.randrange(20)]
    r = text(4)
    k = random.choice([-1, -1, 0, 1, 2, 3])
    case("find", [s, n], lambda: s.find(n))
    case("rfind", [s, n], lambda: s.rfind(n))
    case("count", [s, n], lambda: s.count(n))
    case("replace", [s, n, r, k], lambda: s.replace(n, r, k))
    if n:
        case("split", [s, n, k], lambda: s.split(n, k))
        case("rsplit", [s, n, k], lambda: s.rsplit(n, k))
    case("words", [s, k], lambda: s.split(None, k))
    case("rwords", [s, k], lambda: s.rsplit(None, k))
    case("lines", [s, 0], lambda: s.splitlines())
    case("lines", [s, 1], lambda: s.splitlines(True))
    case("strip", [s, n], lambda: [s.strip(n), s.lstrip(n), s.rstrip(n), s.strip(), s.lstrip(), s.rstrip()])
    w = random.randrange(20)
    case("pad", [s, w], lambda: [s.center(w, "é"), s.ljust(w), s.rjust(w), s.zfill(w), ("-" + s).zfill(w)])
    case("tabs", [s + "\t" + n, w], lambda: (s + "\t" + n).expandtabs(w))
    case("affix", [s, n], lambda: s.startswith(n) * 2 + s.endswith(n))
    case("order", [s, n], lambda: (s > n) - (s < n))
    case("case", [s], lambda: [s.lower(), s.upper(), s.title(), s.capitalize(), s.swapcase(), s.casefold()])
    case("class", [s], lambda: "".join(str(int(f())) for f in (s.isalpha, s.isalnum, s.isdecimal, s.isdigit,
         s.isnumeric, s.isspace, s.isprintable, s.isidentifier, s.isupper, s.islower, s.istitle)))
    case("repr", [s], lambda: [repr(s), ascii(s)])
    b = s.encode("utf-8", "surrogatepass")
    case("bytes", [b], lambda: [b.lower(), b.upper(), b.title(), b.capitalize(), b.swapcase(), repr(b)])
    case("bytes_class", [b], lambda: "".join(str(int(f())) for f in (b.isalpha, b.isalnum, b.isdigit, b.isspace,
         b.isupper, b.islower, b.istitle)))
    case("bytes_more", [b, w], lambda: [b.center(w), b.ljust(w), b.rjust(w), b.zfill(w), b.expandtabs(w), *b.splitlines(),
         *b.split(None, k), *b.rsplit(None, 1), b.strip()]) if k == -1 else None
    case("hex", [b, k], lambda: b.hex(":", k) if k else b.hex())
for m in (1, 2, 7, 30, 200):
    for a in ("ab", "Ā\u0101", "\u0201\u0102", "\U0001f600a"):
        unit = text(m, a) or a[0]
        hay = unit * 30 + text(100, a) + unit * 3
        for needle in (unit * 3, unit * 3 + a[0], a[1] + unit * 2, unit * 31, hay[5:-5]):
            case("find", [hay, needle], lambda: hay.find(needle))
            case("rfind", [hay, needle], lambda: hay.rfind(needle))
            case("count", [hay, needle], lambda: hay.count(needle))
