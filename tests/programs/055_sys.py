# args: one two
# exit: 1
import sys
print(sys.argv[1:], sys.byteorder, sys.maxsize, sys.maxunicode, len(sys.version_info), sys.version_info >= (3, 11), type(sys.version_info).__name__, sys.platform)
print(isinstance(sys.path, list), "sys" in sys.modules, sys.modules["__main__"].__name__, sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.flags.optimize, sys.implementation.name != "", sys.hexversion > 0, sys.float_info.max, sys.float_info.dig, sys.int_info.bits_per_digit > 0, sys.hash_info.modulus, sys.stdin is not None)
def frame():
    f = sys._getframe()
    return f.f_code.co_name, f.f_lineno, f.f_back.f_code.co_name, list(f.f_locals), f.f_globals is globals(), f.f_builtins["len"] is len
print(frame())
print(sys._getframe().f_code.co_name, sys.getrecursionlimit())
sys.setrecursionlimit(500)
def down(n): return 0 if n == 0 else 1 + down(n - 1)
print(down(300))
try:
    down(1000)
except RecursionError as error:
    print(error)
sys.setrecursionlimit(5000)
print(down(4000))
sys.setrecursionlimit(1000)
for bad in (0, -5, "x"):
    try:
        sys.setrecursionlimit(bad)
    except (ValueError, TypeError) as error:
        print(type(error).__name__)
print(sys.intern("abc") == "abc", sys.getsizeof([]) > 0, sys.is_finalizing(), sys.getswitchinterval() > 0, isinstance(sys.executable, str), sys.exc_info(), sys.dont_write_bytecode, callable(sys.displayhook), callable(sys.excepthook), sys.api_version > 0, bool(sys.copyright), isinstance(sys.builtin_module_names, tuple), "sys" in sys.builtin_module_names, "json" in sys.stdlib_module_names)
events = []
def tracer(frame, event, arg):
    if frame.f_code.co_name == "traced":
        events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
    return tracer
def traced(x):
    if x:
        y = 1
    return y
sys.settrace(tracer)
traced(1)
sys.settrace(None)
print(events)
calls = []
def profiler(frame, event, arg):
    if event in ("call", "return") and frame.f_code.co_name == "traced":
        calls.append(event)
sys.setprofile(profiler)
traced(1)
sys.setprofile(None)
print(calls)
def hook(kind, value, tb):
    print("hook", kind.__name__, value)
sys.excepthook = hook
sys.stderr.flush()
sys.stdout.write("written\n")
print(sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.name, sys.stdout.fileno(), sys.stderr.name)
sys.displayhook(5)
sys.displayhook(None)
import builtins
print(builtins._)
import platform, os
print(os.getcwd() != "", os.path.basename(__file__), os.environ.get("NO_SUCH_VARIABLE"), platform.system(), os.path.join("a", "b"), os.path.splitext("a.b"), os.sep)
raise ValueError("for the hook")
