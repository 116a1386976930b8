"""The embedded library as a folder of sys.path.

The folder that sys._stdlib_dir names need not exist: its modules are in the executable.  A path
hook gives this finder for it and for the folders of the packages in it, so that modules of the
library are found where the library stands in sys.path: a program's own module of the same name
that stands before it wins, as in CPython.
"""

import _imp
import sys
from _frozen_importlib import ModuleSpec


class LibraryLoader:
    """Loads a module of the embedded library."""

    exec_module = _imp._exec_embedded

    def __init__(self, name, path):
        self.name = name
        self.path = path

    def __eq__(self, other):
        return self.__class__ == other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(self.name) ^ hash(self.path)

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}>"

    def create_module(self, spec):
        """Have an ordinary module made."""

    def load_module(self, fullname=None):
        from _frozen_importlib import _load_module_shim
        return _load_module_shim(self, fullname or self.name)

    def _check(self, fullname):
        if fullname is not None and fullname != self.name:
            raise ImportError(f"loader for {self.name} cannot handle {fullname}", name=fullname)

    def get_code(self, fullname=None):
        self._check(fullname)
        return _imp._embedded_code(self.name, self.path)

    def get_source(self, fullname=None):
        self._check(fullname)
        return _imp._embedded_source(self.name)

    def get_filename(self, fullname=None):
        self._check(fullname)
        return self.path

    def is_package(self, fullname=None):
        self._check(fullname)
        return _imp._embedded_place(self.name) == "package"

    def get_data(self, path):
        """The source of the module in that file."""
        name = _name_of(path)
        if name is not None and name.endswith(".py"):
            name = name.removesuffix(".py").removesuffix(".__init__")
            source = _imp._embedded_source(name)
            if source is not None:
                return source.encode()
        import errno
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)

    def get_resource_reader(self, fullname):
        """A reader of the package's files: the sources of its modules."""
        self._check(fullname)
        if not self.is_package():
            return None
        from _orochi_resources import LibraryReader
        return LibraryReader(self)


class LibraryFinder:
    """Finds modules of the embedded library in one of its folders."""

    def __init__(self, path):
        self.path = path
        self.prefix = _name_of(path)
        if self.prefix:
            self.prefix += "."

    def __repr__(self):
        return f"{type(self).__name__}({self.path!r})"

    def find_spec(self, fullname, target=None):
        tail = fullname.rpartition(".")[2]
        name = self.prefix + tail
        place = _imp._embedded_place(name)
        if place is None:
            return None
        base = f"{self.path}/{tail}"
        if place == "folder":
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [base]
            return spec
        package = place == "package"
        path = f"{base}/__init__.py" if package else f"{base}.py"
        spec = ModuleSpec(fullname, LibraryLoader(name, path), origin=path, is_package=package)
        spec._set_fileattr = True
        if package:
            spec.submodule_search_locations = [base]
        return spec

    def iter_modules(self, prefix=""):
        for name, package in _imp._embedded_names(self.prefix):
            yield prefix + name, package

    def invalidate_caches(self):
        """The library never changes."""


def _name_of(path):
    """The dotted name of a path below the library's folder; None if it is not there."""
    root = sys._stdlib_dir
    if path == root:
        return ""
    if isinstance(path, str) and path.startswith(root + "/"):
        return path[len(root) + 1:].replace("/", ".")
    return None


def path_hook(path):
    """The finder for a folder of the library."""
    name = _name_of(path) if _imp._library_embedded else None
    if name is None or name and _imp._embedded_place(name) not in ("package", "folder"):
        raise ImportError("not a folder of the embedded library", path=path)
    return LibraryFinder(path)
