"""Times patterns with the Python that runs this, and hands code and text to the benchmark.

One JSON object a line: name, code array, number of groups, text, operation and the best time of
one operation in nanoseconds.
"""

import json
import random
import re
import time
from re import _compiler, _parser

rng = random.Random(7)
WORDS = ("the quick brown fox jumps over a lazy dog while Tom and Huckleberry Finn went down the "
         "river with Sawyer in September 2019 at 12:45 writing to tom.sawyer@example.org about "
         "http://www.example.com/path/page.html?x=1&y=2 and \"quoted text\" (in 3.14 parentheses)").split()
PROSE = " ".join(rng.choice(WORDS) + ("\n" if rng.random() < 0.08 else "") for _ in range(20000))
HTML = "".join('<div class="c%d"><a href="/p/%d.html" title=\'t\'>link %d</a> &amp; text</div>\n' % (i, i, i)
               for i in range(1500))
CODE = "".join("def name_%d(self, x=%d):\n    '''Doc.'''\n    return self.value + 0x%x  # note\n" % (i, i, i)
               for i in range(1500))
NUMBERS = " ".join(str(rng.random() * 1000) for _ in range(8000))
CYRILLIC = "съешь же ещё этих мягких французских булок да выпей чаю 123 " * 800
PERL = "Perl " * 2000

CASES = [
    # Searches over text in which the pattern is absent or at the end.
    ("literal", "search", "Python", PERL + "Python"),
    ("two literals", "search", "Python|Perl6", PERL + "Python"),
    ("grouped literals", "search", "(?:Python|Perl6|Ruby)", PERL + "Ruby"),
    ("captured literals", "search", "(Python|Ruby)", PERL + "Python"),
    ("class then literal", "search", "[PR](?:ython|uby)", PERL + "Python"),
    ("dot star literal", "search", ".*Python", "Perl " * 200 + "Pytho"),
    ("dot star literal dot star", "search", ".*Python.*", "Perl " * 200 + "Python" + " Perl" * 200),
    ("captured dot star", "search", "(.*)Python", "Perl " * 200 + "Python"),
    ("anchored", "search", "^Python$", PERL),
    ("case ignored", "search", "(?i)python", PERL + "PYTHON"),
    # All matches.
    ("words", "finditer", r"\w+", PROSE),
    ("words, two captures", "finditer", r"(\w+)\s+(\w+)", PROSE),
    ("names alternated", "finditer", r"Tom|Sawyer|Huckleberry|Finn", PROSE),
    ("names ignoring case", "finditer", r"(?i)Tom|Sawyer|Huckleberry|Finn", PROSE),
    ("names in range", "finditer", r".{2,4}(?:Tom|Sawyer|Huckleberry|Finn)", PROSE),
    ("name pair", "finditer", r"Tom.{10,25}river|river.{10,25}Tom", PROSE),
    ("ing words", "finditer", r"[a-zA-Z]+ing", PROSE),
    ("ing line", "finditer", r"\s[a-zA-Z]{0,12}ing\s", PROSE),
    ("captured pair of words", "finditer", r"([A-Za-z]awyer|[A-Za-z]inn)\s", PROSE),
    ("quoted", "finditer", r"[\"'][^\"']{0,30}[?!.\"']", PROSE),
    ("mail", "finditer", r"[\w.+-]+@[\w-]+\.[\w.-]+", PROSE),
    ("address", "finditer", r"(\w+)://([^/\s]+)(/[^\s?]*)?(?:\?(\S*))?", PROSE),
    ("lines", "finditer", r"(?m)^.*$", PROSE),
    ("trailing space", "finditer", r"\s+$", PROSE[:20000]),
    ("time", "finditer", r"\b(\d{1,2}):(\d\d)\b", PROSE),
    ("tags", "finditer", r"<[^>]+>", HTML),
    ("tags with attributes", "finditer", r"<(\w+)((?:\s+\w+=(?:\"[^\"]*\"|'[^']*'|[^>\s]+))*)\s*>", HTML),
    ("lazy links", "finditer", r"<a.*?>(.*?)</a>", HTML),
    ("entities", "finditer", r"&(amp|lt|gt|quot);", HTML),
    ("tokens", "finditer",
     r"(?P<ws>[ \t]+)|(?P<nl>\n)|(?P<name>[A-Za-z_]\w*)|(?P<num>0[xX][0-9a-fA-F]+|\d+)|"
     r"(?P<str>'''.*?'''|'[^'\n]*')|(?P<comment>#[^\n]*)|(?P<op>[-+*/=().,:])", CODE),
    ("comments", "finditer", r"#.*", CODE),
    ("backreference", "finditer", r"(['\"])\1\1.*?\1\1\1", CODE),
    ("look ahead", "finditer", r"\w+(?=\()", CODE),
    ("look behind", "finditer", r"(?<=def )\w+", CODE),
    ("numbers", "finditer", r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?", NUMBERS),
    ("camel", "finditer", r"(?:[a-z]+|[A-Z][a-z]*|\d)+", CODE),
    ("trim", "finditer", r"^\s+|\s+$", PROSE[:20000]),
    ("single set", "finditer", r"[aeiou]", PROSE),
    ("cyrillic words", "finditer", r"\w+", CYRILLIC),
    ("cyrillic range", "finditer", r"[а-яё]+", CYRILLIC),
    ("cyrillic ignoring case", "finditer", r"(?i)БУЛОК", CYRILLIC),
    ("nested repeat", "match", r"(?:(?:a|b)*c?)*d", "ab" * 400 + "d"),
    ("captured repeat", "match", r"(a|b|c)*d", "abc" * 2000 + "d"),
    ("lazy repeat", "match", r"(?:a|b|c)*?d", "abc" * 2000 + "d"),
    ("exponential", "match", r"(a+)+b", "a" * 18),
    ("digits", "match", r"(\d+)-(\d+)-(\d+)T(\d+):(\d+)", "2024-12-31T23:59"),
    ("key value", "match", r"\s*(\w+)\s*=\s*(.*?)\s*$", "   key_name =  some value here   "),
    ("float", "fullmatch", r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", "-123.456e10"),
]


def best(operation):
    repeats, spent = 1, 0
    while True:
        start = time.perf_counter_ns()
        for _ in range(repeats):
            operation()
        spent = time.perf_counter_ns() - start
        if spent > 20_000_000:
            break
        repeats *= 2
    times = [spent / repeats]
    for _ in range(2):
        start = time.perf_counter_ns()
        for _ in range(repeats):
            operation()
        times.append((time.perf_counter_ns() - start) / repeats)
    return min(times)


for name, kind, pattern, text in CASES:
    regex = re.compile(pattern)
    if kind == "finditer":
        def operation():
            for _ in regex.finditer(text):
                pass
    else:
        method = getattr(regex, kind)

        def operation():
            method(text)
    code = [int(word) for word in _compiler._code(_parser.parse(pattern, 0), 0)]
    print(json.dumps({"name": name, "kind": kind, "code": code, "groups": regex.groups,
                      "text": text, "nanoseconds": best(operation)}), flush=True)
