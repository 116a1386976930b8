# needs: 3.14
# Annotations are evaluated when asked for (PEP 649 and 749).
import annotationlib
def f(a: Later, b: list[Later] = ()) -> Missing:
    return a
try:
    f.__annotations__
except NameError as error:
    print(error)
print(annotationlib.get_annotations(f, format=annotationlib.Format.STRING))
class Later:
    me: Later
    undefined: Missing2
forward = annotationlib.get_annotations(f, format=annotationlib.Format.FORWARDREF)
print(forward["a"] is Later, type(forward["return"]).__name__)
Missing = int
print(f.__annotations__["a"] is Later, f.__annotations__["return"] is int)
print(callable(f.__annotate__), f.__annotate__(1)["return"] is int)
def side():
    print("evaluated")
    return int
class Effect:
    field: side()
print("defined")
print(Effect.__annotations__)
print(Effect.__annotations__)
def no_annotations(): pass
print(no_annotations.__annotations__, no_annotations.__annotate__)
class Cond:
    if True:
        yes: int
    else:
        no: int
print(Cond.__annotations__)
