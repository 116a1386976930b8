"""Lee's routing: paths through one grid that must not cross.

Each path is looked for on a copy of the grid, and laid if it is still free.
"""

from collections import deque

from harness import atomic, main


class Labyrinth:
    SIZE = 120
    WIDTH = 160

    def __init__(self, rng, size):
        width = self.WIDTH
        self.grid = [0] * (width * width)
        self.waiting = deque()
        cells = rng.sample(range(width * width), 2 * size)
        for n in range(size):
            x, y = cells[2 * n] % width, cells[2 * n] // width
            # Ends that are not far from each other, so that many paths fit.
            to_x = min(width - 1, max(0, x + rng.randrange(-24, 25)))
            to_y = min(width - 1, max(0, y + rng.randrange(-24, 25)))
            self.waiting.append((n + 1, y * width + x, to_y * width + to_x))
        self.size = size
        self.paths = {}
        self.failed = []

    def neighbours(self, cell):
        width = self.WIDTH
        x = cell % width
        if x > 0:
            yield cell - 1
        if x < width - 1:
            yield cell + 1
        if cell >= width:
            yield cell - width
        if cell < width * (width - 1):
            yield cell + width

    def find(self, grid, source, target):
        """The cells of a shortest path through free cells, or None."""
        if grid[source] or grid[target]:
            return None
        came_from, front = {source: None}, [source]
        while front:
            following = []
            for cell in front:
                if cell == target:
                    path = []
                    while cell is not None:
                        path.append(cell)
                        cell = came_from[cell]
                    return path
                for beside in self.neighbours(cell):
                    if not grid[beside] and beside not in came_from:
                        came_from[beside] = cell
                        following.append(beside)
            front = following
        return None

    def lay(self, number, path):
        """Whether the path was free, and is the number's now."""
        with atomic:
            if any(self.grid[cell] for cell in path):
                return False
            for cell in path:
                self.grid[cell] = number
            self.paths[number] = path
            return True

    def work(self, me, threads):
        done = 0
        while True:
            try:
                number, source, target = self.waiting.popleft()
            except IndexError:
                return done
            done += 1
            while True:
                path = self.find(self.grid[:], source, target)
                if path is None:
                    self.failed.append(number)
                    break
                if self.lay(number, path):
                    break

    def check(self):
        assert len(self.paths) + len(self.failed) == self.size and self.paths
        for number, path in self.paths.items():
            assert all(self.grid[cell] == number for cell in path)
            assert all(b in self.neighbours(a) for a, b in zip(path, path[1:]))
        assert sum(map(len, self.paths.values())) == sum(cell != 0 for cell in self.grid)


if __name__ == "__main__":
    main(Labyrinth)
