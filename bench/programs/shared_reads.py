"""Shared read-only data: all threads look up the same records, through a dict, a
list, attributes and a tuple, and write nothing shared."""

BAR = 1.95
CHUNK = 20_000


class Record:
    def __init__(self, number):
        self.number = number
        self.name = f"record {number}"
        self.point = (number, -number)


def prepare(threads):
    records = [Record(number) for number in range(1000)]
    return records, {record.name: record for record in records}


def work(state, index, count):
    records, by_name = state
    total = 0
    position = index * 7
    for _ in range(count):
        record = records[position % 1000]
        other = by_name[record.name]
        total += other.number + other.point[0] + other.point[1]
        position += 1
    assert total >= 0
    return count


def check(state, done):
    assert len(state[1]) == 1000
