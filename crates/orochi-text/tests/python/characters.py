import unicodedata as u
old = u.ucd_3_2_0
print(u.unidata_version)
for c in range(0x110000):
    s = chr(c)
    if u.category(s) == "Cn": continue
    # Of ideographs and syllables, which are many and alike, one in sixteen.
    if c % 16 and (0x3400 <= c < 0xA000 or 0xAC00 <= c < 0xD7A4 or 0xE000 <= c < 0xF900 or 0x17000 <= c < 0x19000 or 0x20000 <= c): continue
    print("%x" % c, u.category(s), u.bidirectional(s), u.combining(s), u.mirrored(s), u.east_asian_width(s), u.decimal(s, ""), u.digit(s, ""),
        repr(u.numeric(s, -1.0)), u.decomposition(s), u.name(s, ""),
        "".join(str(int(f())) for f in (s.isalpha, s.isalnum, s.isdecimal, s.isdigit, s.isnumeric, s.isspace, s.isprintable, s.isidentifier, ("a" + s).isidentifier, s.isupper, s.islower, s.istitle)),
        *map(enc, (s.lower(), s.upper(), s.title(), s.casefold(), ("A" + s + "A").title(), u.normalize("NFC", s + "\u0301"), u.normalize("NFD", s), u.normalize("NFKC", "a" + s), u.normalize("NFKD", s), old.normalize("NFKC", s))),
        old.category(s), old.bidirectional(s), old.combining(s), old.mirrored(s), old.east_asian_width(s), old.decimal(s, ""), old.numeric(s, -1.0), old.decomposition(s), sep="\t")
