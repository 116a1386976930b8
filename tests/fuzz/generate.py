"""Makes small random programs whose behaviour is the same on every Python.

A program is a list of top-level pieces; each piece is a list of lines and runs
in a `try` that prints what went wrong, so one error does not hide the rest.
Expressions are made by kind (`integer`, `text`, `listing` …), now and then of a
wrong kind, so that errors are met, too. What may differ between correct
runtimes is avoided: order of sets, addresses, identity of equal values, moments
of finalisation, sizes, time.
"""

import random

from pieces import Pieces

PRELUDE = '''\
def show(label, value):
    try:
        text = repr(stable(value))
    except Exception as error:
        text = "unprintable " + type(error).__name__
    print(label, type(value).__name__, text[:400])


def stable(value, depth=8):
    """Sets print in sorted order, wherever they are."""
    if type(value) in (set, frozenset):
        return type(value).__name__, sorted(repr(stable(item)) for item in value)
    if depth and type(value) in (list, tuple):
        return type(value)(stable(item, depth - 1) for item in value)
    if depth and type(value) is dict:
        return {key: stable(item, depth - 1) for key, item in value.items()}
    return value


class Number:
    def __init__(self, n):
        self.n = n

    def __repr__(self):
        return f"Number({self.n!r})"

    def __eq__(self, other):
        return self.n == getattr(other, "n", other)

    def __lt__(self, other):
        return self.n < getattr(other, "n", other)

    def __hash__(self):
        return hash(self.n)

    def __add__(self, other):
        return Number(self.n + getattr(other, "n", other))

    def __radd__(self, other):
        return Number(other + self.n)

    def __mul__(self, other):
        return NotImplemented if isinstance(other, str) else Number(self.n * getattr(other, "n", other))

    def __neg__(self):
        return Number(-self.n)

    def __bool__(self):
        return bool(self.n)

    def __len__(self):
        return 3

    def __getitem__(self, index):
        if not 0 <= index < 3:
            raise IndexError(index)
        return self.n, index

    def __contains__(self, item):
        return item == self.n

    def __call__(self, *args, **kwargs):
        return self.n, args, kwargs

    def __index__(self):
        return self.n

    def __format__(self, spec):
        return f"<{spec}:{self.n}>"

    def __enter__(self):
        print("enter", self.n)
        return self

    def __exit__(self, kind, value, tb):
        print("exit", self.n, kind and kind.__name__)
        return bool(self.n % 2)


class Child(Number):
    level = 1
    __slots__ = ("extra",)

    def __getattr__(self, name):
        if name.startswith("v"):
            return name, self.level
        raise AttributeError(name)

    @property
    def double(self):
        return self.n * 2

    @double.setter
    def double(self, value):
        self.n = value // 2

    @classmethod
    def make(cls, n):
        return cls(n)

    @staticmethod
    def plain(n):
        return n, "static"
'''

INTEGERS = ["0", "1", "-1", "2", "3", "7", "10", "-5", "255", "1000", "2**31", "2**48", "-2**48", "2**49 - 1", "2**63", "-2**63", "2**64 + 1", "10**20", "-10**25", "True", "False"]
FLOATS = ["0.0", "-0.0", "1.5", "-2.25", "0.1", "1e10", "1e16", "1e-7", "3.14159", "float('inf')", "float('nan')", "1e308", "2.5", "100.0"]
TEXTS = ["''", "'a'", "'abc'", "'Hello World'", "'a,b,,c'", "'  pad  '", "'é'", "'日本'", "'x😀y'", "'12'", "'-3'", "'1.5'", "'aAbB'", "'line\\nline'", "'tab\\there'", "'abcabc'", "'ß'", "'{}'", "'%s'"]
BYTES = ["b''", "b'a'", "b'abc'", "b'\\x00\\xff'", "b'a b c'", "bytearray(b'xyz')"]


