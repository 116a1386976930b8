def show(f):
    try:
        print('->', f())
    except BaseException as e:
        print(type(e).__name__, e)
def f(a, b, /, c, d=1, *args, e, f=2, **kw):
    "doc"
    x = a
    y = [z for z in args]
    def g(): return x, nonexistent
    return g
co = f.__code__
print(co.co_name, co.co_qualname, co.co_argcount, co.co_posonlyargcount, co.co_kwonlyargcount, co.co_firstlineno)
print(co.co_varnames[:8], co.co_cellvars, co.co_freevars, co.co_nlocals >= 9, hex(co.co_flags & 0xffff))
g = [k for k in co.co_consts if hasattr(k, 'co_name')][0]
print(g.co_name, g.co_qualname, g.co_freevars, g.co_names, co.co_consts[0])
print(co == co, co == g, hash(co) == hash(f.__code__), repr(co).split(' at ')[0], repr(co).split('file')[1][-10:])
new = co.replace(co_name='renamed', co_filename='other', co_firstlineno=100)
print(new.co_name, new.co_filename, new.co_firstlineno, new == co, new.co_qualname)
print(co.replace() == co)
def h():
    raise ValueError
h.__code__ = h.__code__.replace(co_firstlineno=1000, co_filename='moved', co_name='n')
try:
    h()
except ValueError as e:
    tb = e.__traceback__.tb_next
    print(tb.tb_lineno, tb.tb_frame.f_code.co_filename, tb.tb_frame.f_code.co_name)
show(lambda: co.replace(co_name=5))
show(lambda: co.replace(nope=5))
print([l for s, e, l in co.co_lines()][-1] is not None, all(len(p) == 4 for p in co.co_positions()))
def consts(): return 'spam', 3.5
consts2 = consts.__code__.replace(co_consts=tuple(('eggs', 4.5) if c == ('spam', 3.5) else c for c in consts.__code__.co_consts))
consts.__code__ = consts2
print(consts())
