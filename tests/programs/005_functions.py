def add(a, b=10):
    return a + b

print(add(1), add(1, 2), add(b=5, a=1))

def nothing():
    pass

print(nothing())

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

print([fib(i) for i in range(15)])

def accumulate(value, into=[]):
    into.append(value)
    return into

accumulate(1)
print(accumulate(2))

def even(n):
    return n == 0 or odd(n - 1)

def odd(n):
    return n != 0 and even(n - 1)

print(even(100), odd(100))
square = lambda x: x * x
print(square(12), (lambda: "called")())
print(add.__name__, square.__name__)

def documented():
    "What it does."
    return documented.__doc__

print(documented())

def early(n):
    for i in range(n):
        if i * i > n:
            return i
    return None

print(early(50), early(0))

def inner_functions():
    def one():
        return 1
    def two():
        return one() + one()
    return two()

print(inner_functions())
add.note = "functions have attributes"
print(add.note, add.__dict__)
for call in (lambda: add(), lambda: add(1, 2, 3), lambda: add(1, c=2), lambda: add(1, a=2)):
    try:
        call()
    except TypeError as error:
        print(error)
