def show(label, f):
    try:
        f()
    except BaseException as e:
        print(label, type(e).__name__, e, repr(e), e.args)

def bare(): raise
def not_exception(): raise 5
def bad_class(): raise int
def bad_cause(): raise ValueError from 5
class Odd(Exception):
    def __new__(cls): return 7
def odd(): raise Odd
show('bare', bare)
show('value', not_exception)
show('class', bad_class)
show('cause', bad_cause)
show('odd', odd)

try:
    raise ValueError("a") from KeyError("b")
except ValueError as e:
    print(repr(e.__cause__), e.__suppress_context__, e.__context__)
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise ValueError from None
except ValueError as e:
    print(repr(e.__cause__), e.__suppress_context__, repr(e.__context__))

def catch(what):
    try:
        raise ValueError("x")
    except what:
        print("caught")
show('match', lambda: catch(5))
show('match tuple', lambda: catch((ValueError, 5)))
show('match tuple 2', lambda: catch((5, ValueError)))
show('no match', lambda: catch((KeyError, TypeError)))
catch((KeyError, ValueError))

# context cycles are cut
a, b, c = Exception('a'), Exception('b'), Exception('c')
try:
    try:
        try:
            raise a
        except Exception:
            raise b
    except Exception:
        raise a
except Exception as e:
    print(e, e.__context__, e.__context__.__context__)

def finally_return():
    try:
        raise ValueError
    finally:
        return 'swallowed'
print(finally_return())

def nested():
    try:
        raise ValueError('inner')
    except ValueError as e:
        print(_handled() is e)
        try:
            raise TypeError('second')
        except TypeError as f:
            print(_handled() is f, f.__context__ is e)
        print(_handled() is e)
    print(_handled())
nested()

for attribute in ['__traceback__', '__context__', '__cause__', 'args', '__suppress_context__']:
    e = Exception(1)
    def delete(): delattr(e, attribute)
    def assign(): setattr(e, attribute, 5)
    show('del ' + attribute, delete)
    show('set ' + attribute, assign)
e = Exception(1, 2)
e.args = [3]
print(e, repr(e), e.args, str(Exception()), str(Exception(1, 2)))
e.add_note('note 1')
e.add_note('note 2')
print(e.__notes__)
show('note', lambda: e.add_note(5))
print(e.with_traceback(None) is e)
e.extra = 1
print(e.__reduce__())
print(e.__setstate__({'other': 2}), e.other)
show('state', lambda: e.__setstate__(5))
show('kw', lambda: ValueError(a=1))
print(StopIteration(1, 2).value, StopIteration().value, SystemExit().code, SystemExit(3).code, SystemExit(1, 2).code)
print(KeyError('k'), KeyError('a', 'b'), KeyError(), repr(KeyError('k')))
show('keyerror', lambda: {}['missing'])
class Sub(ValueError):
    def __init__(self, a, b):
        self.a = a
print(repr(Sub(1, 2)), Sub(1, 2).args, Sub(1, 2).a)
class Named(AttributeError): pass
e = Named('m', name='n', obj=5)
print(e.name, e.obj, e, e.__reduce__())
show('kw2', lambda: AttributeError(foo=1))
show('kw3', lambda: ImportError('x', bar=1))
e = ImportError('msg', name='n', path='p')
print(e.msg, e.name, e.path, e.name_from, e, e.__reduce__())
print(ImportError('a', 'b').msg, ImportError('a', 'b'))
print(NameError('x', name='y').name)
def undefined(): return undefined_name
try:
    undefined()
except NameError as e:
    print(e, e.name)
try:
    (5).foo
except AttributeError as e:
    print(e, e.name, e.obj)
def unbound():
    print(zzz)
    zzz = 1
show('unbound', unbound)
print(issubclass(ExceptionGroup, Exception), ExceptionGroup.__mro__, ExceptionGroup.__bases__)
print(EnvironmentError is OSError, IOError is OSError)
