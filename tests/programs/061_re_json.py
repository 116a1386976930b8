import re, json
print(re.findall(r"\d+", "a1b22c333"), re.match(r"(\w+) (\w+)", "hello world").groups(), re.search(r"o", "foo").span(), re.sub(r"(\w)(\d)", r"\2\1", "a1 b2"), re.split(r"[,;]\s*", "a, b;c"), re.fullmatch(r"a+", "aaa") is not None, re.match(r"x", "y"))
m = re.match(r"(?P<year>\d{4})-(?P<month>\d\d)", "2024-05-06")
print(m.group("year"), m["month"], m.groupdict(), m.start("month"), m.end(), m.group(0, 1), m.lastgroup, m.re.pattern, repr(m), m.expand(r"\g<month>/\1"))
print(re.sub("a", lambda m: m.group().upper(), "banana", count=2), re.subn("x", "", "axbx"), re.escape("a.b*c"), re.compile("A", re.I).findall("aA"), re.findall(r"^\w", "a\nb", re.M), re.findall("a.b", "a\nb", re.S), re.findall(r"(a)(b)?", "abа a"), re.findall("", "ab"), [m.group() for m in re.finditer("[aeiou]", "education")])
print(re.findall(r"(?<=a)b|c(?!d)", "ab cd ce"), re.match(r"(a+)+$", "aaaa").group(), re.search(r"(?i:HELLO) world", "hello world") is not None, re.findall(r"\bword\b", "word sword word"), re.match(r"(.)\1", "aa") is not None, re.findall(r"a{2,3}?", "aaaaa"), re.findall(r"(?:ab)+", "ababab"), re.sub(r"\s+", " ", " a  b "), re.match("a*?b", "aab").group(), re.findall(r"[^\W\d_]+", "aé1_b"), re.findall(rb"\w+", b"bytes here"), re.match(r"(?x) a  # comment\n b", "ab") is not None, re.findall(r"x*+y", "xxy"), re.findall(r"(?>a+)b", "aab"), re.match(r"(?(1)a|b)|(c)", "b") is not None)
for bad in ("(", "[", "*a", "a**", r"\1", "(?P<1>a)", "(?P<a>x)(?P<a>y)", "a{2,1}", "(?z)", "[z-a]", "(?<=a+)b", "\\"):
    try:
        re.compile(bad)
    except re.error as error:
        print(repr(bad), "|", error)
print(re.compile("(a)(?P<n>b)").groups, re.compile("(?P<n>b)").groupindex, re.I | re.M, re.compile("x", re.X), re.match("é", "É", re.I) is not None, re.search(r"(?s).+", "a\nb").group() == "a\nb", re.purge())
data = {"a": [1, 2.5, None, True, "é\n\"q\""], "b": {"c": []}, "1": 10 ** 20, "e": 1e100}
text = json.dumps(data)
print(text, json.loads(text) == data)
print(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False))
print(json.dumps([1, "a"], separators=(",", ":")), json.dumps({1: 2, None: 3, True: 4, 1.5: 5}), json.dumps("\u2028😀\x00/"), json.dumps(float("inf")), json.loads("[1, 2.0, -3e2, \"\\u00e9\\ud83d\\ude00\", true, null, NaN]"), json.loads(' {"k" : {} } '), json.dumps(()), json.dumps([[]], indent=1))
for bad in ("", "[1,]", "{'a': 1}", "[1", '{"a" 1}', "nul", '"\\x"', "01", "[1] 2", '{"a":1,}', '"\t"', "-"):
    try:
        json.loads(bad)
    except json.JSONDecodeError as error:
        print(repr(bad), "|", error.msg.split(" (")[0] if "Illegal" in error.msg else type(error).__name__, error.lineno, error.pos)
class Encoder(json.JSONEncoder):
    def default(self, o): return {"set": sorted(o)} if isinstance(o, set) else super().default(o)
print(json.dumps({1, 2}, cls=Encoder), json.dumps({"x": 5j}, default=str), json.loads('{"a": 1.5}', parse_float=str, object_hook=lambda d: sorted(d.items())), json.loads('{"a":1,"a":2}', object_pairs_hook=list))
for bad in (5j, {(1,): 2}, object, {1}):
    try:
        json.dumps(bad)
    except TypeError as error:
        print(error)
loop = []
loop.append(loop)
try:
    json.dumps(loop)
except ValueError as error:
    print(error)
import io
out = io.StringIO()
json.dump([1], out)
print(out.getvalue(), json.load(io.StringIO("[2]")))
