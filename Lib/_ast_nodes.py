"""The classes of syntax trees, made from one table: the abstract syntax of Python 3.14."""

import sys

_GRAMMAR = """
mod = Module(stmt* body, type_ignore* type_ignores)
    | Interactive(stmt* body)
    | Expression(expr body)
    | FunctionType(expr* argtypes, expr returns)
stmt = FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)
     | AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)
     | ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params)
     | Return(expr? value)
     | Delete(expr* targets)
     | Assign(expr* targets, expr value, string? type_comment)
     | TypeAlias(expr name, type_param* type_params, expr value)
     | AugAssign(expr target, operator op, expr value)
     | AnnAssign(expr target, expr annotation, expr? value, int simple)
     | For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)
     | AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)
     | While(expr test, stmt* body, stmt* orelse)
     | If(expr test, stmt* body, stmt* orelse)
     | With(withitem* items, stmt* body, string? type_comment)
     | AsyncWith(withitem* items, stmt* body, string? type_comment)
     | Match(expr subject, match_case* cases)
     | Raise(expr? exc, expr? cause)
     | Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)
     | TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)
     | Assert(expr test, expr? msg)
     | Import(alias* names)
     | ImportFrom(identifier? module, alias* names, int? level)
     | Global(identifier* names)
     | Nonlocal(identifier* names)
     | Expr(expr value)
     | Pass
     | Break
     | Continue
expr = BoolOp(boolop op, expr* values)
     | NamedExpr(expr target, expr value)
     | BinOp(expr left, operator op, expr right)
     | UnaryOp(unaryop op, expr operand)
     | Lambda(arguments args, expr body)
     | IfExp(expr test, expr body, expr orelse)
     | Dict(expr?* keys, expr* values)
     | Set(expr* elts)
     | ListComp(expr elt, comprehension* generators)
     | SetComp(expr elt, comprehension* generators)
     | DictComp(expr key, expr value, comprehension* generators)
     | GeneratorExp(expr elt, comprehension* generators)
     | Await(expr value)
     | Yield(expr? value)
     | YieldFrom(expr value)
     | Compare(expr left, cmpop* ops, expr* comparators)
     | Call(expr func, expr* args, keyword* keywords)
     | FormattedValue(expr value, int conversion, expr? format_spec)
     | Interpolation(expr value, constant str, int conversion, expr? format_spec)
     | JoinedStr(expr* values)
     | TemplateStr(expr* values)
     | Constant(constant value, string? kind)
     | Attribute(expr value, identifier attr, expr_context ctx)
     | Subscript(expr value, expr slice, expr_context ctx)
     | Starred(expr value, expr_context ctx)
     | Name(identifier id, expr_context ctx)
     | List(expr* elts, expr_context ctx)
     | Tuple(expr* elts, expr_context ctx)
     | Slice(expr? lower, expr? upper, expr? step)
expr_context = Load | Store | Del
boolop = And | Or
operator = Add | Sub | Mult | MatMult | Div | Mod | Pow | LShift | RShift | BitOr | BitXor | BitAnd | FloorDiv
unaryop = Invert | Not | UAdd | USub
cmpop = Eq | NotEq | Lt | LtE | Gt | GtE | Is | IsNot | In | NotIn
comprehension = (expr target, expr iter, expr* ifs, int is_async)
excepthandler = ExceptHandler(expr? type, identifier? name, stmt* body)
arguments = (arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr?* kw_defaults, arg? kwarg, expr* defaults)
arg = (identifier arg, expr? annotation, string? type_comment)
keyword = (identifier? arg, expr value)
alias = (identifier name, identifier? asname)
withitem = (expr context_expr, expr? optional_vars)
match_case = (pattern pattern, expr? guard, stmt* body)
pattern = MatchValue(expr value)
        | MatchSingleton(constant value)
        | MatchSequence(pattern* patterns)
        | MatchMapping(expr* keys, pattern* patterns, identifier? rest)
        | MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns)
        | MatchStar(identifier? name)
        | MatchAs(pattern? pattern, identifier? name)
        | MatchOr(pattern* patterns)
type_ignore = TypeIgnore(int lineno, string tag)
type_param = TypeVar(identifier name, expr? bound, expr? default_value)
           | ParamSpec(identifier name, expr? default_value)
           | TypeVarTuple(identifier name, expr? default_value)
"""

_POSITION = ('lineno', 'col_offset', 'end_lineno', 'end_col_offset')
_PLACED = {'stmt', 'expr', 'excepthandler', 'arg', 'keyword', 'alias', 'pattern', 'type_param'}


def _warn(message):
    import warnings
    warnings.warn(message, DeprecationWarning, stacklevel=3)


