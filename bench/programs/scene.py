"""The small ray tracer of `ray_shared.py` and `ray_disjoint.py`: spheres over a
chequered floor, one lamp, shadows and mirrors. Not a program by itself."""

import math


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

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
    def __init__(self, centre, radius, brightness, mirror):
        self.centre, self.radius = centre, radius
        self.brightness, self.mirror = brightness, mirror

    def hit(self, origin, direction):
        offset = self.centre - origin
        along = offset.dot(direction)
        rest = self.radius * self.radius - offset.dot(offset) + along * along
        if rest <= 0.0:
            return None
        distance = along - math.sqrt(rest)
        return distance if distance > 1e-6 else None

    def normal(self, point):
        return (point - self.centre).unit()

    def shade(self, point):
        return self.brightness


class Floor:
    mirror = 0.1

    def hit(self, origin, direction):
        if direction.y > -1e-6:
            return None
        return -origin.y / direction.y if origin.y > 1e-6 else None

    def normal(self, point):
        return Vector(0.0, 1.0, 0.0)

    def shade(self, point):
        return 0.9 if (math.floor(point.x) + math.floor(point.z)) % 2 else 0.2


class Scene:
    def __init__(self, width=80, height=60):
        self.width, self.height = width, height
        self.eye = Vector(0.0, 1.5, -4.0)
        self.lamp = Vector(5.0, 8.0, -6.0)
        self.things = [Floor()] + [
            Sphere(Vector(-2.0 + i, 0.5 + 0.3 * (i % 2), 1.0 + 0.5 * i), 0.5, 0.3 + 0.1 * i, 0.3)
            for i in range(6)]

    def nearest(self, origin, direction):
        best = thing = None
        for candidate in self.things:
            distance = candidate.hit(origin, direction)
            if distance is not None and (best is None or distance < best):
                best, thing = distance, candidate
        return best, thing

    def trace(self, origin, direction, depth):
        distance, thing = self.nearest(origin, direction)
        if thing is None:
            return 0.5 + 0.5 * direction.y
        point = origin + direction * distance
        normal = thing.normal(point)
        start = point + normal * 1e-4
        to_lamp = (self.lamp - point).unit()
        light = 0.1
        facing = normal.dot(to_lamp)
        if facing > 0.0 and self.nearest(start, to_lamp)[1] is None:
            light += 0.9 * facing
        value = thing.shade(point) * light
        if depth and thing.mirror:
            mirrored = direction - normal * (2.0 * normal.dot(direction))
            value += thing.mirror * self.trace(start, mirrored, depth - 1)
        return value

    def row(self, y):
        values = []
        for x in range(self.width):
            direction = Vector((x - self.width / 2) / self.width, (self.height / 2 - y) / self.width, 1.0).unit()
            values.append(min(255, int(255 * self.trace(self.eye, direction, 2))))
        return values
