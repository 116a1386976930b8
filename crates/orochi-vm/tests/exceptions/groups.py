def show(f):
    try:
        print('->', f())
    except BaseException as e:
        print(type(e).__name__, e)
eg = ExceptionGroup('eg', [ValueError(1), TypeError(2), ExceptionGroup('in', [ValueError(3), OSError(4)])])
print(eg, repr(eg), eg.message, eg.exceptions, eg.args)
print(type(BaseExceptionGroup('x', [ValueError()])).__name__, type(BaseExceptionGroup('x', [KeyboardInterrupt()])).__name__)
show(lambda: ExceptionGroup())
show(lambda: ExceptionGroup('a'))
show(lambda: ExceptionGroup(1, [ValueError()]))
show(lambda: ExceptionGroup('a', 5))
show(lambda: ExceptionGroup('a', []))
show(lambda: ExceptionGroup('a', [1]))
show(lambda: ExceptionGroup('a', [ValueError(), KeyboardInterrupt()]))
class MyEG(ExceptionGroup):
    def derive(self, excs): return MyEG(self.message, excs)
class MyEG2(ExceptionGroup): pass
show(lambda: MyEG('a', [KeyboardInterrupt()]))
print(eg.split(ValueError))
print(eg.subgroup((ValueError, TypeError)))
print(eg.subgroup(KeyError), eg.split(KeyError))
print(eg.subgroup(lambda e: isinstance(e, OSError)))
print(eg.split(ExceptionGroup))
show(lambda: eg.split(5))
show(lambda: eg.split(int))
print(type(MyEG('m', [ValueError(), TypeError()]).subgroup(ValueError)).__name__, type(MyEG2('m', [ValueError(), TypeError()]).subgroup(ValueError)).__name__)
eg.add_note('n')
part = eg.subgroup(ValueError)
print(part.__notes__, part.__notes__ is eg.__notes__)

def run(exc, *classes):
    try:
        try:
            raise exc
        except* ValueError as e:
            print('V', repr(e), repr(_handled()))
        except* TypeError as e:
            print('T', repr(e))
            raise KeyError('from T')
    except BaseException as e:
        print('out', repr(e), repr(e.__context__))
run(ValueError('naked'))
run(TypeError('naked'))
run(OSError('naked'))
run(ExceptionGroup('g', [ValueError(1), TypeError(2)]))
run(ExceptionGroup('g', [ValueError(1), OSError(2)]))
run(ExceptionGroup('g', [ValueError(1), TypeError(3), OSError(2)]))
run(eg)

def reraise(exc):
    try:
        try:
            raise exc
        except* ValueError:
            raise
        except* TypeError:
            pass
    except BaseException as e:
        print('re', repr(e))
reraise(ValueError('n'))
reraise(ExceptionGroup('g', [ValueError(1), TypeError(2), OSError(3)]))
def bad():
    try:
        raise ValueError
    except* ExceptionGroup:
        pass
show(bad)
def bad2():
    try:
        raise ValueError
    except* 5:
        pass
show(bad2)
print(ExceptionGroup[int])
def deep():
    e = ValueError('leaf')
    for i in range(3):
        e = ExceptionGroup(f'l{i}', [e, OSError(i)])
    return e
raise deep()