class Generator(Pieces):
    INTEGERS, FLOATS, TEXTS, BYTES = INTEGERS, FLOATS, TEXTS, BYTES

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.names = {}
        self.serial = 0

    # Small tools.

    def pick(self, *choices):
        return self.r.choice(choices)

    def chance(self, share):
        return self.r.random() < share

    def fresh(self, prefix):
        self.serial += 1
        return f"{prefix}{self.serial}"

    def known(self, kind):
        return [name for name, of in self.names.items() if of == kind]

    # Expressions, by kind.

    def expression(self, kind=None, depth=3):
        # Sets come only where they are asked for: their order must not get into texts and lists.
        kinds = ["integer", "floating", "text", "raw", "listing", "pair", "table", "truth", "number"]
        kind = kind or self.r.choice(kinds)
        if self.chance(0.03):
            kind = self.r.choice(kinds)
        names = self.known(kind)
        if names and self.chance(0.35):
            return self.r.choice(names)
        text = getattr(self, kind)(depth)
        # A bare number or operator would not stand before a dot or behind a star.
        return f"({text})" if text[0] in "-+~0123456789" or text.startswith("not ") else text

    def integer(self, depth):
        if depth <= 0:
            return self.r.choice(INTEGERS)
        e, d = self.expression, depth - 1
        return self.r.choice([
            lambda: self.r.choice(INTEGERS),
            lambda: f"({e('integer', d)} {self.pick('+', '-', '*', '//', '%', '&', '|', '^')} {e('integer', d)})",
            lambda: f"({e('integer', d)} {self.pick('<<', '>>', '**')} {self.r.randrange(0, 9)})",
            lambda: f"{self.pick('-', '~', '+', 'abs', 'int', 'hash')}({e('integer', d)})",
            lambda: f"len({e(self.pick('text', 'listing', 'table', 'pair', 'raw'), d)})",
            lambda: f"int({e('floating', d)})",
            lambda: f"{e('text', d)}.{self.pick('find', 'count', 'rfind')}({e('text', d)})",
            lambda: f"sum({e('listing', d)})",
            lambda: f"{self.pick('max', 'min')}({e('integer', d)}, {e('integer', d)})",
            lambda: f"({e('integer', d)} if {e('truth', d)} else {e('integer', d)})",
            lambda: f"divmod({e('integer', d)}, {e('integer', d)})[{self.pick(0, 1)}]",
            lambda: f"({e('integer', d)}).bit_length()",
            lambda: f"pow({e('integer', d)}, {self.r.randrange(0, 20)}, {e('integer', d)})",
            lambda: f"round({e('floating', d)})",
            lambda: f"ord({e('text', d)}[0])",
            lambda: f"(lambda x, y=2: x * y)({e('integer', d)})",
            lambda: f"{e('listing', d)}[{self.r.randrange(-3, 4)}]",
            lambda: f"int({e('text', d)})",
        ])()

    def floating(self, depth):
        if depth <= 0:
            return self.r.choice(FLOATS)
        e, d = self.expression, depth - 1
        return self.r.choice([
            lambda: self.r.choice(FLOATS),
            lambda: f"({e('floating', d)} {self.pick('+', '-', '*', '/', '//', '%')} {e(self.pick('floating', 'integer'), d)})",
            lambda: f"({e('integer', d)} / {e('integer', d)})",
            lambda: f"{self.pick('-', 'abs', 'float')}({e('floating', d)})",
            lambda: f"round({e('floating', d)}, {self.r.randrange(-3, 6)})",
            lambda: f"float({e('integer', d)})",
            lambda: f"max({e('floating', d)}, {e('floating', d)})",
            lambda: f"float(format({e('floating', d)}, '.3f'))",
        ])()

    def text(self, depth):
        if depth <= 0:
            return self.r.choice(TEXTS)
        e, d = self.expression, depth - 1
        spec = self.pick("", ">10", "<8", "^9", "*^12", "05", "+", ",", "x", "b", "e", ".3", ".2f", "10.3f", "%", "_", "#x", "c", "s", "g", "=+8")
        return self.r.choice([
            lambda: self.r.choice(TEXTS),
            lambda: f"({e('text', d)} + {e('text', d)})",
            lambda: f"({e('text', d)} * {self.r.randrange(-1, 4)})",
            lambda: f"{e('text', d)}.{self.pick('upper', 'lower', 'title', 'swapcase', 'strip', 'capitalize', 'casefold', 'lstrip', 'rstrip')}()",
            lambda: f"{e('text', d)}.replace({e('text', d)}, {e('text', d)})",
            lambda: f"{e('text', d)}.{self.pick('center', 'ljust', 'rjust', 'zfill')}({self.r.randrange(0, 15)})",
            lambda: f"{e('text', d)}.join(map(str, {e('listing', d)}))",
            lambda: f"{e('text', d)}[{self.slice(d)}]",
            lambda: f"str({e(None, d)})" if self.chance(0.7) else f"repr({e('text', d)})",
            lambda: f"format({e(self.pick('integer', 'floating', 'text', 'number'), d)}, {spec!r})",
            lambda: f"f'{{{self.inner(d)}{self.pick('', '!r', '!s', '!a')}}} {{{self.inner(d)}:{self.pick('>6', '', '<4', '^7')}}}'",
            lambda: f"('%s|%r' % ({e(None, d)}, {e('text', d)}))",
            lambda: f"('%{self.pick('5d', '-5d', '05d', '+d', 'x', 'o', 'e', '.2f', 'g', 'c', 'i')}' % {e(self.pick('integer', 'floating'), d)})",
            lambda: f"'{{}} {{0}}'.format({e('integer', d)})" if self.chance(0.1) else f"'{{:>{self.r.randrange(1, 9)}}}|{{!r}}'.format({e('text', d)}, {e('integer', d)})",
            lambda: f"{self.pick('hex', 'bin', 'oct', 'chr', 'ascii')}({e('integer', d)})",
            lambda: f"{e('text', d)}.{self.pick('partition', 'rpartition')}({e('text', d)})[{self.r.randrange(0, 4)}]",
            lambda: f"{e('text', d)}.{self.pick('removeprefix', 'removesuffix', 'strip', 'lstrip')}({e('text', d)})",
            lambda: f"{e('raw', d)}.decode({self.pick('', repr('latin-1'), repr('ascii'))})",
            lambda: f"{e('text', d)}.expandtabs({self.r.randrange(0, 9)})",
            lambda: f"{e('text', d)}.translate({{97: 'X', 98: None}})",
        ])()

    def inner(self, depth):
        """An expression that may stand in an f-string of any Python: no quotes, no braces."""
        names = [name for name in self.names]
        return self.r.choice(names) if names and self.chance(0.6) else str(self.r.randrange(100))

    def raw(self, depth):
        if depth <= 0:
            return self.r.choice(BYTES)
        e, d = self.expression, depth - 1
        return self.r.choice([
            lambda: self.r.choice(BYTES),
            lambda: f"({e('raw', d)} + {e('raw', d)})",
            lambda: f"{e('text', d)}.encode({self.pick('', repr('latin-1'), repr('utf-16-le'))})",
            lambda: f"{e('raw', d)}[{self.slice(d)}]",
            lambda: f"{e('raw', d)}.{self.pick('upper', 'lower', 'strip', 'title')}()",
            lambda: f"{e('raw', d)}.replace({e('raw', d)}, {e('raw', d)})",
            lambda: f"bytes({e('listing', d)})",
            lambda: f"({e('integer', d)}).to_bytes({self.r.randrange(0, 12)}, {self.pick(repr('big'), repr('little'))}, signed={self.pick('True', 'False')})",
        ])()

    def slice(self, depth):
        part = lambda: self.pick("", str(self.r.randrange(-4, 6)), str(self.r.randrange(-4, 6)))
        return f"{part()}:{part()}" + (f":{self.pick('', '1', '2', '-1', '-2', '3')}" if self.chance(0.5) else "")

    def listing(self, depth):
        e, d = self.expression, depth - 1
        if depth <= 0:
            return self.pick("[]", "[1, 2, 3]", "['b', 'a']", "[0.5, 1]", "list(range(5))", "[None, True]")
        name = self.fresh("i")
        return self.r.choice([
            lambda: "[" + ", ".join(e(self.pick("integer", "integer", "text", "floating", None), d) for _ in range(self.r.randrange(0, 4))) + "]",
            lambda: f"[{name} * 2 for {name} in {e('listing', d)}]",
            lambda: f"[{name} for {name} in range({self.r.randrange(0, 8)}) if {name} % {self.r.randrange(1, 4)} == {self.pick(0, 1)}]",
            lambda: f"[({name}, j) for {name} in range({self.r.randrange(0, 4)}) for j in {e('text', d)}[:3]]",
            lambda: f"({e('listing', d)} + {e('listing', d)})",
            lambda: f"({e('listing', d)} * {self.r.randrange(-1, 4)})",
            lambda: f"{e('listing', d)}[{self.slice(d)}]",
            lambda: f"sorted({e('listing', d)}{self.pick('', ', reverse=True', ', key=str', ', key=repr, reverse=True', ', key=lambda x: (str(type(x)), str(x))')})",
            lambda: f"{e('text', d)}.split({self.pick('', repr(','), repr('a'), 'None, 1')})",
            lambda: f"list({self.pick('map(str, ', 'reversed(', 'enumerate(', 'filter(None, ', 'zip(range(3), ')}{e('listing', d)}))",
            lambda: f"[*{e('listing', d)}, *{e('text', d)}]",
            lambda: f"list({e(self.pick('table', 'pair', 'text', 'raw'), d)})",
            lambda: f"{e('table', d)}.{self.pick('keys', 'values', 'items')}()" if self.chance(0.2) else f"list({e('table', d)}.{self.pick('keys', 'values', 'items')}())",
            lambda: f"sorted(map(repr, {e('collection', d)}))",
        ])()

    def pair(self, depth):
        e, d = self.expression, depth - 1
        if depth <= 0:
            return self.pick("()", "(1,)", "(1, 'a')", "(2, 3, 4)")
        return self.r.choice([
            lambda: "(" + "".join(e(None, d) + ", " for _ in range(self.r.randrange(0, 4))) + ")",
            lambda: f"tuple({e('listing', d)})",
            lambda: f"({e('pair', d)} + {e('pair', d)})",
            lambda: f"{e('pair', d)}[{self.slice(d)}]",
            lambda: f"divmod({e('integer', d)}, {e('integer', d)})",
            lambda: f"{e('text', d)}.partition({e('text', d)})",
            lambda: f"(lambda *a, **k: (a, sorted(k.items())))(*{e('listing', d)}, k={e('integer', d)}, **{{'z': {e('integer', d)}}})",
        ])()

    def table(self, depth):
        e, d = self.expression, depth - 1
        if depth <= 0:
            return self.pick("{}", "{'a': 1}", "{1: 'x', 2: 'y'}")
        name = self.fresh("k")
        return self.r.choice([
            lambda: "{" + ", ".join(f"{e(self.pick('text', 'integer', 'pair'), d)}: {e(None, d)}" for _ in range(self.r.randrange(0, 4))) + "}",
            lambda: f"{{{name}: {name} * 2 for {name} in {e('listing', d)}}}",
            lambda: f"{{**{e('table', d)}, {e('text', d)}: {e('integer', d)}}}",
            lambda: f"({e('table', d)} | {e('table', d)})",
            lambda: f"dict(zip({e('listing', d)}, {e('listing', d)}))",
            lambda: f"dict.fromkeys({e('text', d)}, {e('integer', d)})",
            lambda: f"dict(a={e('integer', d)}, b={e('text', d)})",
        ])()

    def collection(self, depth):
        e, d = self.expression, depth - 1
        if depth <= 0:
            return self.pick("set()", "{1, 2}", "frozenset('ab')")
        return self.r.choice([
            lambda: f"{self.pick('set', 'frozenset')}({e(self.pick('listing', 'text', 'pair'), d)})",
            lambda: f"({e('collection', d)} {self.pick('|', '&', '-', '^')} {e('collection', d)})",
            lambda: f"{{x for x in {e('listing', d)}}}",
        ])()

    def truth(self, depth):
        e, d = self.expression, depth - 1
        if depth <= 0:
            return self.pick("True", "False", "None", "not 1")
        kind = self.pick("integer", "floating", "text", "listing", "pair", "raw")
        return self.r.choice([
            lambda: f"({e(kind, d)} {self.pick('<', '<=', '==', '!=', '>', '>=')} {e(kind, d)})",
            lambda: f"({e('integer', d)} < {e('integer', d)} <= {e('floating', d)})",
            lambda: f"({e('collection' if self.chance(0.1) else None, d)} {self.pick('in', 'not in')} {e(self.pick('listing', 'pair', 'table', 'collection'), d)})",
            lambda: f"({e('text', d)} in {e('text', d)})",
            lambda: f"(not {e(None, d)})",
            lambda: f"bool({e('truth', d)} {self.pick('and', 'or')} {e(None, d)})",
            lambda: f"isinstance({e(None, d)}, ({self.pick('int', 'str', 'list', 'float')}, {self.pick('tuple', 'bytes', 'dict')}))",
            lambda: f"{e('text', d)}.{self.pick('isalpha', 'isdigit', 'isupper', 'isspace', 'isidentifier', 'istitle', 'isnumeric', 'isascii')}()",
            lambda: f"{e('text', d)}.{self.pick('startswith', 'endswith')}({e('text', d)})",
            lambda: f"{self.pick('any', 'all')}({e('listing', d)})",
            lambda: f"({e('collection', d)} {self.pick('<', '<=', '==', '>=')} {e('collection', d)})",
        ])()

    def number(self, depth):
        e, d = self.expression, depth - 1
        value = self.r.randrange(-3, 8)
        if depth <= 0:
            return f"{self.pick('Number', 'Child')}({value})"
        return self.r.choice([
            lambda: f"{self.pick('Number', 'Child', 'Child.make')}({value})",
            lambda: f"({e('number', d)} + {e(self.pick('integer', 'number', 'text'), d)})",
            lambda: f"({e('integer', d)} + {e('number', d)})",
            lambda: f"({e('number', d)} * {e(self.pick('integer', 'text'), d)})",
            lambda: f"(-{e('number', d)})",
            lambda: f"max({e('number', d)}, {e('number', d)})",
            lambda: f"Child({value}).{self.pick('double', 'vanilla', 'missing', 'level', 'n')}",
            lambda: f"{e('number', d)}({e('integer', d)}, *{e('pair', d)}, k=1)",
            lambda: f"{e('number', d)}[{self.r.randrange(-1, 4)}]",
            lambda: f"[*{e('number', d)}]",
        ])()

    # Statements: each returns lines.

    def block(self, depth, count=2):
        lines = []
        for _ in range(self.r.randrange(1, count + 1)):
            lines += self.statement(depth - 1)
        return ["    " + line for line in lines]

    def statement(self, depth):
        simple = [self.assign, self.assign, self.augment, self.print, self.print, self.mutate, self.unpack]
        compound = [self.branch, self.loop, self.while_loop, self.attempt, self.function, self.generator, self.managed, self.matching, self.closure, self.class_, self.group,
                    self.scopes, self.template, self.coroutine, self.descriptor, self.generic, self.call, self.conversion, self.iterators, self.traced]
        return self.r.choice(simple + compound if depth > 0 else simple)(depth)

    def assign(self, depth):
        kind = self.r.choice(["integer", "integer", "floating", "text", "listing", "pair", "table", "number", "raw"])
        names = self.known(kind)
        name = self.r.choice(names) if names and self.chance(0.4) else self.fresh("v")
        line = f"{name} = {self.expression(kind)}"
        self.names[name] = kind
        return [line]

    def augment(self, depth):
        kind = self.r.choice(["integer", "floating", "text", "listing"])
        names = self.known(kind)
        if not names:
            return self.assign(depth)
        name = self.r.choice(names)
        operator = {"integer": self.pick("+", "-", "*", "//", "%", "|", "&", "^"), "floating": self.pick("+", "-", "*", "/")}.get(kind, "+")
        return [f"{name} {operator}= {self.expression(kind, 2)}", f"show({name!r}, {name})"]

    def print(self, depth):
        kind = "collection" if self.chance(0.1) else None
        return [f"show({self.serial}, stable({self.expression(kind)}))"]

    def mutate(self, depth):
        e = self.expression
        kind = self.pick("listing", "table")
        names = self.known(kind)
        if not names:
            return self.assign(depth)
        name = self.r.choice(names)
        if kind == "listing":
            action = self.r.choice([
                lambda: f"{name}.{self.pick('append', 'remove', 'index', 'count')}({e(None, 1)})", lambda: f"{name}.extend({e('listing', 1)})", lambda: f"{name}.insert({self.r.randrange(-3, 5)}, {e('integer', 1)})",
                lambda: f"{name}.{self.pick('reverse', 'sort', 'clear', 'copy', 'pop')}()", lambda: f"{name}.pop({self.r.randrange(-2, 4)})"])()
            target = self.r.choice([lambda: f"{name}[{self.r.randrange(-3, 4)}] = {e(None, 1)}", lambda: f"{name}[{self.slice(1)}] = {e('listing', 1)}", lambda: f"del {name}[{self.slice(1)}]"])()
        else:
            action = self.r.choice([
                lambda: f"{name}.{self.pick('get', 'pop', 'setdefault')}({e('text', 1)}, {e('integer', 1)})", lambda: f"{name}.update({e('table', 1)})", lambda: f"{name}.{self.pick('popitem', 'copy', 'clear')}()"])()
            target = self.r.choice([lambda: f"{name}[{e('text', 1)}] = {e(None, 1)}", lambda: f"del {name}[{e('text', 1)}]", lambda: f"{name}[{e('pair', 1)}] = 0"])()
        return [f"show('did', {action})" if self.chance(0.5) else target, f"show({name!r}, {name})"]

    def unpack(self, depth):
        a, b, c = (self.fresh("u") for _ in range(3))
        shape = self.pick(f"{a}, {b} = ", f"{a}, *{b} = ", f"*{a}, {b} = ", f"{a}, (*{b}, {c}) = ", f"{a} = {b} = ", f"[{a}, {b}, *{c}] = ")
        lines = [f"{shape}{self.expression(self.pick('pair', 'listing', 'text'), 2)}", f"show('unpacked', {a})"]
        return lines

    def branch(self, depth):
        lines = [f"if {self.expression('truth', 2)}:"] + self.block(depth)
        if self.chance(0.4):
            lines += [f"elif {self.expression('truth', 2)}:"] + self.block(depth)
        if self.chance(0.6):
            lines += ["else:"] + self.block(depth)
        return lines

    def loop(self, depth):
        name = self.fresh("x")
        lines = [f"for {name} in list({self.expression(self.pick('listing', 'text', 'pair', 'table'), 2)})[:6]:", f"    show('loop', {name})"] + self.block(depth)
        if self.chance(0.5):
            lines += [f"    if {self.expression('truth', 1)}:", f"        {self.pick('break', 'continue')}"] + ["    print('after')"]
        if self.chance(0.5):
            lines += ["else:", "    print('loop ended')"]
        return lines

    def while_loop(self, depth):
        name = self.fresh("w")
        lines = [f"{name} = 0", f"while {name} < {self.r.randrange(1, 5)}:", f"    {name} += 1"] + self.block(depth)
        if self.chance(0.4):
            lines += [f"    if {name} == 2: {self.pick('break', 'continue')}"]
        return lines + ["else:", "    print('while ended')"]

    def attempt(self, depth):
        kind = self.pick("ValueError", "TypeError", "(KeyError, IndexError)", "Exception", "ZeroDivisionError", "ArithmeticError")
        lines = ["try:"] + self.block(depth)
        if self.chance(0.5):
            lines += [f"    raise {self.pick('ValueError', 'KeyError', 'ZeroDivisionError')}({self.expression('text', 1)})" + self.pick("", " from None", " from KeyError('cause')")]
        lines += [f"except {kind} as error:", "    print('caught', type(error).__name__, type(error.__cause__).__name__, type(error.__context__).__name__)"]
        if self.chance(0.3):
            lines += ["    raise"]
        if self.chance(0.4):
            lines += ["else:"] + self.block(depth)
        if self.chance(0.5):
            lines += ["finally:", "    print('finally')"] + self.block(depth)
        return lines


    def function(self, depth):
        name, saved = self.fresh("f"), self.names
        self.names = {"a": "integer", "b": "text", "rest": "pair"}
        lines = [f"def {name}(a, b={self.r.choice(TEXTS)}, *rest, c={self.r.choice(INTEGERS)}, **more):"] + self.block(depth, 3)
        lines += [f"    {self.pick('return', 'return', 'yield')} {self.expression(None, 2)}"]
        self.names = saved
        argument = self.pick("{}", "{}, 'b'", "{}, 'b', 3, 4", "{}, c=5, d=6", "*[{}], **{{'c': 2}}", "b='x'", "{}, a=1").format(self.expression("integer", 1))
        return lines + [f"result = {name}({argument})", "show('result', list(map(stable, result)) if hasattr(result, '__next__') else stable(result))"]

    def generator(self, depth):
        name, saved = self.fresh("g"), self.names
        self.names = {"n": "integer"}
        lines = [f"def {name}(n):", f"    for i in range({self.r.randrange(0, 4)}):", "        try:", "            got = yield i", "            if got is not None: print('got', got)",
                 "        except ValueError:", "            yield 'handled'", "        finally:", "            print('step', i)"]
        if self.chance(0.5):
            lines += [f"    yield from {self.expression('listing', 1)}"]
        lines += [f"    return {self.expression('integer', 1)}"]
        self.names = saved
        use = self.r.choice([
            [f"show('all', list({name}(1)))"],
            [f"it = {name}(2)", "show('first', next(it, 'none'))", "show('sent', it.send(5))", "it.close()"],
            [f"it = {name}(2)", "next(it)", "show('thrown', it.throw(ValueError('v')))", "show('rest', list(it))"],
            [f"def outer():\n    r = yield from {name}(3)\n    print('returned', r)", "show('outer', list(outer()))"],
            [f"a, *b = {name}(1)", "show('unpacked', (a, b))"]])
        return lines + [line for text in use for line in text.split("\n")]

    def closure(self, depth):
        name, value = self.fresh("make"), self.r.choice(INTEGERS)
        return [f"def {name}(n):", f"    total = {value}", "    def add(x=1):", "        nonlocal total", f"        total {self.pick('+', '-', '*')}= x + n", "        return total",
                "    return add, lambda: total", f"add, get = {name}({self.expression('integer', 1)})", f"show('closure', (add(), add({self.expression('integer', 1)}), get()))"]

    def class_(self, depth):
        name = self.fresh("C")
        base = self.pick("", "(Number)", "(Child)", "(list)", "(dict)", "(int)", "(Exception)", "(str)")
        lines = [f"class {name}{base}:", f"    field = {self.r.choice(INTEGERS)}"]
        for method in self.r.sample(["__repr__", "__eq__", "__len__", "__add__", "__getitem__", "__bool__", "__contains__", "__getattr__", "__iter__"], 3):
            arguments = {"__repr__": "self", "__len__": "self", "__bool__": "self", "__iter__": "self"}.get(method, "self, other")
            result = {"__repr__": "'repr'", "__len__": str(self.r.randrange(-1, 4)), "__bool__": self.pick("True", "False", "1"), "__iter__": "iter([1, 2])", "__getattr__": "(other, 1)", "__contains__": self.pick("self.field", "True", "other")}.get(method, self.pick("self.field", "True", "NotImplemented", "other"))
            lines += [f"    def {method}({arguments}): return {result}"]
        use = self.r.choice(["len(o)", "bool(o)", "o + 1", "o == 1", "o[0]", "1 in o", "list(o)", "o.missing", "o.field", "1 + o", "[o]", "o < o", "o != o", "hash(o) and 0", "str(o)", "f'{o}'"])
        create = f"{name}({self.pick('', '', '1', '[1]')})"
        return lines + [f"o = {create}", f"show({use!r}, {use})", f"show('mro', [c.__name__ for c in {name}.__mro__])"]

    def managed(self, depth):
        return [f"with {self.expression('number', 0)} as {self.pick('m', '(m)')}" + self.pick("", f", Number({self.r.randrange(4)})") + ":"] + self.block(depth) + [f"    {self.pick('1 / 0', 'pass', 'print(m.n)')}"]

    def matching(self, depth):
        subject = self.expression(self.pick("integer", "text", "listing", "pair", "table", "number"), 2)
        cases = self.r.sample(["0 | 1", "int(x) if x > 5", "str()", "[]", "[a]", "[a, *rest]", "(1, b)", "{'a': v}", "{'a': 1, **others}", "Number(n=k)", "float()", "None", "'abc'", "[[_, _], *_]", "{}", "bool()", "list() | tuple()", "-1 | 2.5"], 5)
        lines = [f"match {subject}:"]
        for number, case in enumerate(cases):
            lines += [f"    case {case}:", f"        print('case', {number}, sorted(n for n in locals() if n in ('x', 'a', 'rest', 'b', 'v', 'others', 'k')))"]
        return lines + ["    case _:", "        print('other')"]

    def group(self, depth):
        return ["try:", "    raise ExceptionGroup('g', [ValueError(1), KeyError('k'), " + self.pick("TypeError()", "ExceptionGroup('i', [ValueError(2)])", "OSError()") + "])",
                f"except* {self.pick('ValueError', 'KeyError', '(ValueError, TypeError)', 'OSError')} as group:", "    print('group', [type(e).__name__ for e in group.exceptions])"]

    def program(self, pieces):
        """Source of a program with so many pieces."""
        parts = [PRELUDE]
        for number in range(pieces):
            lines = self.statement(2)
            body = "\n".join("    " + line for line in lines)
            parts.append(f"print('piece', {number})\ntry:\n{body}\nexcept Exception as error:\n    print('error', type(error).__name__, str(error)[:200])")
        return "\n".join(parts) + "\n"


def program(seed, pieces=12):
    return Generator(seed).program(pieces)
