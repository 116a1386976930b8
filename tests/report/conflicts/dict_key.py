# expect: kind=blocks category=dict name=totals hint=stmdict
"""Two blocks store under keys of one dict."""
from pair import rounds, together, work
from transaction import atomic

totals = {}


def words():
    for number in rounds():
        with atomic:
            totals["words"] = number  # one
            work(400)


def lines():
    for number in rounds():
        with atomic:
            totals["lines"] = number  # other
            work(400)


together(words, lines)
assert len(totals) == 2
