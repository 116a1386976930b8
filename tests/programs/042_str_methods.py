# needs: 3.14
s = "Hello World"
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.capitalize(), s.casefold(), "ß".casefold(), "ǆ".title())
print(s.center(21, "*"), s.ljust(15, "-") + "|", s.rjust(15) + "|", "42".zfill(5), "-42".zfill(5), "+1".zfill(4), "abc".center(6), "ab".center(5, "x"))
print(s.find("o"), s.find("o", 5), s.find("o", 5, 6), s.rfind("o"), s.index("W"), s.rindex("l"), s.find(""), s.rfind(""), s.find("", 20), "".find(""))
print(s.count("l"), s.count(""), s.count("l", 4), "aaaa".count("aa"), s.replace("l", "L"), s.replace("l", "L", 1), s.replace("", "-"), "abc".replace("b", ""), "aaa".replace("a", "b", -1))
print(s.split(), s.split("o"), s.split("o", 1), s.rsplit("o", 1), "a,b,,c".split(","), "  a  b  ".split(), " a b ".split(" "), "a b c d".split(None, 2), "a b c d".rsplit(None, 2), "".split(), "".split(","))
print(s.partition(" "), s.rpartition("o"), s.partition("x"), s.rpartition("x"), "a\nb\r\nc\x0bd\x85e\u2028f".splitlines(), "a\nb\n".splitlines(True), "\n".splitlines(), "".splitlines())
print("  x ".strip(), "xxaxx".strip("x"), "abcxcba".lstrip("abc"), "abcxcba".rstrip("abc"), "\t\n x\u2003".strip(), "mississippi".strip("ipm"))
print(s.startswith("He"), s.startswith(("x", "H")), s.endswith("ld"), s.startswith("W", 6), s.endswith("o", 0, 5), s.startswith(""), s.startswith("", 100), s.startswith(()))
print("-".join("abc"), "".join([]), ", ".join(["x"]), "a".join(("1", "2")))
print("abc".isalpha(), "abc1".isalnum(), "12".isdigit(), "½".isnumeric(), "²".isdigit(), "²".isdecimal(), "a b".isidentifier(), "_a1".isidentifier(), "ABC".isupper(), "abc".islower(), "Abc Def".istitle(), " \t".isspace(), "a\n".isprintable(), "".isalpha(), "é".isascii(), "".isascii())
print("a\tb\tc".expandtabs(4), "x".expandtabs(), "abc".encode(), "é".encode("latin-1"), "é€😀".encode("utf-8"), "é€".encode("utf-16-le"), "é€".encode("ascii", "replace"), "é".encode("ascii", "ignore"), "é€".encode("ascii", "xmlcharrefreplace"), "é€😀".encode("ascii", "backslashreplace"))
print("abc".translate({97: "x", 98: None, 99: 0x79}), "abc".translate(str.maketrans("ab", "xy", "c")), str.maketrans({"a": 1}), "prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"), "abc".removeprefix("x"))
print("{} {!r} {:>5} {:.2f} {0}".replace("{0}", "").format(1, "a", "r", 2.5), "{a[0]} {b.real} {c[k]}".format(a=[1], b=5, c={"k": "v"}), "{:{}}|{:{w}}".format("x", 5, "y", w=3), "{{}} {}".format(1), "{0:*^{1}}".format("m", 7))
print("%(a)s %(b)05.1f" % {"a": 1, "b": 2.25}, "%s" % (1,), "%s %s" % ("a", (1, 2)), "%*d|%-*d|%.*f" % (5, 1, 5, 2, 2, 1.234), "%r %a" % ("é", "é"), "%c%c" % ("a", 98), "%%", "%5s|%-5s|%.2s" % ("a", "b", "abc"))
for code in ("'%d' % 'x'", "'%s' % (1, 2)", "'%s %s' % 1", "'%q' % 1", "'%(a)s' % 1", "'{} {1}'.format(1, 2)", "'{}'.format()", "'{a}'.format()", "'{'.format()", "'}'.format()", "'{:d}'.format('x')", "'{!z}'.format(1)", "''.join([1])", "'a'.split('')", "'a'.index('z')", "'abc'.center(5, 'xx')", "'é'.encode('ascii')", "'a'.encode('nope')", "'\\ud800'.encode()", "'a' * 'b'", "5 in 'a'", "'a' < 1", "'%c' % -1", "'%c' % 'ab'", "chr(-1)", "chr(0x110000)", "ord('ab')", "'abc'.replace('a')", "str(b'a', 'ascii', 'x', 1)", "'{:10,s}'.format('a')", "'%' % ()"):
    try:
        print(code, "->", eval(code))
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
print(s * 0, s * -1, s * 2, 3 * "ab", "a" + "b", "a" < "b" < "c", max("hello"), min("hello"), sorted("hello"), list("é😀"), "abc"[::-1], "abc"[-2:], "abc" == "abc", "abc" != "abd", "a" in "abc", "" in "abc", "ac" in "abc")
print(hash("a") == hash("a"), "ab" is "ab", str(b"raw"), str(b"abc", "utf-8"), str(), str(object=5), repr("\x7f\xa0\u200b\ud800😀"), ascii("é😀"), repr("'"), repr("\"'"), repr("\\"), "\0" in "a\0b", len("😀é"), "😀é"[0])
for spec in ("10", "<10", ">10", "^10", "*^10", ".2", "10.2", "s", "010", "-<5"):
    print(spec, "|", format("abc", spec) + "|")
text = "x" * 50 + "needle" + "y" * 50
print(text.find("needle"), text.rfind("needle"), text.count("x"), text.index("y"), "aab" * 20 in "aab" * 30, ("ab" * 100 + "c").find("abc"))
