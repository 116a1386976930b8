# sys.monitoring: events of functions, lines, generators and exceptions reach the tools' callbacks.
import sys
import threading

mon = sys.monitoring
E = mon.events
TOOL = mon.PROFILER_ID
log = []


def record(name):
    def callback(code, *rest):
        if code.co_name in ("plain", "gen", "fails", "outer", "lines"):
            values = [type(value).__name__ if isinstance(value, BaseException) else value for value in rest]
            log.append((name, code.co_name, *(values[1:] if name != "LINE" else [values[0] - code.co_firstlineno])))
    return callback


def plain(x):
    return x + 1


def gen():
    yield 1
    yield 2


def fails():
    raise KeyError("k")


def outer():
    try:
        fails()
    except KeyError:
        return "caught"


def lines(n):
    total = 0
    for i in range(n):
        total += i
    return total


def show(title, function, *args):
    log.clear()
    result = function(*args)
    print(title, result)
    for entry in log:
        print("   ", *entry)


mon.use_tool_id(TOOL, "test")
names = "PY_START PY_RESUME PY_RETURN PY_YIELD LINE RAISE PY_UNWIND".split()
for name in names:
    mon.register_callback(TOOL, getattr(E, name), record(name))

mon.set_events(TOOL, E.PY_START | E.PY_RETURN | E.PY_YIELD | E.PY_RESUME)
show("plain", plain, 1)
show("list(gen())", lambda: list(gen()))
mon.set_events(TOOL, E.RAISE | E.PY_UNWIND)
show("outer", outer)
mon.set_events(TOOL, E.LINE)
show("lines", lines, 2)
mon.set_events(TOOL, E.NO_EVENTS)
show("nothing", plain, 2)

# In one code object only.
mon.set_local_events(TOOL, plain.__code__, E.PY_RETURN)
show("local", lambda: (plain(3), lines(1)))
mon.set_local_events(TOOL, plain.__code__, 0)

# A callback that wants no more of a place.
calls = []


def once(code, offset):
    calls.append(code.co_name)
    return mon.DISABLE


mon.register_callback(TOOL, E.PY_START, once)
mon.set_events(TOOL, E.PY_START)
plain(1)
plain(2)
lines(0)
mon.restart_events()
plain(3)
mon.set_events(TOOL, 0)
print([name for name in calls if name in ("plain", "lines")])

# All threads are heard, those that began before as well.
heard = []
go = threading.Event()


def worker():
    go.wait()
    plain(0)


thread = threading.Thread(target=worker)
thread.start()
mon.register_callback(TOOL, E.PY_START, lambda code, offset: heard.append((code.co_name, 1)) if code is plain.__code__ else None)
mon.restart_events()
mon.set_events(TOOL, E.PY_START)
go.set()
thread.join()
later = threading.Thread(target=plain, args=(0,))
later.start()
later.join()
mon.set_events(TOOL, 0)
print(len(heard))

# An exception in a callback comes out of the function that is monitored.
def broken(code, offset):
    if code is plain.__code__:
        raise ZeroDivisionError("in callback")


mon.register_callback(TOOL, E.PY_START, broken)
mon.set_events(TOOL, E.PY_START)
try:
    plain(1)
except ZeroDivisionError as error:
    print("raised", error)
mon.set_events(TOOL, 0)
mon.free_tool_id(TOOL)
print(mon.get_tool(TOOL), plain(1))
