import sys
import traceback
def show(f, *args):
    try:
        f(*args)
    except BaseException:
        text = traceback.format_exc()
        print(text.replace(__file__, "FILE"), end="")
        print("-----")
def simple():
    raise ValueError("message")
def divide(a, b):
    return a / b
def calls():
    return divide(1, 0)
def attribute(x):
    return x.first.second
def item(d):
    return d["a"]["b"]
def chained():
    try:
        divide(1, 0)
    except ZeroDivisionError as error:
        raise RuntimeError("wrapped") from error
def context():
    try:
        simple()
    except ValueError:
        item({})
def notes():
    error = ValueError("noted")
    error.add_note("a note")
    error.add_note("two\nlines")
    raise error
def long_call():
    return divide(
        1,
        0,
    )
def recursive(n):
    if n == 0:
        raise KeyError("end")
    recursive(n - 1)
class Odd(Exception):
    def __str__(self):
        return "line one\nline two"
def odd():
    raise Odd
def group():
    raise ExceptionGroup("several", [ValueError("a"), TypeError("b")])
def lambdas():
    return (lambda x: x + "s")(1)
def comprehension():
    return [divide(i, 0) for i in range(2)]
show(simple)
show(calls)
show(attribute, 5)
show(item, {"a": {}})
show(chained)
show(context)
show(notes)
show(long_call)
show(recursive, 2)
show(recursive, 10)
show(odd)
show(group)
show(lambdas)
show(comprehension)
show(exec, "x = 1\ny = x / 0\n")
def frames():
    try:
        calls()
    except ZeroDivisionError as error:
        tb = error.__traceback__
        out = []
        while tb:
            out.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
            tb = tb.tb_next
        return out
print(frames())
print(traceback.format_exception_only(ValueError("x")), traceback.format_exception_only(KeyError("k")))
print([(s.name, s.line) for s in traceback.extract_tb(sys.exc_info()[2])])
def stack():
    return [s.name for s in traceback.extract_stack()][-2:]
print(stack())
def locals_seen():
    hidden = 5
    try:
        divide(hidden, 0)
    except ZeroDivisionError as error:
        frame = error.__traceback__.tb_next.tb_frame
        return frame.f_locals, frame.f_back.f_code.co_name
print(locals_seen())
