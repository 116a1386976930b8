# exit: 1
class Custom(Exception):
    pass
def f(x):
    raise Custom("uncaught", x)
print("before")
try:
    f(1)
except Custom as error:
    error.add_note("a note")
    raise RuntimeError("outer") from error
