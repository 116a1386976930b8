"""Further pieces for `generate.py`: scopes, templates, coroutines, descriptors, generics, calls, conversions,
iterators and tracing."""


class Pieces:
    """Statements of several lines, each with its output."""

    def scopes(self, depth):
        """What is seen from comprehensions, lambdas, class bodies and exec."""
        name = self.fresh("S")
        value = self.expression("integer", 1)
        return self.r.choice([
            [f"show('scope', [sorted(k for k in locals() if len(k) == 1) for z in range({self.r.randrange(3)})])"],
            [f"class {name}:", f"    k = {value}", "    row = [w for w in (1, 2)]", f"    def m(self): return __class__.{self.pick('k', 'row', 'absent')}",
             f"    pairs = [(w, u) for w in row for u in {self.pick('row', '(3,)', 'range(w)')}]", f"o = {name}()", "show('class', (o.row, o.pairs, o.m()))"],
            [f"space = {{'q': {value}}}", f"exec({self.pick(repr('p = q + 1'), repr('def f(): return q') , repr('del q'), repr('[q := i for i in (4, 5)]'))}, space)",
             "show('space', sorted(k for k in space if k[0] != '_'))", "show('value', eval('q', space))"],
            ["def late():", f"    if {self.expression('integer', 1)}: bound = 1", f"    {self.pick('return bound', 'del bound; return bound', 'return [bound for _ in (1,)]', 'return (lambda: bound)()')}", "show('late', late())"],
            [f"functions = [lambda a=i: (a, i) for i in range({self.r.randrange(1, 4)})]", "show('lambdas', [f() for f in functions])"]])

    def template(self, depth):
        inner, spec = self.expression("integer", 1).replace("'", '"'), self.pick("", "!r", ":>8", "!s:^6", ":{3}d", "=")
        if "{" in inner or '"' in inner or "!" in inner or ":" in inner or "=" in inner:
            inner = "v0 if 0 else 4" if "v0" in self.names else "4"
        return [f"t = t'a{{{inner}{spec}}}b{{1}}'", "show('strings', t.strings)", "show('values', t.values)",
                "show('parts', [(i.expression, i.conversion, i.format_spec) for i in t.interpolations])", "show('joined', [type(p).__name__ for p in t])"]

    def coroutine(self, depth):
        name = self.fresh("co")
        return [f"class Step{name}:", "    def __await__(self):", f"        got = yield {self.expression('integer', 1)}", "        return got",
                f"async def {name}(n):", "    total = 0", "    try:", "        for i in range(n):", f"            total += await Step{name}()",
                f"    except {self.pick('ValueError', 'TypeError', 'GeneratorExit')}:", "        return 'caught'", "    finally:", "        print('done')", "    return total",
                f"c = {name}({self.r.randrange(0, 3)})", "try:", "    c.send(None)", f"    {self.pick('c.send(5)', 'c.throw(ValueError(1))', 'c.close()', 'c.send(None)')}",
                "    c.send(6)", "except StopIteration as stop:", "    show('returned', stop.value)", "finally:", "    c.close()"]

    def descriptor(self, depth):
        name = self.fresh("D")
        slots = self.pick("", "    __slots__ = ('x', '_y')", "    __slots__ = ['x', '__dict__']")
        return [f"class Field{name}:", "    def __set_name__(self, owner, name): self.name = name", "    def __get__(self, obj, owner=None): return (self.name, obj is None)",
                *self.pick([], ["    def __set__(self, obj, value): print('set', self.name, value)"], ["    def __delete__(self, obj): print('delete', self.name)"]),
                f"class {name}:", *filter(None, [slots]), f"    f = Field{name}()", "    @property", "    def y(self): return self._y", "    @y.setter", "    def y(self, value): self._y = value * 2",
                f"o = {name}()", f"show('get', ({name}.f, o.f))", self.pick("o.f = 1", "o.x = 1", "del o.f", "o.y = 3", "del o.y", "o.z = 1", f"{name}.f = 2"),
                f"show('after', {self.pick('o.f', 'o.y', 'o.x', 'vars(o)', 'o.z')})"]

    def generic(self, depth):
        name = self.fresh("G")
        return [f"class {name}[T, *Ts, **P]:", "    def m[U](self, a: T, b: U = None) -> list[U]: return a", f"type A{name}[K] = dict[K, {name}[K, int, [str]]]",
                f"show('params', [str(p) for p in {name}.__type_params__])", f"show('alias', str({self.pick(f'{name}[int, str, [int]]', f'{name}[int]', f'A{name}[int]', f'A{name}.__value__', f'{name}.m.__type_params__', f'list[{name}] | None', f'{name}[int, ...]')}).replace({name!r}, 'G'))",
                f"show('hints', sorted({name}.m.__annotations__))"]

    def call(self, depth):
        parameters = self.pick("a, /, b, *, c", "a, b=2, /, *args, c=3, **kw", "*, c, **kw", "a=1, *, c=3", "a, b", "*args", "**kw", "a, /")
        arguments = self.pick("1", "1, 2", "1, 2, c=3", "a=1, b=2", "a=1, c=2", "*(1, 2, 3)", "**{'c': 1}", "1, *[2], c=4, **{'d': 5}", "1, 2, 3, 4", "", "**{'a': 1}, a=2", "*5", "**[1]", "c=1, **{'c': 2}")
        keyword = self.fresh("f")
        return [f"def {keyword}({parameters}): return sorted(locals().items(), key=str)", f"show('called', {keyword}({arguments}))"]

    def conversion(self, depth):
        integer, real = self.r.choice(self.INTEGERS), self.r.choice(self.FLOATS)
        text, data = self.r.choice(self.TEXTS), self.r.choice(self.BYTES)
        order, signed = self.pick("'big'", "'little'"), self.pick("True", "False")
        encoding = self.pick("'utf-8'", "'ascii'", "'latin-1'", "'utf-16-le'", "'utf-32-be'")
        errors = self.pick("'strict'", "'replace'", "'backslashreplace'", "'ignore'")
        expression = self.pick(
            f"({integer}).to_bytes({self.r.randrange(1, 12)}, {order}, signed={signed})",
            f"int.from_bytes({data}, {order}, signed={signed})",
            f"int({text}, {self.pick('0', '2', '10', '16', '36', '1')})",
            f"float({text})", f"complex({text})", f"({real}).hex()", f"({real}).as_integer_ratio()",
            f"{text}.encode({encoding}, {errors})", f"{data}.decode({encoding}, {errors})",
            f"format({integer}, {self.pick(',d', '#x', '+010b', 'e', '_o', '%', 'q', 'c', '^+9_d', ',.2f', 'n')!r})",
            f"format({real}, {self.pick('.3g', '+e', '010.2f', '%', ',.1f', 'g', 'd', '_.3f', '<9', '=+12.1e')!r})",
            f"round({real}, {self.r.randrange(-3, 4)})", f"divmod({integer}, {self.r.choice(self.INTEGERS)})",
            f"{text}.translate({{97: None, 98: {self.pick('99', repr('xy'), '-1', 'None')}}})",
            f"bytes(memoryview({data})[{self.pick('::2', '1:', '::-1', '9:', '0')}])",
            f"{text}.{self.pick('partition', 'rpartition', 'split', 'rsplit', 'count', 'find', 'index', 'removeprefix')}({self.r.choice(self.TEXTS)})",
            f"({integer}).{self.pick('bit_length', 'bit_count', 'conjugate', 'is_integer', 'as_integer_ratio')}()")
        return [f"show('converted', {expression})"]

    def iterators(self, depth):
        source = self.expression("listing", 1)
        return ["import itertools, functools", f"source = {source}", "show('iterated', " + self.pick(
            "list(itertools.accumulate(source))", "list(itertools.batched(source, 2))", "list(itertools.pairwise(source))", "[(k, list(g)) for k, g in itertools.groupby(source, type)] and 0",
            "list(itertools.zip_longest(source, 'ab', fillvalue=0))", "list(itertools.islice(itertools.cycle(source), 5))", "list(itertools.combinations(source, 2))[:6]",
            "list(itertools.product(source, repeat=2))[:5]", "functools.reduce(lambda a, b: (a, b), source)", "list(map(lambda a, b: (a, b), source, 'xyz', strict=True))",
            "list(zip(source, 'abc', strict=True))", "sorted(source, key=str, reverse=True)", "list(enumerate(source, start=True))", "[*itertools.chain.from_iterable([source, 'ab'])]",
            "list(itertools.starmap(pow, [(2, 3), (3, 2)]))", "min(source, default='none', key=str)", "sum(source, start=0)", "list(reversed(source))", "any(source), all(source)", "list(itertools.compress(source, [1, 0, 1]))",
            "list(itertools.takewhile(bool, source))", "[next(i, None) for i in itertools.tee(source, 2)]") + ")"]

    def traced(self, depth):
        """Which functions and lines a tracer sees."""
        name = self.fresh("t")
        body = self.pick(["    for i in range(2):", "        n += i", "    return n"], ["    try:", "        return 1 // n", "    except ZeroDivisionError:", "        return 0"],
                         ["    if n:", "        n = 1", "    else:", "        n = 2", "    return n"], ["    while n > 0:", "        n -= 1", "    return [", "        n,", "    ]"])
        return ["import sys", f"def {name}(n):", *body, "seen = []", f"def tracer(frame, event, argument):", f"    if frame.f_code is {name}.__code__: seen.append((event, frame.f_lineno - frame.f_code.co_firstlineno))", "    return tracer",
                "sys.settrace(tracer)", "try:", f"    {name}({self.r.randrange(0, 3)})", "finally:", "    sys.settrace(None)", "show('traced', seen)"]
