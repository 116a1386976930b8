import codecs
DEC = ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7", "ascii", "latin-1", "unicode_escape", "raw_unicode_escape", "cp1252"]
HANDLERS = ["strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass"]
POOLS = [bytes(range(256)), b"ab\x80\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\xa0\xf4\x90", b"\x00\xd8\xdc\xdfa\xff\xfe", b"\x00\x00\x00\x01\x10\x11a\xff\xfe", b"+-AGEIKx2AHc/a! ",
         b"\\xuUN{}0127aqn\n'", b"\\\\uU0012Ff{N}DIGIT ONE"]
for _ in range(20000):
    e = random.choice(DEC); h = random.choice(HANDLERS)
    b = bytes(random.choices(random.choice(POOLS), k=random.randrange(14)))
    case("decode", [e, h, b], lambda: b.decode(e, h))
    p = random.choice(["utf_8", "utf_16_ex", "utf_32_ex", "utf_7", "unicode_escape", "raw_unicode_escape"])
    f = getattr(codecs, p + "_decode")
    case("partial", [p, h, b], lambda: [*(f(b, h, 0, False) if "ex" in p else f(b, h, False))][:2])
    case("escape", [b], lambda: list(codecs.escape_decode(b))[0])
    s = text(10) if random.random() < .8 else text(10, "a\udc80\udcff\ud800\U0001f600é€+~\\\n\x00\x7f")
    h = random.choice(HANDLERS + ["xmlcharrefreplace", "namereplace"])
    case("encode", [e, h, s], lambda: s.encode(e, h))
for name in ["\\N{LATIN SMALL LETTER A}", "\\N{latin small letter a}", "\\N{LF}", "\\N{CJK UNIFIED IDEOGRAPH-4E00}", "\\N{HANGUL SYLLABLE GA}", "\\N{KEYCAP NUMBER SIGN}", "\\N{ LATIN SMALL LETTER A}",
             "\\N{LATIN_SMALL LETTER A}", "\\N{TANGUT IDEOGRAPH-17000}", "\\N{CJK UNIFIED IDEOGRAPH-04E00}", "\\N{HANGUL JUNGSEONG O-E}", "\\N{HANGUL JUNGSEONG OE}", "\\N{TIBETAN LETTER -A}", "\\N{TIBETAN LETTER A}", "\\N{LATINSMALLLETTERA}"]:
    case("decode", ["unicode_escape", "strict", name.encode()], lambda: name.encode().decode("unicode_escape"))
