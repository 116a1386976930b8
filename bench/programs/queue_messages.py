"""A queue of fresh 50-object messages, producers and consumers: even threads
make messages, odd ones read every object of them. With one thread it does both
in turn, so an operation is always one message made or read."""

import queue

BAR = 1.3
CHUNK = 100
SIZE = 50


class Item:
    def __init__(self, value):
        self.value = value


class State:
    def __init__(self, threads):
        self.threads = threads
        self.queue = queue.Queue(1000)
        self.sent = [0] * threads
        self.received = [0] * threads


def prepare(threads):
    return State(threads)


def produce(state, index, count):
    put = state.queue.put
    for _ in range(count):
        try:
            put([Item(i) for i in range(SIZE)], timeout=1)
        except queue.Full:
            return _
        state.sent[index] += 1
    return count


def consume(state, index, count):
    get = state.queue.get
    for _ in range(count):
        try:
            message = get(timeout=1)
        except queue.Empty:
            return _
        total = 0
        for item in message:
            total += item.value
        assert total == SIZE * (SIZE - 1) // 2, total
        state.received[index] += 1
    return count


def work(state, index, count):
    if state.threads == 1:
        return produce(state, 0, count) + consume(state, 0, count)
    return produce(state, index, count) if index % 2 == 0 else consume(state, index, count)


def check(state, done):
    sent, received, left = sum(state.sent), sum(state.received), state.queue.qsize()
    assert sent == received + left, f"{sent} sent, {received} received, {left} left"
