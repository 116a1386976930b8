"""Disjoint work: the ray tracer with a scene for each thread."""

from scene import Scene

BAR = 1.95
CHUNK = 1


def prepare(threads):
    return [(Scene(), [0]) for _ in range(threads)]


def work(states, index, count):
    scene, next_row = states[index]
    for _ in range(count):
        scene.row(next_row[0] % scene.height)
        next_row[0] += 1
    return count


def check(states, done):
    assert [row[0] for _, row in states] == done
