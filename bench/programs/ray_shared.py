"""The ray tracer on one shared scene: rows are handed out by a shared list, and
go into a shared list of results."""

from scene import Scene

BAR = 1.9
CHUNK = 1


class State:
    def __init__(self):
        self.scene = Scene()
        self.rows = list(range(self.scene.height)) * 2000
        self.image = [None] * self.scene.height


def prepare(threads):
    return State()


def work(state, index, count):
    for _ in range(count):
        y = state.rows.pop()
        state.image[y] = state.scene.row(y)
    return count


def check(state, done):
    assert len(state.rows) == state.scene.height * 2000 - sum(done)
    for y in (0, state.scene.height // 2, state.scene.height - 1):
        assert state.image[y] is None or state.image[y] == state.scene.row(y)
