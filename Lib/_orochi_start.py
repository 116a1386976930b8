"""What runs before, around and after the main program.

The command hands over a request, one of ``command``, ``module``, ``script``, ``stdin`` and
``interactive``; `main` prepares the process as CPython does, runs it, and returns the exit status.
"""

import sys


def _open_streams():
    """Make sys.stdin, sys.stdout and sys.stderr, with CPython's encodings and error handlers."""
    import io
    import os
    spec = "" if sys.flags.ignore_environment else os.environ.get("PYTHONIOENCODING", "")
    encoding, _, errors = spec.partition(":")
    encoding = encoding or "utf-8"
    c_locale = not any(os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")) or any(
        os.environ.get(name) in ("C", "POSIX") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    usual = "surrogateescape" if c_locale or sys.flags.utf8_mode else "strict"
    unbuffered = sys._unbuffered

    def stream(fd, mode, name, errors):
        try:
            os.fstat(fd)
        except OSError:
            return None
        writing = mode == "wb"
        raw_wanted = writing and unbuffered
        try:
            buffer = open(fd, mode, 0 if raw_wanted else -1, closefd=False)
        except OSError:
            return None
        raw = buffer if raw_wanted else buffer.raw
        raw.name = name
        line_buffering = writing and not unbuffered and (fd == 2 or raw.isatty())
        text = io.TextIOWrapper(
            buffer, encoding, errors, "\n" if writing else None, line_buffering, raw_wanted)
        text.mode = "w" if writing else "r"
        return text

    sys.stdin = sys.__stdin__ = stream(0, "rb", "<stdin>", errors or usual)
    sys.stdout = sys.__stdout__ = stream(1, "wb", "<stdout>", errors or usual)
    sys.stderr = sys.__stderr__ = stream(2, "wb", "<stderr>", "backslashreplace")


def _set_path(first):
    """Put the main program's folder first in sys.path."""
    if not sys.flags.safe_path and first is not None:
        sys.path.insert(0, first)


def _main_module():
    module = sys.modules.get("__main__")
    if module is None:
        module = type(sys)("__main__")
        module.__builtins__ = sys.modules["builtins"]
        module.__annotations__ = {}
        module.__loader__ = sys.modules["_frozen_importlib"].BuiltinImporter
        sys.modules["__main__"] = module
    return module


def prepare(with_site):
    """Open the streams and run site: what every program finds done."""
    import encodings
    _open_streams()
    _main_module()
    if with_site:
        import site
        site.main()


def _run_script(path):
    import io
    import os
    if os.path.isdir(path) or _is_zip(path):
        sys.path.insert(0, path)
        import runpy
        return runpy._run_module_as_main("__main__", False)
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        name = sys.executable
        reason = f"[Errno {error.errno}] {error.strerror}"
        print(f"{name}: can't open file {os.path.abspath(path)!r}: {reason}", file=sys.stderr)
        return 2
    _set_path(os.path.dirname(os.path.realpath(path)))
    main = _main_module()
    main.__file__ = path
    main.__cached__ = None
    from importlib.machinery import SourceFileLoader
    main.__loader__ = SourceFileLoader("__main__", path)
    main.__spec__ = None
    main.__package__ = None
    exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)


def _is_zip(path):
    try:
        with open(path, "rb") as file:
            if file.read(4) != b"PK\x03\x04":
                return False
    except OSError:
        return False
    import zipimport
    try:
        zipimport.zipimporter(path)
    except zipimport.ZipImportError:
        return False
    return True


def _run_command(source):
    _set_path("")
    main = _main_module()
    import linecache
    lines = [line + "\n" for line in source.splitlines()]
    linecache.cache["<string>"] = (len(source), None, lines, "<string>")
    exec(compile(source, "<string>", "exec", dont_inherit=True), main.__dict__)


def _run_stdin():
    _set_path("")
    source = sys.stdin.buffer.read()
    exec(compile(source, "<stdin>", "exec", dont_inherit=True), _main_module().__dict__)


