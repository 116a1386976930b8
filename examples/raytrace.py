"""A ray tracer that shows what threads are worth.

Renders a picture once with one thread and once with `--threads N`, shows
progress, writes the image and prints the speed-up:

    orochi examples/raytrace.py --threads 2
    orochi examples/raytrace.py --threads 8 --width 640 --height 360 --out balls.ppm

All threads look at one scene; rows are handed out by one shared list, from
which each thread pops the next. Nothing else is done for the sake of threads.
The image is a binary PPM, which nearly every viewer opens.
"""

import math
import os
import sys
import threading
import time

DEPTH = 3  # how often a ray may be mirrored
TINY = 1e-6


class Vector:
    """A point, a direction or a colour: three floats."""
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def unit(self):
        return self * (1.0 / math.sqrt(self.dot(self)))


class Sphere:
    def __init__(self, centre, radius, colour, mirror):
        self.centre = centre
        self.radius = radius
        self.plain = colour
        self.mirror = mirror

    def distance(self, origin, direction):
        """How far the ray runs before it meets the sphere, or None."""
        offset = self.centre - origin
        along = offset.dot(direction)
        inside = self.radius * self.radius - offset.dot(offset) + along * along
        if inside < 0.0:
            return None
        half = math.sqrt(inside)
        if along - half > TINY:
            return along - half
        if along + half > TINY:
            return along + half
        return None

    def normal(self, point):
        return (point - self.centre) * (1.0 / self.radius)

    def colour(self, point):
        return self.plain


class Floor:
    """The plane y = 0, chequered."""
    mirror = 0.15
    light = Vector(0.95, 0.93, 0.88)
    dark = Vector(0.15, 0.22, 0.30)

    def distance(self, origin, direction):
        if direction.y > -TINY:
            return None
        far = -origin.y / direction.y
        return far if far > TINY else None

    def normal(self, point):
        return Vector(0.0, 1.0, 0.0)

    def colour(self, point):
        odd = (math.floor(point.x) + math.floor(point.z)) % 2
        return self.light if odd else self.dark


class Scene:
    def __init__(self, width, height):
        self.width = width
        self.height = height
        self.eye = Vector(0.0, 2.0, -6.5)
        self.lamps = [(Vector(-5.0, 7.0, -5.0), 0.75), (Vector(6.0, 4.0, -3.0), 0.35)]
        self.things = [Floor(), Sphere(Vector(0.0, 1.3, 1.0), 1.3, Vector(0.9, 0.9, 0.95), 0.6)]
        for i in range(7):
            angle = 2.0 * math.pi * i / 7 + 0.4
            colour = Vector(0.5 + 0.5 * math.cos(angle), 0.5 + 0.5 * math.cos(angle + 2.1),
                            0.5 + 0.5 * math.cos(angle + 4.2))
            place = Vector(2.6 * math.cos(angle), 0.55, 1.0 + 2.6 * math.sin(angle))
            self.things.append(Sphere(place, 0.55, colour, 0.25))

    def nearest(self, origin, direction):
        best, found = None, None
        for thing in self.things:
            far = thing.distance(origin, direction)
            if far is not None and (best is None or far < best):
                best, found = far, thing
        return best, found

    def shadowed(self, point, direction, limit):
        for thing in self.things:
            far = thing.distance(point, direction)
            if far is not None and far < limit:
                return True
        return False

    def trace(self, origin, direction, depth):
        """The colour that comes along a ray."""
        far, thing = self.nearest(origin, direction)
        if thing is None:
            up = max(0.0, direction.y)
            return Vector(0.75 - 0.5 * up, 0.85 - 0.35 * up, 1.0)
        point = origin + direction * far
        normal = thing.normal(point)
        start = point + normal * 1e-4
        light = 0.12
        shine = 0.0
        bounced = direction - normal * (2.0 * direction.dot(normal))
        for lamp, strength in self.lamps:
            way = lamp - point
            length = math.sqrt(way.dot(way))
            way = way * (1.0 / length)
            facing = normal.dot(way)
            if facing > 0.0 and not self.shadowed(start, way, length):
                light += strength * facing
                glint = bounced.dot(way)
                if glint > 0.0:
                    shine += strength * glint ** 40
        colour = thing.colour(point) * light
        if depth > 0 and thing.mirror > 0.0:
            seen = self.trace(start, bounced, depth - 1)
            colour = colour * (1.0 - thing.mirror) + seen * thing.mirror
        return colour + Vector(shine, shine, shine)

    def row(self, y):
        """One row of the picture as bytes, three for each pixel."""
        out = bytearray()
        scale = 1.1 / self.width
        for x in range(self.width):
            direction = Vector((x - 0.5 * self.width) * scale, (0.5 * self.height - y) * scale - 0.12, 1.0).unit()
            colour = self.trace(self.eye, direction, DEPTH)
            for part in (colour.x, colour.y, colour.z):
                out.append(min(255, max(0, int(255.0 * math.sqrt(max(0.0, part))))))
        return bytes(out)


