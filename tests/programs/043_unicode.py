texts = ["ascii", "caf\u00e9", "\u0416\u0443\u043a", "\u4e2d\u6587", "\U0001f600\U0001f680", "e\u0301", "\u0130\u0131", "\ufb01", "a\u00df", "\u1e9e"]
for t in texts:
    print(ascii(t), len(t), ascii(t.upper()), ascii(t.lower()), ascii(t.title()), ascii(t.swapcase()), ascii(t.casefold()), t.isalpha(), t.isidentifier(), t.encode("utf-8"), ascii(t[::-1]))
print("\N{GREEK SMALL LETTER ALPHA}", "\u03b1", "\x41", "\101", "\U0001F600")
for t in texts:
    for codec in ("utf-8", "utf-16", "utf-32", "utf-8-sig", "utf-7", "latin-1", "cp1252", "ascii"):
        try:
            raw = t.encode(codec)
            print(codec, raw.hex(), raw.decode(codec) == t)
        except UnicodeEncodeError as error:
            print(codec, error.start, error.end, error.reason)
for raw in (b"\xff", b"a\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xc0\x80", b"ab\x80cd", b"\xf5\x80\x80\x80"):
    try:
        print(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        print(error)
    print(ascii(raw.decode("utf-8", "replace")), ascii(raw.decode("utf-8", "ignore")), ascii(raw.decode("utf-8", "backslashreplace")), ascii(raw.decode("utf-8", "surrogateescape")))
lone = "\ud800x"
print(len(lone), ascii(lone), lone.encode("utf-8", "surrogatepass"), lone == "\ud800x", ascii(lone + "\udc00"), lone in {lone})
import unicodedata
print(unicodedata.name("é"), unicodedata.category("A"), unicodedata.normalize("NFD", "é") == "e\u0301", unicodedata.normalize("NFC", "e\u0301") == "é", unicodedata.normalize("NFKC", "\ufb01"), unicodedata.numeric("½"), unicodedata.decimal("٣"), unicodedata.lookup("BULLET"), unicodedata.bidirectional("א"), unicodedata.combining("\u0301"), unicodedata.east_asian_width("中"))
print("Straße".casefold() == "STRASSE".casefold(), "ΑΣ".lower(), "ŉ".upper(), "ǰ".upper(), "ﬃ".upper())
été = 1
变量 = 2
print(été + 变量, "été" in globals(), "变量".isidentifier(), "１".isdigit(), int("１２"))
ﬁ = 5
print(fi)
mixed = "a\u0416\U0001f600"
print([ascii(c) for c in mixed], mixed.index("\U0001f600"), ascii(mixed[1:]), ascii(mixed.replace("a", "\u4e2d")), mixed < "b", sorted("b\u00e9a\U0001f600\u4e2d"), ascii("".join(sorted(mixed))))
print("\u00e9".isprintable(), "\u200b".isprintable(), "\xa0".isspace(), "\u3000".isspace(), "\u2028x".splitlines(), "x\x1cy".split())
