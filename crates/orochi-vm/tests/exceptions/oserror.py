for args in [(), (1,), (2, 'no'), (2, 'no', 'f'), (2, 'no', 'f', None, 'g'), (11, 'x'), (13, 'p', b'f'), (32, 'p'), (99999, 'z'), (1, 2, 3, 4, 5, 6), (2, 'no', None)]:
    e = OSError(*args)
    print(type(e).__name__, e, repr(e), e.errno, e.strerror, e.filename, e.filename2, e.args, e.__reduce__())
class My(OSError):
    def __init__(self, a, b, c):
        super().__init__(a, b)
        self.c = c
e = My(2, 'x', 'c')
print(type(e).__name__, e, e.errno, e.c, e.args)
class Plain(OSError): pass
e = Plain(2, 'x')
print(type(e).__name__, e, e.errno)
class New(OSError):
    def __new__(cls, *args): return super().__new__(cls, *args)
e = New(2, 'x', 'file')
print(type(e).__name__, e, e.args)
e = BlockingIOError(11, 'w', 5)
print(e.characters_written, e.args, e.filename)
try:
    OSError(1, 2).characters_written
except AttributeError as e:
    print(e)
print(FileNotFoundError(2, 'x', 'f').filename, FileNotFoundError('just').errno)
try:
    OSError(a=1)
except TypeError as e:
    print(e)

e = SyntaxError('bad', ('f.py', 3, 5, 'text\n', 3, 7))
print(e, e.msg, e.filename, e.lineno, e.offset, e.text, e.end_lineno, e.end_offset, e.print_file_and_line)
print(SyntaxError('m'), SyntaxError(), SyntaxError('a', ('/x/y/f.py', None, None, None)), SyntaxError('a', (None, 5, 1, '')))
for bad in [('m', 5), ('m', ()), ('m', (1, 2, 3)), ('m', (1, 2, 3, 4, 5))]:
    try:
        SyntaxError(*bad)
    except Exception as e:
        print(type(e).__name__)

e = UnicodeEncodeError('ascii', 'a\xe9b', 1, 2, 'ordinal not in range(128)')
print(e, e.encoding, e.object, e.start, e.end, e.reason, e.args)
print(UnicodeEncodeError('ascii', 'a\u1234\U00012345', 1, 3, 'r'), '|', UnicodeEncodeError('x', 'a\u1234', 1, 2, 'r'), '|', UnicodeEncodeError('x', '\U00012345', 0, 1, 'r'))
print(UnicodeDecodeError('utf-8', b'a\xff', 1, 2, 'invalid start byte'), '|', UnicodeDecodeError('utf-8', b'abc', 0, 2, 'r'))
print(UnicodeTranslateError('a\xe9', 1, 2, 'r'), '|', UnicodeTranslateError('abc', 0, 2, 'r'))
for cls, args in [(UnicodeEncodeError, (1,)), (UnicodeEncodeError, (1, 'a', 0, 1, 'r')), (UnicodeDecodeError, ('a', 'b', 0, 1, 'r')), (UnicodeTranslateError, ('a', 0, 1))]:
    try:
        cls(*args)
    except TypeError as e:
        print(e)
