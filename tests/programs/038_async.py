class Suspend:
    """Yields to whoever drives the coroutine."""
    def __init__(self, value):
        self.value = value
    def __await__(self):
        got = yield self.value
        return got
def drive(coroutine, *answers):
    out = []
    answers = list(answers)
    try:
        out.append(coroutine.send(None))
        while True:
            out.append(coroutine.send(answers.pop(0) if answers else None))
    except StopIteration as stop:
        return out, stop.value
async def simple():
    return 5
print(drive(simple()))
async def two():
    a = await Suspend("first")
    b = await Suspend("second")
    return a, b, await simple()
print(drive(two(), 1, 2))
async def handles():
    try:
        await Suspend("before")
    except ValueError as error:
        return f"caught {error}"
    finally:
        print("finally")
h = handles()
h.send(None)
try:
    h.throw(ValueError("thrown"))
except StopIteration as stop:
    print(stop.value)
class AsyncManager:
    async def __aenter__(self):
        print("aenter", await Suspend("in"))
        return "managed"
    async def __aexit__(self, *exc):
        print("aexit", exc[0], await Suspend("out"))
        return True
async def uses_manager():
    async with AsyncManager() as m:
        print(m)
        raise ValueError("swallowed")
    return "done"
print(drive(uses_manager(), "A", "B"))
class AsyncRange:
    def __init__(self, n):
        self.i, self.n = 0, n
    def __aiter__(self):
        return self
    async def __anext__(self):
        if self.i == self.n:
            raise StopAsyncIteration
        self.i += 1
        await Suspend(f"step {self.i}")
        return self.i
async def iterates():
    total = []
    async for i in AsyncRange(3):
        total.append(i)
    else:
        total.append("else")
    return total
print(drive(iterates()))
async def comprehensions():
    a = [i async for i in AsyncRange(2)]
    b = {i: await simple() async for i in AsyncRange(2) if i > 1}
    c = [await simple() for _ in range(2)]
    return a, b, c
print(drive(comprehensions()))
async def agen(n):
    try:
        for i in range(n):
            got = yield i
            if got:
                print("got", got)
            await Suspend("tick")
    finally:
        print("agen closed")
async def uses_agen():
    g = agen(5)
    out = [await anext(g), await g.asend("hello"), await g.__anext__()]
    await g.aclose()
    out.append(await anext(g, "default"))
    return out
print(drive(uses_agen()))
async def athrow():
    async def g():
        while True:
            try:
                yield "ready"
            except KeyError as error:
                yield f"handled {error}"
    it = g()
    out = [await anext(it), await it.athrow(KeyError("k")), await anext(it)]
    await it.aclose()
    return out
print(drive(athrow()))
async def genexp():
    g = (i * 10 async for i in AsyncRange(2))
    return [x async for x in g]
print(drive(genexp()))
async def bad_await():
    await 5
try:
    drive(bad_await())
except TypeError as error:
    print("int" in str(error) and "await" in str(error))
c = simple()
print(type(c).__name__, c.cr_code.co_name, c.cr_frame is not None, c.cr_await)
c.close()
try:
    c.send(None)
except RuntimeError as error:
    print(error)
c = simple()
try:
    c.send(5)
except TypeError as error:
    print(error)
c.close()
async def bad_iter():
    async for x in [1]:
        pass
async def bad_with():
    async with 5:
        pass
for make in (bad_iter, bad_with):
    try:
        drive(make())
    except TypeError as error:
        print(str(error).split(" (")[0])
import types
@types.coroutine
def old_style():
    got = yield "from generator"
    return got
async def uses_old():
    return await old_style()
print(drive(uses_old(), "answer"))
async def nested(n):
    return n if n == 0 else 1 + await nested(n - 1)
print(drive(nested(50)))
async def lambda_in():
    f = lambda: simple()
    return await f()
print(drive(lambda_in()))
class AsyncInit:
    def __await__(self):
        return simple().__await__()
async def awaits_object():
    return await AsyncInit()
print(drive(awaits_object()))
