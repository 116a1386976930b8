"""Runs inside the interpreter under test: the cases of one hostile program.

    child.py PROGRAM.py [CASE ..]

A case is a function whose name begins with `case_`. It passes when it returns;
`start NAME` is printed before it, `ok NAME` or `FAILED NAME reason` after, so
that a crash or a hang can be pinned to the case that was running.
"""

import sys


def raises(kinds, function, *arguments):
    """Assert that the call raises one of `kinds`."""
    try:
        result = function(*arguments)
    except kinds:
        return
    raise AssertionError(f"no error but {str(result)[:80]}")


def survives(function, *arguments):
    """The call may raise any ordinary exception, or none."""
    try:
        return function(*arguments)
    except Exception:
        return None


def main():
    path, wanted = sys.argv[1], sys.argv[2:]
    with open(path, encoding="utf-8") as file:
        source = file.read()
    space = {"__name__": "hostile", "__file__": path, "raises": raises, "survives": survives}
    exec(compile(source, path, "exec"), space)
    for name, function in list(space.items()):
        if not name.startswith("case_") or (wanted and name not in wanted):
            continue
        print("start", name, flush=True)
        try:
            function()
            print("ok", name, flush=True)
        except BaseException as error:
            print("FAILED", name, type(error).__name__ + ":", str(error).split("\n")[0][:200], flush=True)


main()
