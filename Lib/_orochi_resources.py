"""importlib.resources for packages of the embedded library: the sources of their modules."""

import _imp
import io
from importlib.resources.abc import Traversable, TraversableResources


class LibraryReader(TraversableResources):
    """Gives the files of a package."""

    def __init__(self, loader):
        self._name = loader.name

    def files(self):
        return LibraryFolder(self._name)


class LibraryFolder(Traversable):
    """A folder of the library."""

    def __init__(self, dotted):
        self._dotted = dotted

    @property
    def name(self):
        return self._dotted.rpartition(".")[2]

    def __repr__(self):
        return f"{type(self).__name__}({self._dotted!r})"

    def iterdir(self):
        if _imp._embedded_place(self._dotted) == "package":
            yield LibraryFile("__init__.py", self._dotted)
        for name, package in _imp._embedded_names(self._dotted + "."):
            dotted = f"{self._dotted}.{name}"
            yield LibraryFolder(dotted) if package else LibraryFile(f"{name}.py", dotted)

    def is_dir(self):
        return True

    def is_file(self):
        return False

    def open(self, mode="r", *args, **kwargs):
        raise IsADirectoryError(self._dotted)


class LibraryFile(Traversable):
    """The source of a module."""

    def __init__(self, name, dotted):
        self._name = name
        self._dotted = dotted

    @property
    def name(self):
        return self._name

    def __repr__(self):
        return f"{type(self).__name__}({self._name!r}, {self._dotted!r})"

    def iterdir(self):
        raise NotADirectoryError(self._name)

    def is_dir(self):
        return False

    def is_file(self):
        return True

    def joinpath(self, *descendants):
        if descendants:
            raise NotADirectoryError(self._name)
        return self

    def open(self, mode="r", *args, **kwargs):
        stream = io.BytesIO(_imp._embedded_source(self._dotted).encode())
        if "b" in mode:
            return stream
        return io.TextIOWrapper(stream, *args, **kwargs)
