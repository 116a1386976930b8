"""What `sysconfig` would learn from the Makefile of CPython's build.

The runtime is one file and has no such build; this says what holds for it in the
same words. Variables that only make sense for compiling C extensions are missing.
"""

import sys

_version = "%d.%d" % sys.version_info[:2]

build_time_vars = {
    "ABIFLAGS": "",
    "ALT_SOABI": 0,
    "BINDIR": sys.base_prefix + "/bin",
    "BINLIBDEST": sys.base_prefix + "/lib/python" + _version,
    "BUILD_GNU_TYPE": "x86_64-pc-linux-gnu",
    "EXE": "",
    "EXT_SUFFIX": ".orochi-%d%d-x86_64-linux-gnu.so" % sys.version_info[:2],
    "HAVE_DYNAMIC_LOADING": 0,
    "HAVE_FORK": 1,
    "HAVE_GETRANDOM": 1,
    "HAVE_GETRANDOM_SYSCALL": 1,
    "HOST_GNU_TYPE": "x86_64-pc-linux-gnu",
    "INSTSONAME": "",
    "LDLIBRARY": "",
    "LIBDEST": sys.base_prefix + "/lib/python" + _version,
    "LIBDIR": sys.base_prefix + "/lib",
    "MACHDEP": "linux",
    "MULTIARCH": "x86_64-linux-gnu",
    "PLATLIBDIR": "lib",
    "PYTHONFRAMEWORK": "",
    "Py_DEBUG": 0,
    "Py_ENABLE_SHARED": 0,
    "Py_GIL_DISABLED": 0,
    "Py_HASH_ALGORITHM": 0,
    "Py_REF_DEBUG": 0,
    "Py_TRACE_REFS": 0,
    "SHLIB_SUFFIX": ".so",
    "SIZEOF_LONG": 8,
    "SIZEOF_SIZE_T": 8,
    "SIZEOF_VOID_P": 8,
    "SOABI": "orochi-%d%d-x86_64-linux-gnu" % sys.version_info[:2],
    "TZPATH": "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo",
    "VERSION": _version,
    "WITH_DOC_STRINGS": 1,
    "WITH_PYMALLOC": 0,
    "exec_prefix": sys.base_exec_prefix,
    "prefix": sys.base_prefix,
}
