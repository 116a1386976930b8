def counter():
    n = 0
    def increment(by=1):
        nonlocal n
        n += by
        return n
    return increment

c, d = counter(), counter()
print(c(), c(), c(5), d())

def make_adders():
    return [lambda x, i=i: x + i for i in range(3)], [lambda x: x + i for i in range(3)]

bound, late = make_adders()
print([f(10) for f in bound], [f(10) for f in late])

def outer(a):
    def middle(b):
        def inner(c):
            return a, b, c
        return inner
    return middle

print(outer(1)(2)(3))

def shared():
    value = 1
    def get():
        return value
    def set(new):
        nonlocal value
        value = new
    return get, set

get, put = shared()
put("changed")
print(get())

def deleted():
    x = 1
    def inner():
        return x
    del x
    try:
        return inner()
    except NameError as error:
        return str(error)

print(deleted())

def unassigned():
    try:
        print(y)
    except UnboundLocalError as error:
        print(error)
    y = 1

unassigned()
total = 0

def use_global():
    global total, created
    total += 5
    created = "by global"

use_global()
print(total, created)
f = outer(1)
print(f.__closure__[0].cell_contents, f.__code__.co_freevars)

def loop_cells():
    functions = []
    for i in range(3):
        def f():
            return i
        functions.append(f)
    i = "rebound"
    return [f() for f in functions]

print(loop_cells())

def parameter_cell(x):
    def bump():
        nonlocal x
        x += 1
        return x
    bump()
    return x

print(parameter_cell(1))

def recursive_closure(n):
    def walk(k):
        return [] if k == 0 else [k] + walk(k - 1)
    return walk(n)

print(recursive_closure(4))

def exec_scope():
    a = 1
    class C:
        a = 2
        def method(self):
            return a
        b = a
    return C().method(), C.b

print(exec_scope())

def comprehension_scope():
    x = "outer"
    values = [x for x in range(3)]
    return x, values, [(lambda: x)() for _ in range(2)]

print(comprehension_scope())
