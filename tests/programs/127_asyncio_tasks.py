# Futures and tasks: states, callbacks, cancellation, context, errors, and who waits for whom.
import asyncio
import contextvars
import gc
import threading

variable = contextvars.ContextVar("variable", default=0)


def said(action):
    try:
        return action()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


async def futures():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    print(future, future._state, future._callbacks, future.done(), future.get_loop() is loop)
    print(said(future.result), said(future.exception))
    order = []
    future.add_done_callback(lambda f: order.append(("first", f.result())))
    second = lambda f: order.append(("second", variable.get()))
    context = contextvars.copy_context()
    context.run(variable.set, 7)
    future.add_done_callback(second, context=context)
    future.add_done_callback(second)
    print(len(future._callbacks), future.remove_done_callback(print))
    future.set_result((1, 2))
    print(order, said(lambda: future.set_result(3)), future.cancel(), future.remove_done_callback(second))
    await asyncio.sleep(0)
    print(order, await future)
    failing = loop.create_future()
    print(said(lambda: failing.set_exception(3)))
    failing.set_exception(StopIteration)
    print(said(failing.result), type(failing.exception().__cause__).__name__)
    gone = loop.create_future()
    print(gone.cancel("why"), gone.cancelled(), said(gone.result), gone._cancel_message, gone)
    iterator = iter(loop.create_future())
    print(next(iterator)._asyncio_future_blocking, said(lambda: next(iterator)), said(lambda: iterator.throw(KeyError(1))))
    print(said(lambda: asyncio.Future.__new__(asyncio.Future).set_result(1)))
    print(said(lambda: setattr(failing, "_log_traceback", True)), failing._log_traceback)


async def failing(kind):
    await asyncio.sleep(0)
    raise kind("wrong")


async def swallowing(log):
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError as error:
            log.append(error.args)
            if len(log) == 2:
                raise


class Named(asyncio.Task):
    def cancel(self, msg=None):
        print("asked", msg)
        return super().cancel(msg)


async def tasks():
    loop = asyncio.get_running_loop()
    task = loop.create_task(failing(ValueError), name="mine")
    print(task.get_name(), task.get_coro().__name__, task in asyncio.all_tasks(), len(asyncio.all_tasks()))
    print(said(lambda: task.set_result(1)), said(lambda: asyncio.Task(3)))
    try:
        await task
    except ValueError as error:
        print("raised", error, [frame.name for frame in __import__("traceback").extract_tb(error.__traceback__)])
    print(str(task).split("defined")[0], task in asyncio.all_tasks(), said(lambda: loop.create_task(failing(KeyError)).cancel()))
    log = []
    task = loop.create_task(swallowing(log))
    await asyncio.sleep(0)
    print(task.cancel("one"), task.cancelling(), task._fut_waiter is not None)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(log, task.uncancel(), task.cancelling(), task.cancel("two"))
    print(await asyncio.gather(task, return_exceptions=True), task.cancelled(), log)
    named = Named(asyncio.sleep(60), loop=loop)
    outer = loop.create_task(wait_for(named))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(sorted(waiter.get_name() for waiter in named._asyncio_awaited_by) == [outer.get_name()])
    outer.cancel("all")
    print(await asyncio.gather(outer, named, return_exceptions=True))
    variable.set(3)
    task = loop.create_task(reading())
    variable.set(4)
    print(await task, task.get_context().get(variable))
    for yielded in (5, (n for n in ()), loop.create_future()):
        try:
            await loop.create_task(yielding(yielded))
        except RuntimeError as error:
            print(str(error).split("<")[0].strip())
    me = asyncio.current_task()
    print(me is asyncio.current_task(loop), me.get_name() == "whole", said(lambda: asyncio._enter_task(loop, me))[:12])


async def wait_for(other):
    await other


async def reading():
    await asyncio.sleep(0)
    return variable.get()


class Yield:
    def __init__(self, what):
        self.what = what

    def __await__(self):
        yield self.what


async def yielding(what):
    await Yield(what)


async def eager():
    loop = asyncio.get_running_loop()
    log = []

    async def work(wait):
        log.append((wait, asyncio.current_task().get_name()))
        if wait:
            await asyncio.sleep(0)
        return wait

    here = asyncio.current_task()
    tasks = [asyncio.Task(work(wait), loop=loop, name=f"eager {wait}", eager_start=True) for wait in (False, True)]
    print(log, [task.done() for task in tasks], asyncio.current_task() is here)
    print(await asyncio.gather(*tasks))


async def unretrieved():
    loop = asyncio.get_running_loop()
    heard = []
    loop.set_exception_handler(lambda loop, context: heard.append((context["message"], repr(context.get("exception")))))
    loop.create_future().set_exception(KeyError("lost"))
    quiet = loop.create_future()
    quiet.set_exception(KeyError("asked for"))
    quiet.exception()
    del quiet
    for _ in range(5):
        loop.create_task(never(loop))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for _ in range(3):
        gc.collect()
    print(sorted(set(heard)))


async def never(loop):
    await loop.create_future()


def in_threads():
    """Loops on several threads at once have nothing in common."""
    results = {}

    async def tree(depth):
        if not depth:
            await asyncio.sleep(0)
            return 1
        return sum(await asyncio.gather(*(tree(depth - 1) for _ in range(4))))

    def run(number):
        results[number] = asyncio.run(tree(4)), said(asyncio.get_running_loop)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sorted(results.items()))


def run(main):
    with asyncio.Runner() as runner:
        runner.get_loop().set_task_factory(None)
        task = runner.get_loop().create_task(main(), name="whole")
        runner.get_loop().run_until_complete(task)


for main in (futures, tasks, eager, unretrieved):
    print("==", main.__name__)
    run(main)
in_threads()
print(said(asyncio.get_running_loop), asyncio._get_running_loop())
