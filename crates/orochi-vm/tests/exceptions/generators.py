def show(f):
    try:
        print('->', f())
    except BaseException as e:
        print(type(e).__name__, e)
def g():
    try:
        got = yield 1
        print('got', got)
        got = yield 2
        print('got', got)
    except ValueError as e:
        print('caught', e)
        yield 'after'
    finally:
        print('finally')
    return 'result'
it = g()
print(it.__name__, it.__qualname__, it.gi_running, it.gi_suspended, it.gi_yieldfrom, type(it))
show(lambda: it.send(5))
print(next(it))
print(it.gi_suspended)
print(it.send('x'))
print(it.throw(ValueError('thrown')))
show(lambda: next(it))
show(lambda: next(it))
show(lambda: it.throw(KeyError('closed')))
it = g(); next(it); print(it.close())
it = g(); print(it.close()); show(lambda: next(it))
it = g(); show(lambda: it.throw(KeyError('early'))); show(lambda: next(it))
def ret():
    try:
        yield 1
    except GeneratorExit:
        return 'bye'
it = ret(); next(it); print(it.close())
def ignore():
    try:
        yield 1
    except GeneratorExit:
        yield 2
it = ignore(); next(it); show(it.close)
def stop():
    yield 1
    raise StopIteration('inside')
it = stop(); next(it)
try:
    next(it)
except RuntimeError as e:
    print(e, repr(e.__cause__), e.__cause__ is e.__context__)
def self_running():
    yield next(me)
me = self_running(); show(lambda: next(me))
show(lambda: it.throw(5))
show(lambda: it.throw(ValueError('a'), 'b'))
show(lambda: it.throw(int))
it.__name__ = 'new'; it.__qualname__ = 'qual'
print(it.__name__, repr(it)[:22])
def bad(): it.__name__ = 5
show(bad)

def inner():
    while True:
        try:
            got = yield 'i'
            print('inner got', got)
            if got == 'end':
                return 'inner result'
        except ValueError as e:
            print('inner caught', e)
            if str(e) == 'stop': return 'via throw'
        except GeneratorExit:
            print('inner exit')
            raise
def outer():
    r = yield from inner()
    print('outer', r)
    r = yield from inner()
    print('outer', r)
    yield 'last'
it = outer()
print(next(it), it.gi_yieldfrom is not None)
print(it.send('a'))
print(it.throw(ValueError('x')))
print(it.send('end'))
print(it.throw(ValueError('stop')))
show(lambda: next(it))
it = outer(); next(it); it.close()
class It:
    def __iter__(self): return self
    def __next__(self): return 'n'
    def send(self, v): print('send', v); return 's'
    def throw(self, *a): print('throw', a[0]); return 't'
    def close(self): print('close')
def over(): yield from It()
it = over(); print(next(it), it.send(3), it.throw(ValueError)); it.close()
class Plain:
    def __iter__(self): return self
    def __next__(self): return 1
def over2():
    try:
        yield from Plain()
    except ValueError as e:
        print('here', e)
        yield 'x'
it = over2(); next(it); print(it.throw(ValueError('p')))
show(lambda: next(iter(over()).gi_frame))
# handled exceptions
def handling():
    try:
        raise ValueError('own')
    except ValueError:
        yield _handled()
        print(_handled())
    print(_handled())
    yield
try:
    raise KeyError('outer 1')
except KeyError:
    it = handling()
    print(repr(next(it)), repr(_handled()))
try:
    raise KeyError('outer 2')
except KeyError:
    next(it)
    print(repr(_handled()))
def context():
    try:
        yield
    except ValueError as e:
        print(repr(e.__context__))
        yield
try:
    raise KeyError('ctx')
except KeyError:
    it = context(); next(it); it.throw(ValueError('v'))
class Stops:
    def __iter__(self): return self
    def __next__(self): raise StopIteration('carried')
def carried():
    print((yield from Stops()), (yield from iter(lambda: 1, 1)), (yield from map(str, [])))
    yield
next(carried())
def returning():
    yield 1
    return 'value'
print(list(returning()), [x for x in returning()], tuple(map(str, returning())))
