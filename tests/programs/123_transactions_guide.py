# The examples of the guide to transactions hold.
import pathlib
import re

guide = pathlib.Path(__file__).resolve().parents[2] / "docs" / "transactions.md"
examples = re.findall(r"^```python\n(.*?)^```", guide.read_text(encoding="utf-8"), re.M | re.S)
for number, example in enumerate(examples):
    exec(compile(example, f"example {number}", "exec"), {"__name__": "example"})
print(len(examples) >= 5, "all hold")
