# expect: kind=blocks category=attribute name=Config.limit description=reads hint=shorter
"""One block reads what another one writes."""
from pair import rounds, together, work
from transaction import atomic


class Config:
    def __init__(self):
        self.limit = 0


config = Config()


def reader():
    for _ in rounds():
        with atomic:
            limit = config.limit  # one
            work(400 + limit % 2)


def writer():
    for number in rounds():
        with atomic:
            config.limit = number  # other
            work(400)


together(reader, writer)
