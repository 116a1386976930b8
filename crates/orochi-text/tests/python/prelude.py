# One case a line: operation, arguments, result; fields end in tabs. Strings are written as code
# points in hexadecimal, joined by dots.
import random, sys
random.seed(20)

def enc(value):
    if isinstance(value, bool): return str(int(value))
    if isinstance(value, str): return ".".join("%x" % ord(c) for c in value)
    if isinstance(value, bytes): return ".".join("%x" % c for c in value)
    if isinstance(value, (list, tuple)): return "[" + "|".join(enc(v) for v in value) + "]"
    if value is None: return "-"
    return str(value)

def case(op, args, result):
    try:
        result = "=" + enc(result())
    except UnicodeError as e:
        result = "!" + enc(f"{e.encoding} {e.start} {e.end} {e.reason}")
    except (ValueError, TypeError, OverflowError) as e:
        result = "!" + enc(f"{type(e).__name__}: {e}")
    print(op, *map(enc, args), result, sep="\t")

ALPHABETS = ["ab", "abc ", "aé\xe0", "aĀ\u0101", "a\u0201\u0102\u0101", "a\U0001f600\ud800", "aB \tΣσ'ß\u0345ǅ\u2028\n\r",
             "ab12 +-_.,;\\\"'\n\x85\xa0\u2003", "ﬁİıΑΣ.ς́ a"]

def text(most=12, alphabet=None):
    return "".join(random.choices(alphabet or random.choice(ALPHABETS), k=random.randrange(most)))
