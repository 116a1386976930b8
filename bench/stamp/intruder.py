"""Intrusion detection: fragments of many flows arrive mixed, are put together, and searched."""

from collections import deque

from harness import atomic, main, stmdict


class Flow:
    def __init__(self, length):
        self.length = length
        self.fragments = {}


class Intruder:
    SIZE = 6_000
    SIGNATURE = "attack"

    def __init__(self, rng, size):
        self.packets = deque()
        packets = []
        self.attacks = set()
        for flow in range(size):
            text = "".join(rng.choice("abcdefgh ") for _ in range(rng.randrange(100, 400)))
            if rng.random() < 0.1:
                at = rng.randrange(len(text))
                text = text[:at] + self.SIGNATURE + text[at:]
                self.attacks.add(flow)
            cuts = sorted(rng.sample(range(1, len(text)), rng.randrange(1, 8)))
            pieces = [text[a:b] for a, b in zip([0] + cuts, cuts + [len(text)])]
            packets += [(flow, n, len(pieces), piece) for n, piece in enumerate(pieces)]
        # Mixed, but not over the whole time.
        packets.sort(key=lambda packet: packet[0] + rng.random() * 500)
        self.packets.extend(packets)
        self.flows = stmdict()
        self.found = {}

    def decode(self, flow, number, count, piece):
        """The text of the flow, if this was the last piece of it that was missing."""
        with atomic:
            known = self.flows.get(flow)
            if known is None:
                known = self.flows[flow] = Flow(count)
            known.fragments[number] = piece
            if len(known.fragments) < known.length:
                return None
            del self.flows[flow]
            return "".join(known.fragments[n] for n in range(known.length))

    def suspicious(self, text):
        """A detector that looks letter by letter."""
        wanted, state = self.SIGNATURE, 0
        for letter in text:
            if letter == wanted[state]:
                state += 1
                if state == len(wanted):
                    return True
            else:
                state = letter == wanted[0]
        return False

    def work(self, me, threads):
        found, done = set(), 0
        while True:
            try:
                packet = self.packets.popleft()
            except IndexError:
                break
            done += 1
            text = self.decode(*packet)
            if text is not None and self.suspicious(text):
                found.add(packet[0])
        self.found[me] = found
        return done

    def check(self):
        assert len(self.flows) == 0
        assert set().union(*self.found.values()) == self.attacks


if __name__ == "__main__":
    main(Intruder)