class AST:
    _fields = ()
    _attributes = ()
    _field_types = {}
    __match_args__ = ()
    __module__ = 'ast'

    def __init__(self, /, *args, **kwargs):
        cls = type(self)
        fields = cls._fields
        if len(args) > len(fields):
            s = '' if len(fields) == 1 else 's'
            raise TypeError(f"{cls.__name__} constructor takes at most "
                            f"{len(fields)} positional argument{s}")
        for field, value in zip(fields, args):
            setattr(self, field, value)
        given = fields[:len(args)]
        missing = list(fields[len(args):])
        for name, value in kwargs.items():
            if name in given:
                raise TypeError(f"{cls.__name__} got multiple values for argument {name!r}")
            if name in missing:
                missing.remove(name)
            elif name not in cls._attributes:
                _warn(f"{cls.__name__}.__init__ got an unexpected keyword argument {name!r}. "
                      "Support for arbitrary keyword arguments is deprecated "
                      "and will be removed in Python 3.15.")
            setattr(self, name, value)
        types = cls._field_types
        for name in missing:
            kind = types.get(name) if isinstance(types, dict) else None
            if kind is None:
                if name not in types and not hasattr(cls, name):
                    _warn(f"Field {name!r} is missing from {cls.__module__}.{cls.__qualname__}."
                          "_field_types. This will become an error in Python 3.15.")
            elif isinstance(kind, _Union):
                continue
            elif isinstance(kind, _Alias):
                setattr(self, name, [])
            elif kind is expr_context:
                setattr(self, name, _singletons['Load'])
            else:
                _warn(f"{cls.__name__}.__init__ missing 1 required positional argument: {name!r}. "
                      "This will become an error in Python 3.15.")

    def __reduce__(self):
        cls, state = type(self), dict(self.__dict__)
        first = []
        for field in cls._fields:
            if field not in state:
                break
            first.append(state.pop(field))
        return _rebuild, (cls, tuple(first), state)

    def __replace__(self, /, **changes):
        cls = type(self)
        state = dict(self.__dict__)
        expected = set(cls._fields) | set(cls._attributes)
        for name in changes:
            if name not in expected and name not in state:
                raise TypeError(f"{cls.__name__}.__replace__ got an unexpected keyword argument "
                                f"{name!r}.")
        missing = [name for name in cls._fields
                   if name not in state and name not in changes and not hasattr(cls, name)]
        if missing:
            names = ', '.join(map(repr, missing))
            s = '' if len(missing) == 1 else 's'
            raise TypeError(f"{cls.__name__}.__replace__ missing {len(missing)} keyword "
                            f"argument{s}: {names}.")
        new = cls.__new__(cls)
        new.__dict__.update(state)
        new.__dict__.update(changes)
        return new

    def __repr__(self):
        return _show(self, 3)


AST.__name__ = AST.__qualname__ = 'AST'


def _rebuild(cls, args, state):
    new = cls.__new__(cls)
    for field, value in zip(cls._fields, args):
        setattr(new, field, value)
    for name, value in state.items():
        setattr(new, name, value)
    return new


def _show(node, depth):
    cls = type(node)
    if not cls._fields:
        return f'{cls.__name__}()'
    if depth <= 0:
        return f'{cls.__name__}(...)'
    parts = []
    for name in cls._fields:
        if not hasattr(node, name):
            continue
        parts.append(f'{name}={_show_value(getattr(node, name), depth - 1)}')
    return f'{cls.__name__}({", ".join(parts)})'


def _show_value(value, depth):
    if isinstance(value, AST):
        return _show(value, depth)
    if isinstance(value, (list, tuple)):
        shown = [_show_value(item, depth) for item in (value[:1] + value[-1:] if len(value) > 2 else value)]
        if len(value) > 2:
            shown.insert(1, '...')
        text = ', '.join(shown)
        if isinstance(value, list):
            return f'[{text}]'
        return f'({text},)' if len(value) == 1 else f'({text})'
    text = repr(value)
    if isinstance(value, (str, bytes)) and len(text) > 200:
        return text[:100] + '...' + text[-97:]
    return text


_Union = type(int | str)
_Alias = type(list[int])
_singletons = {}
_classes = {'AST': AST}
_BUILTIN = {'identifier': str, 'string': str, 'int': int, 'constant': object}


def _make(name, base, doc, fields, attributes):
    namespace = {'__module__': 'ast', '__doc__': doc, '_fields': fields, '__match_args__': fields,
                 '_field_types': {}}
    if attributes or base is AST:
        namespace['_attributes'] = attributes
        if attributes:
            namespace['end_lineno'] = namespace['end_col_offset'] = None
    cls = type(AST)(name, (base,), namespace)
    _classes[name] = globals()[name] = cls
    return cls


def _parameters(text):
    for item in text.split(', '):
        kind, name = item.split(' ')
        yield kind, name


def _build():
    rules = []
    for line in _GRAMMAR.strip().splitlines():
        if line.startswith(' '):
            rules[-1][1].append(line.strip().removeprefix('| '))
        else:
            name, _, rest = line.partition(' = ')
            rules.append((name, [rest] if '(' in rest else rest.split(' | ')))
    typed = []
    for name, choices in rules:
        attributes = _POSITION if name in _PLACED else ()
        if choices[0].startswith('('):
            doc = (name + choices[0]).replace('?*', '*')
            pairs = list(_parameters(choices[0][1:-1]))
            cls = _make(name, AST, doc, tuple(field for _, field in pairs), attributes)
            typed.append((cls, pairs))
            continue
        indent = '\n' + ' ' * (len(name) + 1) + '| '
        long = any('(' in choice for choice in choices)
        doc = f'{name} = ' + (indent if long else ' | ').join(choices)
        base = _make(name, AST, doc.replace('?*', '*'), (), attributes)
        for choice in choices:
            own, _, inside = choice.partition('(')
            pairs = list(_parameters(inside[:-1])) if inside else []
            fields = tuple(field for _, field in pairs)
            cls = _make(own, base, choice.replace('?*', '*'), fields, ())
            typed.append((cls, pairs))
            if not pairs and name not in ('stmt',):
                _singletons[own] = cls()
    for cls, pairs in typed:
        for kind, field in pairs:
            plain = kind.rstrip('?*')
            of = _BUILTIN.get(plain) or _classes[plain]
            if kind.endswith('*'):
                of = list[of]
            elif kind.endswith('?'):
                of = of | None
                setattr(cls, field, None)
            cls._field_types[field] = of


_build()
