# needs: 3.14
# Template strings (PEP 750) and exceptions without parentheses (PEP 758).
name, n = "World", 5
t = t"Hello {name}! {n:>3} {n + 1!r}"
print(type(t).__name__, t.strings, t.values)
for i in t.interpolations:
    print(i.value, repr(i.expression), i.conversion, repr(i.format_spec))
print([part if isinstance(part, str) else part.value for part in t])
def render(template):
    out = []
    for part in template:
        if isinstance(part, str):
            out.append(part)
        else:
            value = repr(part.value) if part.conversion == "r" else part.value
            out.append(format(value, part.format_spec))
    return "".join(out)
print(render(t))
print((t"a{n}" + t"b{n}c").strings, t"".strings, t"{n}{n}".strings, rt"\n{n}".strings)
from string.templatelib import Template, Interpolation
print(Template("x", Interpolation(1, "one"), "y").strings, isinstance(t, Template))
try:
    t"a" + "b"
except TypeError:
    print("TypeError")
print(t"{n=}".strings, t"{{literal}}".strings)
try:
    raise KeyError("k")
except ValueError, KeyError:
    print("no parentheses")
try:
    raise ExceptionGroup("g", [ValueError()])
except* ValueError, KeyError:
    print("groups too")
