def chain():
    try:
        try:
            raise ValueError("first")
        except ValueError as error:
            raise KeyError("second") from error
    except KeyError as error:
        return error
e = chain()
print(repr(e), repr(e.__cause__), repr(e.__context__), e.__suppress_context__)
def implicit():
    try:
        try:
            raise ValueError("first")
        except ValueError:
            [][0]
    except IndexError as error:
        return error
e = implicit()
print(repr(e), repr(e.__cause__), repr(e.__context__), e.__suppress_context__)
def suppressed():
    try:
        try:
            raise ValueError("first")
        except ValueError:
            raise TypeError("shown") from None
    except TypeError as error:
        return error
e = suppressed()
print(repr(e), e.__cause__, repr(e.__context__), e.__suppress_context__)
def class_cause():
    try:
        raise ValueError from KeyError
    except ValueError as error:
        return error
print(repr(class_cause().__cause__))
e = ValueError("with notes")
e.add_note("first note")
e.add_note("second note")
print(e.__notes__, str(e))
try:
    e.add_note(5)
except TypeError as error:
    print(error)
try:
    ValueError().__cause__ = 5
except TypeError as error:
    print(error)
def self_cycle():
    error = ValueError("cycle")
    try:
        try:
            raise error
        except ValueError:
            raise error
    except ValueError as caught:
        return caught.__context__
print(self_cycle())
def in_finally():
    try:
        try:
            raise ValueError("body")
        finally:
            raise TypeError("cleanup")
    except TypeError as error:
        return repr(error.__context__)
print(in_finally())
def three():
    try:
        raise ValueError(1)
    except ValueError:
        try:
            raise ValueError(2)
        except ValueError:
            try:
                raise ValueError(3)
            except ValueError as error:
                return error
e = three()
while e:
    print(e.args[0])
    e = e.__context__
def generator():
    try:
        yield
    except ValueError as error:
        raise KeyError("from generator") from error
g = generator()
next(g)
try:
    g.throw(ValueError("thrown"))
except KeyError as error:
    print(repr(error), repr(error.__cause__))
def context_of_generator():
    def g():
        yield 1
        raise ValueError("in generator")
    it = g()
    next(it)
    try:
        raise KeyError("outside")
    except KeyError:
        try:
            next(it)
        except ValueError as error:
            return repr(error.__context__)
print(context_of_generator())
def stop_inside():
    def g():
        yield 1
        raise StopIteration("leaks")
    try:
        list(g())
    except RuntimeError as error:
        return str(error), repr(error.__cause__)
print(stop_inside())
