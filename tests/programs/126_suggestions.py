# "Did you mean": which names are close enough, and which of them is named.
import re
import traceback


class Point:
    def __init__(self):
        self.position = 1
        self._hidden = 2
        self.colour = 3


def told(action):
    try:
        action()
    except Exception as error:
        print(re.sub(r" \(.*\)", "", traceback.format_exception(error)[-1].strip()))


point = Point()
told(lambda: error)
told(lambda: Indxeerror)
told(lambda: x1y2)
told(lambda: pront)
told(lambda: lenn)
told(lambda: IF)
told(lambda: point.positon)
told(lambda: point.POSITION)
told(lambda: point.hidden)
told(lambda: point._hiden)
told(lambda: point.color)
told(lambda: point.c)
told(lambda: point.zzzzzz)
told(lambda: sorted([], reversed=True))
told(lambda: exec("from string import digitts"))
told(lambda: math.pi)
told(lambda: getattr(point, "p" * 60))
told(lambda: getattr(point, "position" + "n" * 2))
told(lambda: int("1", bas=2))
told(lambda: print(1, sepp=""))
told(lambda: zip(stric=True))
told(lambda: "abc".encode(encodin="ascii"))
told(lambda: max([1], zzzzzz=1))
told(lambda: len(ob=[]))
