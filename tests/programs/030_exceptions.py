def attempt(f):
    try:
        result = f()
    except (ValueError, TypeError) as error:
        print("caught", type(error).__name__, error.args)
    except LookupError as error:
        print("lookup", error)
    except Exception:
        import sys
        print("other", sys.exc_info()[0].__name__)
    else:
        print("else", result)
    finally:
        print("finally")
attempt(lambda: 1)
attempt(lambda: int("x"))
attempt(lambda: [][1])
attempt(lambda: {}["k"])
attempt(lambda: 1 / 0)
attempt(lambda: None + 1)
class Custom(Exception):
    pass
class Detailed(Custom):
    def __init__(self, a, b):
        self.a, self.b = a, b
    def __str__(self):
        return f"{self.a}-{self.b}"
try:
    raise Detailed(1, 2)
except Custom as error:
    print(error, error.args, repr(error))
try:
    raise Custom
except Custom as error:
    print(repr(error), str(error) == "", error.args)
print(repr(ValueError(1)), repr(ValueError("a", 2)), str(ValueError("a", 2)), str(KeyError("k")), str(KeyError()), str(Exception("x", 1)))
def nested():
    try:
        try:
            raise ValueError("inner")
        except TypeError:
            print("no")
        finally:
            print("inner finally")
    except ValueError as error:
        print("outer", error)
        try:
            raise KeyError("second")
        except KeyError as other:
            print(other, other.__context__ is error)
    try:
        error
    except NameError as e:
        print(e)
nested()
def reraise():
    try:
        raise ValueError("again")
    except ValueError:
        raise
try:
    reraise()
except ValueError as error:
    print(error, error.__traceback__ is not None)
for code in ("raise 5", "raise int", "raise None", "raise", "raise ValueError from 5"):
    try:
        exec(code)
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
try:
    try:
        1 / 0
    except "not a class":
        pass
except TypeError as error:
    print(error)
def selected(kinds):
    try:
        raise OSError(2, "No such file", "name")
    except kinds as error:
        return error.errno, error.strerror, error.filename, type(error).__name__, str(error)
print(selected(FileNotFoundError), selected((KeyError, (OSError))))
print(issubclass(ZeroDivisionError, ArithmeticError), issubclass(KeyError, LookupError), issubclass(UnicodeDecodeError, ValueError), issubclass(IOError, OSError), IOError is OSError, issubclass(KeyboardInterrupt, Exception))
try:
    exit_value = None
    raise SystemExit(3)
except SystemExit as error:
    print("exit", error.code)
try:
    open("/does/not/exist")
except OSError as error:
    print(error, error.errno)
try:
    b"\xff".decode("utf-8")
except UnicodeDecodeError as error:
    print(error, error.start, error.end, error.encoding, error.reason)
try:
    "é".encode("ascii")
except UnicodeEncodeError as error:
    print(error)
try:
    import does_not_exist
except ImportError as error:
    print(type(error).__name__, error, error.name)
try:
    from math import nothing
except ImportError as error:
    print(str(error).split(" (")[0])
try:
    {}.missing
except AttributeError as error:
    print(error.name, error.obj)
try:
    undefined_name
except NameError as error:
    print(error.name)
try:
    next(iter([]))
except StopIteration as error:
    print("stop", error.value, StopIteration(5).value)
def depth(n):
    try:
        if n == 0:
            raise ValueError("deep")
        depth(n - 1)
    finally:
        trail.append(n)
trail = []
try:
    depth(5)
except ValueError as error:
    print(error, trail)
error = ValueError("kept")
error.extra = 1
try:
    raise error
except ValueError as caught:
    print(caught is error, caught.extra)
def in_loop():
    out = []
    for i in range(5):
        try:
            if i % 2:
                raise ValueError(i)
            out.append(i)
        except ValueError as e:
            out.append(-e.args[0])
            continue
        finally:
            out.append("f")
    return out
print(in_loop())
import sys
print(sys.exc_info())
def exc_state():
    try:
        raise ValueError(1)
    except ValueError:
        def inner():
            return sys.exc_info()[1], sys.exception()
        a, b = inner()
        return repr(a), a is b
print(exc_state())
print(BaseException().with_traceback(None).__traceback__, Exception(1) == Exception(1))