def _run_module(name):
    import os
    _set_path(os.getcwd())
    import runpy
    runpy._run_module_as_main(name)


def interact():
    """The plain REPL."""
    import os
    _set_path("")
    namespace = _main_module().__dict__
    if not sys.flags.quiet:
        print(f"Orochi {sys.version} on {sys.platform}", file=sys.stderr)
        print('Type "help", "copyright", "credits" or "license" for more information.',
              file=sys.stderr)
    for name, text in (("ps1", ">>> "), ("ps2", "... ")):
        if not hasattr(sys, name):
            setattr(sys, name, text)
    startup = None if sys.flags.ignore_environment else os.environ.get("PYTHONSTARTUP")
    if startup:
        try:
            with open(startup, "rb") as file:
                exec(compile(file.read(), startup, "exec"), namespace)
        except BaseException:
            sys.excepthook(*sys.exc_info())
    import codeop
    compiler = codeop.CommandCompiler()
    lines = []
    while True:
        try:
            line = input(str(sys.ps2 if lines else sys.ps1))
        except EOFError:
            print(file=sys.stderr)
            return 0
        except KeyboardInterrupt:
            print("\nKeyboardInterrupt", file=sys.stderr)
            lines = []
            continue
        lines.append(line)
        source = "\n".join(lines)
        try:
            code = compiler(source, "<stdin>", "single")
            if code is None:
                continue
            lines = []
            exec(code, namespace)
        except SystemExit:
            raise
        except BaseException:
            lines = []
            sys.excepthook(*sys.exc_info())


def main(request):
    """Run what the command line asks for; the result is the exit status."""
    runners = {
        "command": lambda: _run_command(sys._request),
        "module": lambda: _run_module(sys._request),
        "script": lambda: _run_script(sys._request),
        "stdin": _run_stdin,
        "interactive": interact,
    }
    status = run_guarded(runners[request])
    if sys.flags.inspect and request != "interactive":
        status = run_guarded(interact)
    return status


def run_guarded(runner):
    """Call runner; report what it raises and turn it into an exit status."""
    try:
        return runner() or 0
    except SystemExit as stop:
        return exit_status(stop)
    except BaseException as error:
        report(error)
        return 130 if isinstance(error, KeyboardInterrupt) else 1


def exit_status(stop):
    """The exit status that a SystemExit stands for; a message goes to sys.stderr."""
    code = stop.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    if sys.stderr is not None:
        try:
            print(code, file=sys.stderr)
        except Exception:
            pass
    return 1


def report(error):
    """Hand an uncaught exception to sys.excepthook."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_globals is globals():
        traceback = traceback.tb_next
    error.__traceback__ = traceback
    sys.last_exc = sys.last_value = error
    sys.last_type, sys.last_traceback = type(error), traceback
    hook = getattr(sys, "excepthook", None)
    try:
        if hook is None:
            print("sys.excepthook is missing", file=sys.stderr)
            sys.__excepthook__(type(error), error, traceback)
        else:
            hook(type(error), error, traceback)
    except SystemExit as stop:
        raise
    except BaseException as second:
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(second), second, second.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(error), error, error.__traceback__)


def finish():
    """After the main program: wait for threads, run exit functions, flush the streams."""
    threading = sys.modules.get("threading")
    if threading is not None:
        try:
            threading._shutdown()
        except BaseException as error:
            report(error)
    import atexit
    atexit._run_exitfuncs()
    failed = 0
    for stream, fatal in ((sys.stdout, True), (sys.stderr, False)):
        if stream is None or getattr(stream, "closed", False):
            continue
        try:
            stream.flush()
        except Exception as error:
            if fatal:
                sys.unraisablehook(_Unraisable(error, stream))
                failed = 120
    return failed


class _Unraisable:
    err_msg = None

    def __init__(self, error, stream):
        self.exc_type, self.exc_value = type(error), error
        self.exc_traceback, self.object = error.__traceback__, stream
