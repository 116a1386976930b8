# Jumps by f_lineno, calls of native functions, branches.
import sys


def jump_from(function, start, to):
    """Calls a function and jumps once, by lines from its first one; what it returned or why not."""
    first, done, seen = function.__code__.co_firstlineno, [], []

    def trace(frame, event, arg):
        if frame.f_code is not function.__code__:
            return None
        seen.append((frame.f_lineno - first, event))
        if event == "line" and frame.f_lineno == first + start and not done:
            done.append(True)
            frame.f_lineno = first + to
        return trace

    sys.settrace(trace)
    try:
        result = function()
    except ValueError as error:
        result = f"ValueError: {error}"
    finally:
        sys.settrace(None)
    return result, seen


def straight():
    out = []
    out.append(1)
    out.append(2)
    out.append(3)
    return out


def loop():
    out = []
    for i in range(3):
        out.append(i)
        out.append(-i)
    out.append("end")
    return out


def handled():
    out = []
    try:
        1 / 0
    except ZeroDivisionError:
        out.append(sys.exception() is not None)
        out.append("handler")
    out.append(sys.exception())
    return out


print(jump_from(straight, 2, 4))
print(jump_from(straight, 4, 2))
print(jump_from(loop, 3, 5))
print(jump_from(loop, 4, 2))
print(jump_from(loop, 5, 3))
print(jump_from(handled, 5, 7)[0])
print(jump_from(handled, 1, 5)[0])
print(jump_from(straight, 1, 99)[0][:24])
print(jump_from(straight, 1, -1)[0][:24])
try:
    sys._getframe().f_lineno = 3
except ValueError as error:
    print(type(error).__name__)


def calls():
    out = [abs(-1)]
    out.append(len("ab"))
    try:
        int("x")
        ord("xy")
    except (ValueError, TypeError):
        pass
    return max(*out)


events = []
sys.setprofile(lambda frame, event, arg: events.append((event, getattr(arg, "__name__", arg))))
calls()
sys.setprofile(None)
print(*events, sep="\n")

E = sys.monitoring.events
sys.monitoring.use_tool_id(3, "test")
events = []


def looped(n):
    for _ in range(n):
        pass
    return len("abc")


def listen(name):
    def callback(code, offset, *rest):
        if code is looped.__code__:
            rest = [getattr(value, "__name__", value) for value in rest]
            events.append((name, *rest) if name[0] in "CS" else (name,))
    return callback


names = "CALL C_RETURN C_RAISE BRANCH_LEFT BRANCH_RIGHT".split()
wanted = 0
for name in names:
    wanted |= getattr(E, name)
    sys.monitoring.register_callback(3, getattr(E, name), listen(name))
sys.monitoring.set_events(3, wanted)
looped(2)
sys.monitoring.set_events(3, 0)
sys.monitoring.free_tool_id(3)
print(*events, sep="\n")
