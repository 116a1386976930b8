group = ExceptionGroup("several", [ValueError(1), TypeError("t"), ExceptionGroup("inner", [KeyError("k"), ValueError(2)])])
print(group, len(group.exceptions), group.message, repr(group))
match, rest = group.split(ValueError)
print(repr(match), repr(rest), sep="\n")
print(repr(group.subgroup(lambda e: isinstance(e, KeyError))), group.subgroup(OSError))
try:
    raise group
except* ValueError as eg:
    print("values", [e.args for e in eg.exceptions], type(eg).__name__)
except* (TypeError, KeyError) as eg:
    print("others", repr(eg))
def partly():
    try:
        raise ExceptionGroup("g", [ValueError("v"), OSError("o")])
    except* ValueError as eg:
        print("handled", eg.exceptions)
    else:
        print("never")
    finally:
        print("finally")
try:
    partly()
except ExceptionGroup as error:
    print("left", repr(error))
def naked():
    try:
        raise ValueError("naked")
    except* ValueError as eg:
        print(type(eg).__name__, eg.exceptions, repr(eg.message))
naked()
def raising_inside():
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError:
        raise KeyError("new")
    except* TypeError as eg:
        raise
try:
    raising_inside()
except BaseExceptionGroup as error:
    print(repr(error), [repr(e.__context__) for e in error.exceptions])
try:
    try:
        raise KeyError("unmatched")
    except* ValueError:
        print("no")
except KeyError as error:
    print("passes through", repr(error))
for _ in range(2):
    try:
        pass
    except* ValueError:
        print("no")
    else:
        print("else")
print(type(BaseExceptionGroup("b", [ValueError()])).__name__, type(BaseExceptionGroup("b", [KeyboardInterrupt()])).__name__)
for code in ("ExceptionGroup('x', [])", "ExceptionGroup('x', [5])", "ExceptionGroup('x', [KeyboardInterrupt()])", "ExceptionGroup(5, [ValueError()])", "ExceptionGroup('x')"):
    try:
        eval(code)
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
try:
    try:
        raise ExceptionGroup("g", [ValueError()])
    except* ExceptionGroup:
        pass
except TypeError as error:
    print(error)
class MyGroup(ExceptionGroup):
    def derive(self, excs):
        return MyGroup(self.message + "*", excs)
try:
    raise MyGroup("mine", [ValueError(), TypeError()])
except* ValueError as eg:
    print(type(eg).__name__, eg.message)
except* TypeError as eg:
    print(type(eg).__name__, eg.message)
def nested(n):
    e = ValueError(n)
    for i in range(n):
        e = ExceptionGroup(str(i), [e])
    return e
try:
    raise nested(3)
except* ValueError as eg:
    print(repr(eg))
def loop():
    for i in range(3):
        try:
            if i:
                raise ExceptionGroup("g", [ValueError(i)])
        except* ValueError as eg:
            print(i, eg.exceptions)
loop()
