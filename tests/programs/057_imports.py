import importlib, os, sys, tempfile
folder = tempfile.TemporaryDirectory()
def write(name, text):
    path = os.path.join(folder.name, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
sys.path.insert(0, folder.name)
write("simple.py", "print('loading simple')\nvalue = 5\n_private = 1\ndef f(): return value\n")
write("pkg/__init__.py", "print('loading pkg')\nfrom . import a\n__all__ = ['a', 'b']\n")
write("pkg/a.py", "from .sub import deep\nname = __name__\n")
write("pkg/b.py", "from .. import nothing\n")
write("pkg/c.py", "from .a import name as other\nimport pkg.sub.deep\n")
write("pkg/sub/__init__.py", "")
write("pkg/sub/deep.py", "depth = __package__\n")
write("circular1.py", "import circular2\nx = 1\ndef g(): return circular2.y\n")
write("circular2.py", "import circular1\ny = 2\nhas_x = hasattr(circular1, 'x')\n")
write("broken.py", "1 / 0\n")
write("badsyntax.py", "def f(:\n")
write("lazy.py", "def __getattr__(name):\n    if name == 'dynamic': return 'made'\n    raise AttributeError(name)\ndef __dir__(): return ['dynamic']\n")
write("space/inner.py", "where = 'namespace package'\n")
write("main_like/__init__.py", "")
write("main_like/__main__.py", "print('run as', __name__)\n")
importlib.invalidate_caches()
import simple
import simple as again
from simple import value, f as function
print(simple is again, value, function(), simple.__name__, os.path.basename(simple.__file__), simple.__spec__.name, simple.__doc__)
from simple import *
print("_private" in globals(), f())
import pkg.sub.deep
print(pkg.a.name, pkg.sub.deep.depth, pkg.__path__ is not None, "pkg.sub" in sys.modules)
import pkg.c as c
print(c.other, c.__package__)
try:
    import pkg.b
except ImportError as error:
    print(type(error).__name__, error)
import circular1
print(circular1.g(), circular1.circular2.has_x)
for name in ("broken", "badsyntax", "absent", "pkg.absent", "simple.sub"):
    try:
        importlib.import_module(name)
    except Exception as error:
        print(name, type(error).__name__, "" if isinstance(error, SyntaxError) else error, name in sys.modules)
import lazy
print(lazy.dynamic, dir(lazy))
try:
    from lazy import missing
except ImportError as error:
    print(str(error).split(" (")[0])
import space.inner
print(space.inner.where, space.__file__ if hasattr(space, "__file__") else None)
write("simple.py", "print('reloading')\nvalue = 60\nlonger = 1\n")
importlib.reload(simple)
print(simple.value, hasattr(simple, "f"))
sys.modules["fake"] = type(sys)("fake")
import fake
print(fake.__name__, __import__("pkg.sub.deep").__name__, importlib.import_module(".sub", "pkg").__name__)
sys.modules["blocked"] = None
try:
    import blocked
except ImportError as error:
    print(error)
def local():
    import math as m
    from os import path
    return m.pi > 3, path.join("a", "b")
print(local())
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "made_up":
            return importlib.util.spec_from_loader(name, self)
    def create_module(self, spec): return None
    def exec_module(self, module): module.answer = 42
import importlib.util
sys.meta_path.insert(0, Finder())
import made_up
print(made_up.answer)
import runpy
runpy.run_module("main_like", run_name="__main__")
print(runpy.run_path(os.path.join(folder.name, "space/inner.py"))["where"])
import zipfile
with zipfile.ZipFile(os.path.join(folder.name, "z.zip"), "w") as z:
    z.writestr("zipped.py", "inside = 'zip'\n")
sys.path.insert(0, os.path.join(folder.name, "z.zip"))
import zipped
print(zipped.inside)
