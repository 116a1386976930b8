import_error = None
def f(x):
    return g(x,
             1 +
             x['a'])
def g(a, b):
    return a + b
def h():
    try:
        f({'a': 'b'})
    except TypeError as e:
        raise ValueError('while handling') from e
class C:
    def method(self):
        lines = [1, 2, 3]
        return lines[5]["x"].y(3)(4)
    def __repr__(self): return 'C()'
def k():
    try:
        h()
    except ValueError as e:
        e.add_note('a note')
        e.add_note('two\nlines')
        C().method()
k()
