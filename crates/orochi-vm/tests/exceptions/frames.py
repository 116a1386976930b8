def outer():
    x = 1
    def inner(y):
        z = x + y
        return _frame()
    f = inner(5)
    return f
f = outer()
print(f.f_code.co_name, f.f_lineno, dict(f.f_locals), f.f_back.f_code.co_name, f.f_back.f_back.f_code.co_name)
print(f.f_globals is globals(), f.f_trace, f.f_trace_lines, f.f_trace_opcodes)
p = f.f_locals
print(p['z'], 'q' in p, list(p), len(p), p.get('nope', 3), repr(p))
p['z'] = 10
p['extra'] = 11
print(f.f_locals['z'], f.f_locals['extra'], p == f.f_locals, sorted(p.keys()), p | {'n': 1})
try:
    del p['z']
except (ValueError, TypeError) as e:
    print('cannot remove local variables from FrameLocalsProxy')
try:
    p['missing']
except KeyError as e:
    print(e.args[0].replace("''", "'"))
f.clear()
print(dict(f.f_locals))
def live():
    a = 1
    fr = _frame()
    fr.f_locals['a'] = 2
    print(a, fr.f_locals['a'])
    def closed(): return a
    fr.f_locals['a'] = 3
    print(a, closed())
    try:
        fr.clear()
    except RuntimeError as e:
        print(e)
    print(sorted(locals()))
live()
print(_frame().f_locals is globals(), _frame().f_code.co_name)
def gen():
    n = 5
    yield _frame()
    n = 6
    yield
g = gen()
print(g.gi_frame.f_lineno, g.gi_frame.f_back)
fr = next(g)
print(fr is g.gi_frame, fr.f_locals['n'], fr.f_back, fr.f_lineno)
fr.f_locals['n'] = 9
next(g)
print(fr.f_locals['n'], fr.f_lineno)
try:
    fr.clear()
except RuntimeError as e:
    print(e)
g.close()
print(g.gi_frame)
try:
    def boom(v):
        w = v * 2
        raise ValueError(w)
    boom(4)
except ValueError as e:
    tb = e.__traceback__
    print(tb.tb_lineno, tb.tb_next.tb_lineno, tb.tb_next.tb_frame.f_locals['w'], tb.tb_frame.f_code.co_name)
    print(tb.tb_frame is _frame(), tb.tb_next.tb_next, dir(tb))
    Tb = type(tb)
    new = Tb(tb, tb.tb_frame, 10, 99)
    print(new.tb_lineno, new.tb_lasti, new.tb_next is tb)
    for bad in [tb, 5]:
        try:
            tb.tb_next.tb_next = bad
        except (TypeError, ValueError) as e2:
            print(e2)
    try:
        Tb(5, tb.tb_frame, 1, 1)
    except TypeError as e2:
        print(e2)
    try:
        Tb(None, 5, 1, 1)
    except TypeError as e2:
        print(e2)
def comp():
    return [(_frame(), x) for x in [1]][0][0]
print(comp().f_code.co_name)
