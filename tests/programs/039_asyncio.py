import asyncio
async def work(name, delay, log):
    log.append(f"{name} start")
    await asyncio.sleep(delay)
    log.append(f"{name} end")
    return name
async def main():
    log = []
    print(await asyncio.gather(work("a", 0.02, log), work("b", 0.01, log)))
    print(log)
    task = asyncio.create_task(work("c", 0, []))
    print(await task, task.done(), task.result())
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError as error:
        print("timeout", type(error).__name__)
    async def fails():
        raise ValueError("failed")
    print(await asyncio.gather(fails(), work("d", 0, []), return_exceptions=True))
    task = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", task.cancelled())
    queue = asyncio.Queue(2)
    async def producer():
        for i in range(5):
            await queue.put(i)
        await queue.put(None)
    async def consumer():
        got = []
        while (item := await queue.get()) is not None:
            got.append(item)
        return got
    print((await asyncio.gather(producer(), consumer()))[1])
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            ok = group.create_task(work("e", 0, []))
    except* ValueError as errors:
        print(errors.exceptions)
    lock = asyncio.Lock()
    order = []
    async def locked(n):
        async with lock:
            order.append(n)
            await asyncio.sleep(0)
            order.append(n)
    await asyncio.gather(*(locked(n) for n in range(3)))
    print(order)
    event = asyncio.Event()
    async def waiter():
        await event.wait()
        return "woken"
    task = asyncio.create_task(waiter())
    await asyncio.sleep(0)
    event.set()
    print(await task)
    semaphore = asyncio.Semaphore(2)
    active = peak = 0
    async def limited():
        nonlocal active, peak
        async with semaphore:
            active += 1
            peak = max(peak, active)
            await asyncio.sleep(0)
            active -= 1
    await asyncio.gather(*(limited() for _ in range(6)))
    print("peak", peak)
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_soon(future.set_result, "soon")
    print(await future)
    loop.call_later(0.01, order.append, "later")
    await asyncio.sleep(0.03)
    print(order[-1])
    print(await asyncio.to_thread(lambda: "from a thread"))
    print(await loop.run_in_executor(None, sum, [1, 2, 3]))
    async def ticks():
        for i in range(3):
            await asyncio.sleep(0)
            yield i
    print([i async for i in ticks()])
    done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(0, "x")), asyncio.create_task(asyncio.sleep(10))], return_when=asyncio.FIRST_COMPLETED)
    print([t.result() for t in done], len(pending))
    for t in pending:
        t.cancel()
    async with asyncio.timeout(5):
        await asyncio.sleep(0)
    import contextvars
    variable = contextvars.ContextVar("v", default="default")
    async def child():
        variable.set("child")
        return variable.get()
    print(await asyncio.create_task(child()), variable.get())
    return "main done"
print(asyncio.run(main()))
async def streams():
    async def handle(reader, writer):
        data = await reader.readline()
        writer.write(data.upper())
        await writer.drain()
        writer.close()
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    print(await reader.readline())
    writer.close()
    server.close()
asyncio.run(streams())
