"""Disjoint work: each thread computes rows of its own of the Mandelbrot set."""

BAR = 1.95
CHUNK = 1


def prepare(threads):
    return [0] * threads


def row(y, width=120, limit=60):
    inside = 0
    for x in range(width):
        cr, ci = 3.0 * x / width - 2.0, 2.0 * y / width - 1.0
        zr = zi = 0.0
        for _ in range(limit):
            zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
            if zr * zr + zi * zi > 4.0:
                break
        else:
            inside += 1
    return inside


def work(rows, index, count):
    for _ in range(count):
        row(rows[index] % 120)
        rows[index] += 1
    return count


def check(rows, done):
    assert rows == done, (rows, done)
    assert row(60) == row(60) > 0
