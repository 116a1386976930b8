def show(f):
    try:
        print('->', f())
    except BaseException as e:
        print(type(e).__name__, e)
class Later:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield self.v
        return got
async def coro(x):
    a = await Later(x)
    print('a', a)
    b = await Later(x + 1)
    return (a, b)
c = coro(1)
print(type(c), c.__name__, c.cr_running, c.cr_suspended, c.cr_await, c.cr_origin)
print(c.send(None))
print(c.cr_await is not None, c.cr_suspended)
print(c.send('first'))
show(lambda: c.send('second'))
show(lambda: c.send(None))
show(lambda: c.throw(ValueError))
c = coro(1); c.close(); show(lambda: c.send(None))
async def nested():
    try:
        return await coro(10)
    except ValueError as e:
        print('nested', e)
        return 'recovered'
c = nested(); print(c.send(None)); show(lambda: c.throw(ValueError('t')))
c = nested(); w = c.__await__(); print(type(w).__name__, next(w)); w.close()
async def bad(): await 5
c = bad(); show(lambda: c.send(None))
async def twice():
    inner = coro(1)
    async def other(): await inner
    o = other(); o.send(None)
    await inner
c = twice(); show(lambda: c.send(None))
async def agen(n):
    try:
        for i in range(n):
            got = yield i
            print('got', got)
            await Later('wait')
    except ValueError as e:
        print('agen', e)
        yield 'v'
    finally:
        print('agen finally')
def drive(awaitable):
    it = awaitable.__await__()
    value = None
    while True:
        try:
            print('event', it.send(value))
        except StopIteration as e:
            return e.value
        except StopAsyncIteration:
            return 'StopAsyncIteration'
a = agen(3)
print(type(a), a.ag_running, a.ag_suspended, a.ag_await)
print(drive(a.__anext__()))
print(drive(a.asend('s')))
print(drive(a.athrow(ValueError('boom'))))
print(drive(a.__anext__()))
print(drive(a.__anext__()))
a = agen(2); print(drive(a.__anext__()), drive(a.aclose()), drive(a.aclose()))
kept = agen(2); x = kept.__anext__(); drive(x); show(lambda: x.send(None))
async def loop():
    out = []
    async for v in agen(3):
        out.append(v)
    return out
print(drive(loop()))
async def ignoring():
    try:
        yield 1
    except GeneratorExit:
        yield 2
a = ignoring(); drive(a.__anext__()); show(lambda: drive(a.aclose()))
async def stops():
    yield 1
    raise StopAsyncIteration
a = stops(); drive(a.__anext__()); show(lambda: drive(a.__anext__()))
async def stopi():
    raise StopIteration
show(lambda: drive(stopi()))
async def no_aiter():
    async for x in 5: pass
show(lambda: drive(no_aiter()))
class BadAiter:
    def __aiter__(self): return 5
async def bad_aiter():
    async for x in BadAiter(): pass
show(lambda: drive(bad_aiter()))
class BadAnext:
    def __aiter__(self): return self
    def __anext__(self): return 5
async def bad_anext():
    async for x in BadAnext(): pass
show(lambda: drive(bad_anext()))
class CM:
    async def __aenter__(self): print('enter'); return 'cm'
    async def __aexit__(self, *a): print('exit', a[0]); return True
async def with_cm():
    async with CM() as c:
        print(c)
        raise ValueError
    return 'done'
print(drive(with_cm()))
async def comp():
    return [x async for x in agen(2)], [await Later(y) for y in (1, 2)]
print(drive(comp()))
a2 = agen(2)
x = a2.__anext__()
try: x.send(None)
except StopIteration as e: print(e.value)
x = a2.__anext__(); print(x.send(None)); y = a2.__anext__(); show(lambda: y.send(None))