class Progress:
    """A line that says how far a rendering is; silent if nobody watches."""

    def __init__(self, title, total):
        self.title, self.total, self.done = title, total, 0
        self.shown = -1
        self.live = sys.stderr is not None and sys.stderr.isatty()
        self.lock = threading.Lock()

    def step(self):
        with self.lock:
            self.done += 1
            percent = 100 * self.done // self.total
            if self.live and percent != self.shown:
                self.shown = percent
                bar = "#" * (percent * 40 // 100)
                sys.stderr.write(f"\r{self.title:12} [{bar:40}] {percent:3d} %")
                sys.stderr.flush()

    def finish(self):
        if self.live:
            sys.stderr.write("\n")


def render(scene, threads):
    """Render with so many threads; returns (rows, seconds)."""
    title = "1 thread" if threads == 1 else f"{threads} threads"
    progress = Progress(title, scene.height)
    todo = list(range(scene.height))
    todo.reverse()
    rows = [None] * scene.height
    failures = []

    def work():
        try:
            while True:
                try:
                    y = todo.pop()
                except IndexError:
                    return
                rows[y] = scene.row(y)
                progress.step()
        except BaseException as error:
            failures.append(error)
            todo.clear()

    started = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    progress.finish()
    if failures:
        raise failures[0]
    return rows, seconds


def positive(text):
    """A whole number of at least 1 from the command line."""
    if not text.isdigit() or int(text) < 1:
        raise SystemExit(f"{text}: a whole number of at least 1 is expected")
    return int(text)


def options_of(arguments):
    """What the command line says: a dict of option names and values."""
    options = {"threads": 2, "width": 480, "height": 270, "out": "raytrace.ppm"}
    arguments = list(arguments)
    while arguments:
        name = arguments.pop(0).removeprefix("--")
        if name not in options or not arguments:
            raise SystemExit("usage: raytrace.py [--threads N] [--width N] [--height N] [--out FILE.ppm]")
        value = arguments.pop(0)
        options[name] = value if name == "out" else positive(value)
    return options


def write_picture(path, width, height, rows):
    """Write rows of pixels as a binary PPM."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(file, b"P6\n%d %d\n255\n" % (width, height))
        for row in rows:
            os.write(file, bytes(row))
    finally:
        os.close(file)


def main():
    options = options_of(sys.argv[1:])
    threads, width, height = options["threads"], options["width"], options["height"]
    scene = Scene(width, height)
    print(f"{width} x {height} pixels")
    rows, one = render(scene, 1)
    print(f"1 thread:  {one:.2f} s", flush=True)
    if threads > 1:
        again, several = render(scene, threads)
        if again != rows:
            print("the pictures differ", file=sys.stderr)
            return 1
        print(f"{threads} threads: {several:.2f} s")
        print(f"speed-up:  {one / several:.2f}x")
    try:
        write_picture(options["out"], width, height, rows)
    except OSError as error:
        print(f"cannot write the picture: {error}", file=sys.stderr)
        return 1
    print(f"wrote {options['out']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
