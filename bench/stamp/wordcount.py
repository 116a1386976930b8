"""Word count: lines of text are counted into one shared dict."""

from collections import Counter

from harness import atomic, main, stmdict


class WordCount:
    SIZE = 12_000
    WORDS = 6_000

    def __init__(self, rng, size):
        letters = "abcdefghijklmnopqrstuvwxyz"
        words = ["".join(rng.choice(letters) for _ in range(rng.randrange(2, 10)))
                 for _ in range(self.WORDS)]
        # Few words are frequent, most are rare.
        weights = [1 / (n + 10) for n in range(self.WORDS)]
        self.lines = [" ".join(rng.choices(words, weights, k=12)).capitalize() + "."
                      for _ in range(size)]
        self.counts = stmdict()

    def words(self, line):
        return [word.strip(".,;!?") for word in line.lower().split()]

    def work(self, me, threads):
        counts = self.counts
        mine = self.lines[me::threads]
        for line in mine:
            words = self.words(line)
            with atomic:
                for word in words:
                    counts[word] = counts.get(word, 0) + 1
        return len(mine)

    def check(self):
        expected = Counter(word for line in self.lines for word in self.words(line))
        assert dict(self.counts) == expected


if __name__ == "__main__":
    main(WordCount)
