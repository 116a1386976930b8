"""Blocks entered by exit stacks and by hand: what works, and what says why it does not."""
import asyncio
import contextlib
from transaction import abort, atomic, is_atomic


def outcome(function):
    try:
        print(function.__name__, function())
    except (Exception, asyncio.CancelledError) as error:
        print(function.__name__, type(error).__name__, error)
    assert not is_atomic()


state = {"n": 0}


@outcome
def stack():
    with contextlib.ExitStack() as stack:
        stack.enter_context(atomic)


@outcome
def by_hand():
    atomic.__enter__()


class Borrowed:
    __enter__ = atomic.__enter__

    def __exit__(self, *exception):
        pass


@outcome
def borrowed():
    with Borrowed():
        pass


class Delegating:
    def __init__(self, context):
        self.context = context

    def __enter__(self):
        return self.context.__enter__()

    def __exit__(self, *exception):
        return self.context.__exit__(*exception)


@outcome
def delegating():
    with Delegating(atomic):
        pass


# Inside a block all of that works.
@outcome
def inner_stack():
    with atomic:
        with contextlib.ExitStack() as stack:
            stack.enter_context(atomic)
            stack.enter_context(contextlib.nullcontext())
            stack.enter_context(atomic(rollback=True))
            return is_atomic()


@outcome
def inner_stack_undone():
    with atomic:
        state["n"] += 1
        try:
            with contextlib.ExitStack() as stack:
                stack.enter_context(atomic(rollback=True))
                state["n"] += 10
                raise KeyError("undone")
        except KeyError:
            pass
        with contextlib.ExitStack() as stack:
            stack.enter_context(atomic(rollback=True))
            state["n"] += 100
            abort()
        return state["n"], is_atomic()


@outcome
def inner_async_stack():
    async def run():
        with atomic:
            stack = contextlib.AsyncExitStack()
            stack.enter_context(atomic(rollback=True))
            state["n"] += 1
            # Nothing here really waits.
            await stack.aclose()
            return state["n"], is_atomic()

    return asyncio.run(run())


@outcome
def inner_delegating():
    with atomic:
        with Delegating(atomic(rollback=True)) as inner:
            return inner


@outcome
def inner_generator():
    @contextlib.contextmanager
    def manager():
        with atomic(rollback=True):
            yield state["n"]

    with atomic:
        with manager() as n:
            state["n"] = n + 1
        try:
            with manager():
                state["n"] = -1
                raise KeyError
        except KeyError:
            return state["n"]


@outcome
def closing():
    with atomic, contextlib.closing(contextlib.ExitStack()) as stack:
        stack.enter_context(atomic)
        return is_atomic()


# Entered and not left: it ends with the block around it.
@outcome
def not_left():
    with atomic:
        state["n"] = 7
        atomic.__enter__()


@outcome
def moved():
    with atomic:
        with contextlib.ExitStack() as stack:
            stack.enter_context(atomic(rollback=True))
            state["n"] += 1
            kept = stack.pop_all()
    print(kept)


@outcome
def not_left_and_raises():
    with atomic:
        atomic(rollback=True).__enter__()
        state["n"] += 1
        raise KeyError("first")


@outcome
def not_left_and_aborted():
    with atomic:
        atomic.__enter__()
        state["n"] = -2
        abort()
    return state["n"]


@outcome
def left_by_hand():
    with atomic:
        try:
            atomic.__exit__(None, None, None)
        except RuntimeError as error:
            return str(error), is_atomic()


@outcome
def left_twice():
    with atomic:
        pass
    atomic.__exit__(None, None, None)


@outcome
def left_in_a_call():
    def leave():
        atomic.__exit__(None, None, None)

    with atomic:
        with atomic:
            leave()


@outcome
def deep():
    def enter(n):
        atomic.__enter__()
        if n:
            enter(n - 1)
            with atomic:
                state["n"] += 1
        atomic.__exit__(None, None, None)

    with atomic:
        enter(20)
        return state["n"], is_atomic()


print(state)
