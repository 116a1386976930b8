# Places where a program looks closely: what CPython's own tests have shown to be different once.
import codecs
import json
import pickle
import socket
import sys
import threading
import tokenize
import typing
import weakref
from itertools import tee

# Module and class code shows the variables of its comprehensions in locals().
print([sorted(locals()) for x in [1]])
print([locals()["x"] for x in [7]], ["x" in dir() for x in [1]], [eval("x") for x in [5]])


class Body:
    inner = [sorted(locals()) for y in (1, 2)]
    deeper = [[sorted(locals()) for b in [1]] for a in [1]]


print(Body.inner, Body.deeper, "y" in vars(Body), "x" in globals())
print([sys._getframe().f_locals["a"] for a in [0]])

# Unpickled instances of generic classes, in all protocols.
T = typing.TypeVar("T")


class Box(typing.Generic[T]):
    def __init__(self, content):
        self.content = content


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    again = pickle.loads(pickle.dumps(Box[int](3), protocol))
    print(protocol, again.content, again.__orig_class__ == Box[int])

# A class says of which module it is now.
Box.__module__ = "elsewhere"
print(Box, repr(Box(1)).split(" at ")[0])

# The set of annotations that ran has a name that a program may use.
try:
    exec("__conditional_annotations__ = 0\nx: int")
except TypeError as error:
    print(error)

# Two threads in one tee: who comes second is told, since the first may be waiting for it.
inside, leave = threading.Event(), threading.Event()


class Slow:
    def __iter__(self):
        return self

    def __next__(self):
        inside.set()
        leave.wait()
        return 1


first, second = tee(Slow())
thread = threading.Thread(target=next, args=[first])
thread.start()
inside.wait()
try:
    next(second)
except RuntimeError as error:
    print(error)
leave.set()
thread.join()

print(json.dumps("\x7f"), json.dumps({b"": 1}, skipkeys=True, indent=1))
with socket.socket() as sock:
    sock.settimeout(30)
    print(sock.gettimeout())


class Target:
    pass


target = Target()
print(target.__weakref__)
reference = weakref.ref(target)
print(target.__weakref__ is reference)

for source in ("def f(a, a): pass", "with 1: pass"):
    try:
        exec(source)
    except (SyntaxError, TypeError) as error:
        print(error)


class NoEnter:
    def __exit__(self, *rest):
        pass


try:
    with NoEnter():
        pass
except TypeError as error:
    print(error)

lines = iter(["if x:\n", "  y\n", ""])
for token in tokenize._generate_tokens_from_c_tokenizer(lambda: next(lines), extra_tokens=False):
    print(token.type, repr(token.string), token.start, token.end)


def template(name):
    match t"a{name!r:>4}".interpolations[0]:
        case type_ if type_.conversion == "r":
            match type_:
                case typing_pattern if typing_pattern.__match_args__[0] == "value":
                    return type(type_).__match_args__


print(template(1))
