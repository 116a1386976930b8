"""Compiles patterns and records what they match, one JSON object a line.

Run by the tests with a Python whose code arrays have the format that the engine executes; with
"golden" as its argument it writes the cases that are checked in, otherwise all of them.
"""

import json
import random
import re
import sys
import unicodedata
import warnings

import _sre
from re import _compiler, _parser

# Each entry: flags in front of the bar-separated list are letters of the inline syntax.
PATTERNS = r"""
abc
a
a|b|cd
(?:foo|bar|baz|qux)+
(foo|foobar|fo)(bar)?
a*b
a*?b
a+a
a{2,3}
a{2,3}?b
a{2,}+b
(?:ab)*+a
(a|ab)(c|bcd)(d*)
(a+|b)*
(a+|b)*?c
((a)|b)*
(?:(a)|b)*
(?:(a)|(b)|(c))+
(a*)*
(a*)+
(a*?)*
(?:a?)*?$
(?:a?)+?b
(|a)+
(|a)*
(a|)+
^abc$
(?m)^a.*$
(?s)a.*c
a.c
[^a]*a
[^\n]*
[a-c]+[d-f]*
[^a-c\d]+
\w+\s\w+
\w+?\s+
\d+(?:\.\d*)?
\s*,\s*
\S+@\S+
\bab\b
\Bb
.*c
.*?c
(?s).*?c
.*b.*c
(.*)b(.*)
(.*?)b(.*?)c
(\w+)\s+\1
(?i)(a+)b\1
(?i)abc
(?i)[a-c]+x
(?i)[^a-c]+
(?i)straße
(?i)K+
(?i)å|s
(?i)ſ+
(?i)[k-s]+
(?i)σ+ς
(?ia)k+
(?ia)[k-s]+
(?i)[^k]
(?a)\w+
(?a)\s+\d
[\w-]+
[^\W\d_]+
[\s\S]
[\d\D]+x
(?=a)\w+
(?!a)\w+
(?<=a)b
(?<!a)b
(?<=ab)c|d
(?<!ab)c
(?=(a+))a*b\1
(?=(a+))
(?!(a)b)\w
(?:(?=(\w))\1)+
(a)?b(?(1)c|d)
(a)?(?(1)b)c
(?:(a)|b)*(?(1)c|d)
(?P<x>a)(?P<y>b)?(?(y)c|d)
(?>a+)a
(?>a|ab)c
(?>(a+))b
(?:(?>a|b)c)*
(?:a|b)++c
(?:a*)*+b
(a)(?:(?=(b)*)c)
(a)((?!(b)*))*
(?:(?:a{0,2}b){0,2}c){0,2}
(?:a|b|c|d|e|f|g)*?h
(a(b(c)?)?)?d
x*
x*?
$
^
(?m)$
(?m)^
\b
\Z
\Aab
a\Z
a$
(?m)a$
(?:a|(?:b|(?:c|d)))*e
(?:(a)(b)?)+
(?:(x)|(y)){2,3}z
(?:ab|a)(?:bc|c)?
(a{1,2}){2}
(?:a{1,2}?){2,3}?b
((?:a|b)*?)(b+)
(?s:.)(?-i:b)
(?i:a)b
[a-zà-ÿ]+
[α-ω]+
[^α-ω]+
[а-яё]+\d
[一-龥]+
[😀-😃]+
(?i)[𐐀-𐐧]+
😀|a
[\u0100-\u0200\u0400x]+
[^\u0100-\u0200\u0400x]+
\w+
\d+
[٠-٩]+
\s+
\W+
[a\-\]]+
"[^"\\]*(?:\\.[^"\\]*)*"
<(\w+)[^>]*>.*?</\1>
(\d{1,3})\.(\d{1,3})\.(\d{1,3})
(?:[a-z]+\.)+[a-z]{2,3}
(?x) a b c # comment
a(?#c)b
(?:a+)+b
(?:a|a)*b
(a)|(b)
(?:)
()
()*
(?:){3}
(?:()|a)+
(a?)*?b
(a??)*b
(?:a??)*?b
[^x]
[^x]*x
[^xy]*[xy]
[^xyz]+z
[ab]
[abc]*c
aa*
a[^b]c
\n
.\n
.+
(?<=\n)a
(?<=^)a
(?<=a|b)c
(?<!^)a
a(?=b|$)
(?=.*b)a+
(?!.*b)a+
(?:(?!b).)*
(?:(?!ab)\w)+
((?:(?!b).)*)b
a(?!b(?!c))
(?!)
a(?!)|b
(?>)a
(?:a(?=(b)))+
(?:a(?!(b)))+
(b)?(?:a(?<=(a)))*
(?:(\w)(?=\1)|\w)+
(a)\1{2}
(?:(a)|b\1)+
(?:.(a)?)*
(?:(a)|(b)\1?)*
""".strip("\n").split("\n")

