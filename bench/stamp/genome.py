"""Gene sequencing: equal segments are dropped, then overlapping ones are joined to the gene."""

import threading

from harness import atomic, main, stmdict, stmset


class Segment:
    def __init__(self, text):
        self.text = text
        self.following = None
        self.overlap = 0
        self.begins = True


class Genome:
    SIZE = 8_000
    LENGTH = 24
    CHUNK = 8

    def __init__(self, rng, size):
        self.gene = "".join(rng.choice("acgt") for _ in range(size))
        last = size - self.LENGTH
        # Each place at least every few letters, and many twice.
        places = list(range(0, last, 3)) + [last] + [rng.randrange(last) for _ in range(2 * size)]
        rng.shuffle(places)
        self.segments = [self.gene[at:at + self.LENGTH] for at in places]
        self.unique = stmset()
        self.starts = [None] * self.LENGTH
        self.barrier, self.lock = None, threading.Lock()
        self.nodes = []

    def drop_equal(self, segments):
        """Phase one: a set of all segments, filled by several threads."""
        for at in range(0, len(segments), self.CHUNK):
            with atomic:
                for segment in segments[at:at + self.CHUNK]:
                    self.unique.add(segment)
        return len(segments) // self.CHUNK

    def prepare(self):
        if not self.nodes:
            self.nodes = [Segment(text) for text in sorted(self.unique)]
        self.starts = stmdict()

    def index(self, nodes, overlap):
        """Phase two, first half: who begins with what."""
        for at in range(0, len(nodes), self.CHUNK):
            with atomic:
                for node in nodes[at:at + self.CHUNK]:
                    if node.begins:
                        self.starts[node.text[:overlap]] = node
        return len(nodes) // self.CHUNK

    def join(self, nodes, overlap):
        """Phase two, second half: who goes on where another ends."""
        for node in nodes:
            if node.following is None:
                with atomic:
                    other = self.starts.get(node.text[-overlap:])
                    if other is not None and other is not node and other.begins:
                        node.following, node.overlap = other, overlap
                        other.begins = False
        return len(nodes)

    def work(self, me, threads):
        with self.lock:
            if self.barrier is None:
                self.barrier = threading.Barrier(threads, action=self.prepare)
                self.wait = threading.Barrier(threads)
        done = self.drop_equal(self.segments[me::threads])
        self.barrier.wait()
        mine = self.nodes[me::threads]
        for overlap in range(self.LENGTH - 1, self.LENGTH - 4, -1):
            done += self.index(mine, overlap)
            self.wait.wait()
            done += self.join(mine, overlap)
            self.barrier.wait()
        return done

    def check(self):
        assert set(self.unique) == set(self.segments)
        # Random letters: an overlap of twenty is one in the gene, so there is one chain.
        first = [node for node in self.nodes if node.begins]
        assert len(first) == 1, len(first)
        node, pieces = first[0], [first[0].text]
        while node.following is not None:
            pieces.append(node.following.text[node.overlap:])
            node = node.following
        assert "".join(pieces) == self.gene


if __name__ == "__main__":
    main(Genome)
