"""Takes the place of the `pyperf` package for pyperformance's scripts.

A script builds a `Runner`, perhaps adds and parses options, and says what it
would like to have measured. This stand-in starts no processes and measures
nothing: it records (name, run) in `captured`, where `run(loops)` gives the
seconds that `loops` rounds took by `perf_counter`, which the worker sets to the
clock it wants. It needs only `sys` and `time`, so that a young runtime has
little to stumble over.
"""

import sys
import time

perf_counter = time.perf_counter
captured = []


def python_implementation():
    return sys.implementation.name


def python_has_jit():
    return python_implementation() == "pypy"


class Options:
    """What `parse_args` returns: one attribute an option."""


class Parser:
    """As much of `argparse` as the scripts use."""

    def __init__(self):
        self.optional = {}
        self.positional = []
        self.options = Options()

    def add_argument(self, *names, action="store", type=str, default=None, nargs=None,
                     choices=None, dest=None, const=True, **unused):
        if names[0].startswith("-"):
            if dest is None:
                longest = [name for name in names if name.startswith("--")] or names
                dest = longest[0].lstrip("-").replace("-", "_")
            if action == "store_true" and default is None:
                default = False
            for name in names:
                self.optional[name] = (dest, action, type)
        else:
            dest = names[0]
            self.positional.append((dest, type))
        setattr(self.options, dest, default)

    def add_mutually_exclusive_group(self, **unused):
        return self

    add_argument_group = add_mutually_exclusive_group

    def parse_args(self, arguments=None):
        arguments = list(sys.argv[1:] if arguments is None else arguments)
        positional = list(self.positional)
        while arguments:
            word = arguments.pop(0)
            name, equals, value = word.partition("=")
            if name in self.optional:
                dest, action, type = self.optional[name]
                if action == "store_true":
                    value = True
                else:
                    value = type(value if equals else arguments.pop(0))
                setattr(self.options, dest, value)
            elif positional:
                dest, type = positional.pop(0)
                setattr(self.options, dest, type(word))
            else:
                raise SystemExit("unexpected argument: " + word)
        return self.options


class Runner:
    def __init__(self, *unused, **also_unused):
        self.metadata = {}
        self.argparser = Parser()
        self.args = self.argparser.options

    def parse_args(self, arguments=None):
        return self.argparser.parse_args(arguments)

    def bench_func(self, name, function, *arguments, inner_loops=None, **unused):
        def run(loops):
            started = perf_counter()
            for _ in range(loops):
                function(*arguments)
            return perf_counter() - started

        captured.append((name, run))

    def bench_time_func(self, name, function, *arguments, inner_loops=None, **unused):
        def run(loops):
            return function(loops, *arguments)

        captured.append((name, run))

    def bench_async_func(self, name, function, *arguments, inner_loops=None, loop_factory=None, **unused):
        import asyncio

        async def main(loops):
            started = perf_counter()
            for _ in range(loops):
                await function(*arguments)
            return perf_counter() - started

        def run(loops):
            if loop_factory is None:
                return asyncio.run(main(loops))
            loop = loop_factory()
            try:
                return loop.run_until_complete(main(loops))
            finally:
                loop.close()

        captured.append((name, run))

    def bench_command(self, name, *unused, **also_unused):
        raise SystemExit("starts other processes: " + name)
