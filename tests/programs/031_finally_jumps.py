log = []
def f1():
    try:
        return "try"
    finally:
        log.append("finally runs")
def f2():
    for i in range(3):
        try:
            if i == 0:
                continue
            if i == 1:
                break
        finally:
            log.append(i)
    return "after"
def f3():
    while True:
        try:
            try:
                return 1
            finally:
                log.append("inner")
        finally:
            log.append("outer")
def f4():
    try:
        raise ValueError
    except ValueError:
        return "from except"
    finally:
        log.append("f4")
def f5():
    try:
        pass
    except ValueError:
        return "except"
    else:
        return "else"
    finally:
        log.append("f5")
def f6():
    x = 1
    try:
        return x
    finally:
        x = 2
def f7():
    result = []
    for i in range(3):
        for j in range(3):
            try:
                if j == 1:
                    break
                result.append((i, j))
            finally:
                result.append("f")
        else:
            result.append("never")
    return result
def f8():
    try:
        try:
            raise ValueError("a")
        finally:
            raise KeyError("b")
    except KeyError as error:
        return repr(error), repr(error.__context__)
def f9():
    for i in range(4):
        try:
            try:
                if i == 2:
                    raise ValueError(i)
            except ValueError as error:
                log.append(str(error))
                continue
            else:
                log.append("else")
            finally:
                log.append("fin")
        finally:
            if i == 3:
                return "returned", i
def f10():
    with_log = []
    class CM:
        def __enter__(self):
            with_log.append("enter")
            return self
        def __exit__(self, *exc):
            with_log.append(exc[0].__name__ if exc[0] else None)
            return exc[0] is ValueError
    for i in range(3):
        with CM():
            if i == 0:
                continue
            if i == 1:
                raise ValueError
            break
    with CM() as a, CM() as b:
        return with_log
    return "unreachable"
def f11():
    try:
        yield 1
        yield 2
    finally:
        log.append("generator closed")
def f12():
    try:
        return log.append("evaluated")
    finally:
        try:
            raise ValueError
        except ValueError:
            log.append("handled in finally")
def f13():
    n = 0
    while n < 5:
        n += 1
        try:
            continue
        finally:
            try:
                if n == 3:
                    raise KeyError
            except KeyError:
                log.append("k")
    else:
        return n, "else"
def f14():
    def inner():
        try:
            1 / 0
        finally:
            log.append("f14")
    try:
        inner()
    except ZeroDivisionError:
        return "zero"
for f in (f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f12, f13, f14):
    print(f.__name__, f(), log)
    log.clear()
g = f11()
print(next(g))
g.close()
print(log)
log.clear()
for value in f11():
    print(value)
print(log)
def deep():
    try:
        try:
            try:
                return 1
            finally:
                log.append(1)
        finally:
            log.append(2)
    finally:
        log.append(3)
log.clear()
print(deep(), log)
def swallow():
    while True:
        try:
            raise ValueError
        except ValueError:
            break
        finally:
            log.append("swallowed")
    return "ok"
log.clear()
print(swallow(), log)
def delete_in_except():
    try:
        raise ValueError
    except ValueError as e:
        del e
    try:
        e
    except NameError:
        return "unbound"
print(delete_in_except())
