"""Exceptions older than a block, raised in it: what they get there is undone with it."""
import threading
from transaction import abort, atomic


def state(error):
    traceback, depth = error.__traceback__, 0
    while traceback is not None:
        traceback, depth = traceback.tb_next, depth + 1
    return depth, error.__context__, error.__cause__, error.__suppress_context__


def inner(error):
    raise error


old, other = ValueError("old"), KeyError("other")
try:
    raise old
except ValueError:
    pass
before, kept = state(old), old.__traceback__
print(before)

with atomic:
    try:
        inner(old)
    except ValueError:
        print(state(old)[0])
    abort()
print(state(old) == before, old.__traceback__ is kept)

with atomic:
    try:
        try:
            raise other
        except KeyError:
            inner(old)
    except ValueError:
        print(old.__context__ is other)
    abort()
print(state(old) == before, state(other))

with atomic:
    try:
        raise old from other
    except ValueError:
        print(old.__cause__ is other, old.__suppress_context__)
    abort()
print(state(old) == before, state(other))

# Raised again, by no name: never claimed.
try:
    inner(other)
except KeyError:
    raised = state(other)
    with atomic:
        try:
            raise
        except KeyError:
            pass
        abort()
    print(state(other) == raised)

# Only an inner block is undone.
with atomic:
    try:
        inner(old)
    except ValueError:
        in_block = state(old)
    try:
        with atomic(rollback=True):
            try:
                raise RuntimeError
            except RuntimeError:
                inner(old)
    except ValueError as error:
        # The exception has left the inner block, which is undone; what it gets since is the outer one's.
        print(error is old, old.__context__)
print(state(old)[0] > in_block[0] - 1)


# Two threads raise one exception in blocks: each block has it for itself.
shared = ValueError("shared")


def run():
    for _ in range(200):
        with atomic:
            shared.__traceback__ = None
            try:
                inner(shared)
            except ValueError:
                depths.add(state(shared)[0])


depths = set()
threads = [threading.Thread(target=run) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(depths)
