"""Files that are full, closed, gone or of the wrong kind."""

import io
import os
import subprocess
import sys
import tempfile


def run(program, **options):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, **options)


def case_full_device():
    if not os.path.exists("/dev/full"):
        return
    for mode in ("w", "wb"):
        f = open("/dev/full", mode)
        f.write("x" if mode == "w" else b"x")
        raises(OSError, f.flush)
        survives(f.close)
    with open("/dev/full", "wb", buffering=0) as f:
        raises(OSError, f.write, b"x")

    def written():
        with open("/dev/full", "w") as f:
            f.write("x" * 100_000)
    raises(OSError, written)


def case_full_standard_output():
    if not os.path.exists("/dev/full"):
        return
    for program in ("print('x')", "print('x' * 100000)", "import sys; sys.stdout.write('x'); sys.stdout.flush()", "1 / 0"):
        with open("/dev/full", "w") as full:
            done = subprocess.run([sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, timeout=30)
        assert done.returncode in (0, 1, 120), done
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", "1 / 0"], stdout=full, stderr=full, timeout=30)
    assert done.returncode in (1, 120), done


def case_closed_standard_streams():
    for program, status in (("import sys; sys.stdout.close()", (0, 1, 120)), ("import sys; sys.stdout.close(); print(1)", (1,)), ("import sys; sys.stderr.close(); 1 / 0", (1,)),
                            ("import sys; sys.stdin.close(); input()", (1,)), ("import sys; sys.stdout = None; print(1)", (0,)), ("import sys; sys.stderr = None; 1 / 0", (1,)),
                            ("import sys; sys.stdout = 5; print(1)", (1,)), ("import sys; del sys.stdout; print(1)", (1,)), ("import sys; del sys.stderr; 1 / 0", (1,)),
                            ("import os; os.close(1); print(1)", (0, 1, 120)), ("import os; os.close(2); 1 / 0", (1,)), ("import sys; del sys.stdin; input()", (1,)),
                            ("import sys; sys.excepthook = None; 1 / 0", (1,)), ("import sys; sys.excepthook = lambda *a: 1 / 0; 1 / 0", (1,)), ("import sys; sys.displayhook = 5", (0,))):
        done = run(program, stdin=subprocess.DEVNULL)
        # 120 is what CPython adds when flushing the streams at exit fails.
        assert done.returncode in (*status, 120), (program, done)
    for shell in ("exec >&-", "exec 2>&-", "exec <&-", "exec <&- >&- 2>&-"):
        done = subprocess.run(["sh", "-c", f'{shell}; exec "$0" -c "print(1)"', sys.executable], timeout=30, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        assert done.returncode in (0, 1, 120), (shell, done)


def case_broken_pipe():
    r, w = os.pipe()
    os.close(r)
    raises(BrokenPipeError, os.write, w, b"x")
    os.close(w)
    done = subprocess.run(["sh", "-c", '"$0" -c "for i in range(100000): print(i)" | head -1', sys.executable], capture_output=True, timeout=30)
    assert done.stdout == b"0\n", done


def case_closed_files():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f")
        for mode in ("w", "wb", "r", "rb", "r+", "r+b"):
            f = open(path, mode)
            f.close()
            f.close()
            for use in (lambda: f.read(), lambda: f.write("x"), lambda: f.write(b"x"), lambda: f.flush(), lambda: f.seek(0), lambda: f.tell(), lambda: f.fileno(), lambda: next(f),
                        lambda: f.readline(), lambda: f.truncate(), lambda: f.__enter__()):
                raises((ValueError, io.UnsupportedOperation, TypeError, AttributeError), use)
        f = open(path)
        os.close(f.fileno())
        raises(OSError, f.read)
        survives(f.close)
    for buffer in (io.StringIO("x"), io.BytesIO(b"x")):
        buffer.close()
        raises(ValueError, buffer.read)
        raises(ValueError, buffer.getvalue)
        raises(ValueError, lambda: list(buffer))


def case_closed_while_used():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f")
        with open(path, "w") as f:
            f.write("line\n" * 1000)

        def walk():
            for line in f:
                f.close()
        f = open(path)
        raises(ValueError, walk)
    import threading
    r, w = os.pipe()
    reader = os.fdopen(r, "rb", buffering=0)
    result = []

    def read():
        try:
            result.append(reader.read(1))
        except Exception as error:
            result.append(error)
    t = threading.Thread(target=read)
    t.start()
    os.write(w, b"x")
    t.join(20)
    assert result == [b"x"]
    os.close(w)
    reader.close()


def case_hostile_streams():
    class Raw(io.RawIOBase):
        def __init__(self, answer):
            self.answer = answer

        def readable(self):
            return True

        def writable(self):
            return True

        def readinto(self, buffer):
            return self.answer

        def write(self, data):
            return self.answer
    for answer in (-1, 10 ** 9, "x", None, 2 ** 100, 1.5):
        reader = io.BufferedReader(Raw(answer))
        survives(lambda: reader.read(10))
        survives(lambda: reader.readline())
        survives(lambda: io.TextIOWrapper(io.BufferedReader(Raw(answer))).read(5))
        writer = io.BufferedWriter(Raw(answer))
        survives(lambda: writer.write(b"x" * 100))
        if answer is not None:
            survives(writer.flush)
        try:
            writer.detach()
        except Exception:
            pass

    class Writer:
        def write(self, text):
            raise KeyError("in write")
    raises(KeyError, lambda: print("x", file=Writer()))
    raises(AttributeError, lambda: print("x", file=5))


def case_wrong_kinds_of_files():
    with tempfile.TemporaryDirectory() as folder:
        raises(IsADirectoryError, open, folder)
        raises(FileNotFoundError, open, os.path.join(folder, "no", "f"))
        raises(NotADirectoryError, open, os.path.join(sys.executable, "f"))
        raises(ValueError, open, "a\0b")
        raises((OSError, ValueError), open, "x" * 5000)
        raises(OSError, open, "")
        raises((TypeError, OSError), open, None)
        os.symlink("loop", os.path.join(folder, "loop"))
        raises(OSError, open, os.path.join(folder, "loop"))
        for name in ("binary.py", "null.py", "latin.py", "empty.py", "long.py", "bom.py"):
            path = os.path.join(folder, name)
            with open(path, "wb") as f:
                f.write({"binary.py": os.urandom(100).replace(b"\n", b"x") + b"\xff\xfe", "null.py": b"x = 1\0\n", "latin.py": b"# coding: latin-1\nx = '\xe9'\n",
                         "empty.py": b"", "long.py": b"x = '" + b"y" * 2_000_000 + b"'\n", "bom.py": b"\xef\xbb\xbfx = 1\n"}[name])
            done = subprocess.run([sys.executable, path], capture_output=True, timeout=30)
            assert done.returncode == (1 if name in ("binary.py", "null.py") else 0), (name, done)
        done = subprocess.run([sys.executable, folder], capture_output=True, timeout=30)
        assert done.returncode == 1, done


def case_undecodable_input():
    done = subprocess.run([sys.executable, "-c", "input()"], input=b"\xff\xfe\n", capture_output=True, timeout=30, env=dict(os.environ, PYTHONIOENCODING="utf-8"))
    assert done.returncode == 1 and b"UnicodeDecodeError" in done.stderr, done
    done = subprocess.run([sys.executable, "-c", "print('\\ud800')"], capture_output=True, timeout=30)
    assert done.returncode == 1 and b"UnicodeEncodeError" in done.stderr, done
    done = subprocess.run([sys.executable, "-c", b"print(len('\xff'))"], capture_output=True, timeout=30)
    assert done.returncode in (0, 1), done