TEXTS = [
    "", "a", "b", "ab", "abc", "aab", "aaab", "abab", "abcabc", "ba", "bab", "cab", "xaby",
    "foobar", "foobarbaz", "a b", "ab ab", "a\nb", "ab\n", "\n", "\nab\nc", "aXbYc", "AbC abC",
    "abcd", "abcde", "acbd", "aabbcc", "aaaa", "aaaaaa", "aaa aaab", "xx", "x,y , z", "bbbb", "ccab",
    "1.25 3. 44", "192.168.1.20", "me@here.org you@x", "www.example.com", "the the cat cat",
    '"a\\"b" "c"', "<b>bold</b><i>x</i>", "STRASSE straße", "KkK\u212a", "sS\u017f", "\u00e5\u00c5\u212b",
    "\u03c3\u03c2\u03a3", "na\u00efve caf\u00e9", "\u03b1\u03b2\u03b3 abc", "\u0434\u0430 \u043d\u0435\u04421", "\u4e2d\u6587 a",
    "a\U0001f600b\U0001f601", "\U00010400\U00010428", "\u0661\u0662 12", "\u00a0\u2003 x", "x\u0100\u0180\u0400\u0401",
    "defabc", "aacd", "aaxyz", "xyzzy", "abababab", "abbcabbc", "efgh",
]

ATOMS = ["a", "b", "c", "ab", ".", "[ab]", "[^a]", r"\w", r"\s", r"\d", "x", "[a-c]", "A", " "]


def random_pattern(rng, depth, groups):
    """A random pattern; `groups` lists the groups that are closed."""
    kind = rng.randrange(12 if depth else 3)
    if kind < 3:
        return rng.choice(ATOMS)
    if kind < 6:
        return "".join(random_pattern(rng, depth - 1, groups) for _ in range(rng.randint(1, 3)))
    if kind < 7:
        return "(?:%s)" % "|".join(random_pattern(rng, depth - 1, groups) for _ in range(rng.randint(2, 3)))
    if kind < 9:
        body = random_pattern(rng, depth - 1, groups)
        quantifier = rng.choice(["*", "+", "?", "{0,2}", "{1,3}", "{2}", "{2,}"]) + rng.choice(["", "", "?", "+"])
        return "(?:%s)%s" % (body, quantifier)
    if kind < 10:
        groups[0] += 1
        number = groups[0]
        body = random_pattern(rng, depth - 1, groups)
        groups.append(number)
        return "(%s)" % body
    if kind < 11:
        form = rng.choice(["(?=%s)", "(?!%s)", "(?>%s)", "(?<=%s)", "(?<!%s)"])
        return form % random_pattern(rng, depth - 1, groups)
    if len(groups) > 1:
        number = rng.choice(groups[1:])
        if rng.random() < 0.5:
            return "\\%d" % number if rng.random() < 0.7 else "(?:\\%d)?" % number
        return "(?(%d)%s|%s)" % (
            number, random_pattern(rng, depth - 1, groups), random_pattern(rng, depth - 1, groups))
    return rng.choice(["^", "$", r"\b", r"\B", "(?i:a)", "(?s:.)"])


def result(match):
    if match is None:
        return None
    return [[list(span) if span[0] >= 0 else None for span in match.regs], match.lastindex]


def compiled(pattern, flags):
    """The code array and the compiled pattern, or nothing if the syntax is wrong."""
    try:
        tree = _parser.parse(pattern, flags)
        code = _compiler._code(tree, flags)
        return [int(word) for word in code], re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError):
        return None


