# stdin: first line
# stdin: second line
import io, os, sys, tempfile
print(input("prompt> "), sys.stdin.readline().strip(), sys.stdin.read() == "")
try:
    input()
except EOFError as error:
    print("EOFError", error)
folder = tempfile.TemporaryDirectory()
path = os.path.join(folder.name, "file.txt")
with open(path, "w", encoding="utf-8") as f:
    print(f.write("línea 1\nline 2\n"), f.writable(), f.readable(), f.mode, f.encoding, f.closed)
    f.writelines(["line 3\n", "last"])
print(f.closed, os.path.getsize(path))
with open(path, encoding="utf-8") as f:
    print(f.readline(), f.tell() > 0, [line for line in f], f.read() == "", f.seek(0), f.read(3), next(f))
with open(path, "rb") as f:
    print(f.read(4), f.seek(-4, 2), f.read(), f.tell(), f.seek(0), f.readlines()[1], f.readinto(bytearray(2)))
with open(path, "a") as f:
    f.write("\nappended")
with open(path, "r+") as f:
    f.write("L")
    f.seek(0, 2)
    f.truncate()
print(open(path, encoding="utf-8").read().splitlines())
with open(path, "wb") as f:
    f.write(b"a\r\nb\rc\n")
for newline in (None, "", "\n", "\r"):
    with open(path, newline=newline) as f:
        print(repr(newline), f.readlines())
for args in ((path + "x",), (path, "zz"), (path, "rw"), (path, "rb", -1, "utf-8"), (folder.name,), (path, "x"), (5000,), ("a\0b",), (path, "w", 0)):
    try:
        open(*args)
    except Exception as error:
        print(type(error).__name__, str(error).split(":")[0].split("'")[0])
f = open(path)
f.close()
for method in ("read", "readline", "fileno", "seek"):
    try:
        getattr(f, method)(*([0] if method == "seek" else []))
    except ValueError as error:
        print(str(error).rstrip("."))
with open(path, "w") as f:
    try:
        f.read()
    except io.UnsupportedOperation as error:
        print(error)
    try:
        f.write(b"bytes")
    except TypeError as error:
        print(error)
s = io.StringIO("one\ntwo\n")
print(s.read(2), s.readline(), list(s), s.seek(0), s.getvalue(), s.write("ONE"), s.getvalue())
b = io.BytesIO(b"bytes")
print(b.read(2), b.getvalue(), b.getbuffer()[0], b.seek(0), b.read(), b.write(b"!"), b.getvalue())
t = io.TextIOWrapper(io.BytesIO("é\nx".encode("latin-1")), encoding="latin-1")
print(t.read(), t.encoding, t.buffer.closed)
r = io.BufferedReader(io.BytesIO(b"abcdef"))
print(r.peek(2)[:2], r.read(3), r.read1(10))
with open(path, "w") as f:
    print("printed", 1, 2, sep=",", file=f, flush=True)
print(open(path).read(), end="")
fd = os.open(path, os.O_RDONLY)
print(os.read(fd, 4), os.lseek(fd, 0, 0), os.fstat(fd).st_size, os.close(fd))
os.rename(path, path + "2")
os.mkdir(os.path.join(folder.name, "d"))
print(sorted(os.listdir(folder.name)), os.path.isdir(folder.name), os.path.exists(path), os.path.isfile(path + "2"), sorted(e.name for e in os.scandir(folder.name)))
os.remove(path + "2")
try:
    os.remove(path)
except FileNotFoundError as error:
    print(error.errno, error.strerror)
import pathlib
p = pathlib.Path(folder.name) / "p.txt"
p.write_text("path\n")
print(p.read_text(), p.name, p.suffix, p.exists(), p.stat().st_size, [q.name for q in sorted(p.parent.iterdir())], p.with_suffix(".x").name, pathlib.PurePath("a/b/../c").parts)
r, w = os.pipe()
os.write(w, b"through a pipe")
os.close(w)
with os.fdopen(r, "rb") as f:
    print(f.read())
folder.cleanup()
print(os.path.exists(folder.name))
