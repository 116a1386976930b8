def f(n):
    if n == 0:
        raise ValueError('deep')
    return f(n - 1)
def a(n): return b(n)
def b(n):
    if n == 0: 1/0
    return a(n - 1)
try:
    a(3)
except ZeroDivisionError as e:
    print(e.__traceback__.tb_lineno)
f(10)