def cases(pattern, texts, flags=0):
    pair = compiled(pattern, flags)
    if pair is None:
        return
    code, regex = pair
    out = []
    for text, pos, end in texts:
        # Since 3.14 \B holds in an empty text.
        if sys.version_info < (3, 14) and (not text or end == 0) and r"\B" in str(pattern):
            continue
        units = list(text) if isinstance(text, bytes) else [ord(c) for c in text]
        try:
            matches = {
                "match": result(regex.match(text, pos, end)),
                "fullmatch": result(regex.fullmatch(text, pos, end)),
                "search": result(regex.search(text, pos, end)),
                "finditer": [result(m) for m in regex.finditer(text, pos, end)],
            }
        except SystemError as error:
            # CPython noticed that it lost track of a group.
            print(pattern, ascii(text), error, file=sys.stderr)
            continue
        out.append({"text": units, "pos": pos, "end": end, **matches})
    print(json.dumps({"pattern": str(pattern), "groups": regex.groups, "code": code, "runs": out}))


def spans(texts, rng, share):
    for text in texts:
        yield text, 0, len(text)
        if rng.random() < share and text:
            pos = rng.randint(0, len(text))
            yield text, pos, rng.randint(pos, len(text))


def characters():
    """What Python says of each character: runs of [first, length, facts], null if unassigned."""
    runs = []
    for code in range(0x110000):
        c = chr(code)
        facts = None
        if unicodedata.category(c) != "Cn":
            facts = [_sre.unicode_tolower(code) - code, _sre.unicode_iscased(code),
                     c.isalnum() or c == "_", c.isdecimal(), c.isspace()]
        if runs and runs[-1][2] == facts:
            runs[-1][1] += 1
        else:
            runs.append([code, 1, facts])
    print(json.dumps({"characters": runs}))


def main():
    if _sre.MAGIC != 20230612 or _sre.CODESIZE != 4 or sys.byteorder != "little":
        print(json.dumps({"skip": "this Python's code arrays have another format"}))
        return
    warnings.simplefilter("ignore")
    rng = random.Random(20230612)
    if sys.argv[1:] == ["golden"]:
        for pattern in PATTERNS:
            cases(pattern, spans(rng.sample(TEXTS, 5), rng, 0.2))
        return
    characters()
    for pattern in PATTERNS:
        cases(pattern, list(spans(TEXTS, rng, 0.5)))
        if pattern.isascii() and "(?a)" not in pattern and "\\u" not in pattern:
            data = [t.encode("latin-1") for t in TEXTS if all(ord(c) < 256 for c in t)]
            cases(pattern.encode(), list(spans(data, rng, 0.3)))
            if "(?i" not in pattern:
                cases(pattern.encode(), list(spans(data, rng, 0.1)), re.LOCALE | re.IGNORECASE)
                cases(pattern.encode(), list(spans(data, rng, 0.1)), re.LOCALE)
                cases(pattern, list(spans(TEXTS, rng, 0.1)), re.IGNORECASE)
    # More alternatives than one branch operation holds.
    words = ["%s%d" % (c, n) for n in range(7) for c in "abcdefghijklmnopqrstuvwxyz"]
    for count in (63, 64, 65, 66, 127, 128, 129, 182):
        texts = ["z6a0b1", "q2", "a", "zz", "x5y5z5", "c6 d6", words[count - 1], words[64] + words[63]]
        cases("(?:(%s)|x)+" % "|".join("(?:%s\\b|%s)" % (w, w) for w in words[:count]), [(t, 0, len(t)) for t in texts])
        cases("|".join(w + "?" for w in words[:count]), [(t, 0, len(t)) for t in texts])
    for seed in range(int(sys.argv[1]) if sys.argv[1:] else 2500):
        rng = random.Random(seed)
        pattern = random_pattern(rng, 4, [0])
        texts = ["".join(rng.choice("abcA x1\n") if rng.random() < 0.3 else rng.choice("abc")
                         for _ in range(rng.randint(0, 9))) for _ in range(8)]
        if len(pattern) < 120:
            cases(pattern, list(spans(texts, rng, 0.3)))
    # Long runs, so that scans cross block borders.
    for pattern in ["[^x]*x", ".*x", ".*?x", "a*?x", "a+x", "x", "yx", "(?:ab?)*x", "(?s).*y", "[xy]", "[ab]*[bx]"]:
        for n in (1, 15, 16, 17, 31, 32, 33, 100):
            texts = ["a" * n + "x", "a" * n, "a" * n + "\nx", "ab" * n + "yx" + "a" * n]
            cases(pattern, [(t, 0, len(t)) for t in texts])
            cases(pattern, [(t + "\u4e2d", 0, len(t) + 1) for t in texts])
            cases(pattern, [(t + "\U0001f600", 0, len(t) + 1) for t in texts])


main()
