import dataclasses, enum
@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
    tags: list = dataclasses.field(default_factory=list, compare=False)
    def norm(self): return self.x ** 2 + self.y ** 2
p = Point(1, 2)
print(p, p == Point(1, 2, ["other"]), p.norm(), dataclasses.asdict(p), dataclasses.astuple(p), dataclasses.replace(p, x=9), [f.name for f in dataclasses.fields(p)])
@dataclasses.dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0
print(Version(1) < Version(1, 1), sorted([Version(2), Version(1, 5)]), hash(Version(1)) == hash(Version(1)), {Version(1): "x"}[Version(1, 0)])
try:
    Version(1).major = 2
except dataclasses.FrozenInstanceError as error:
    print(error)
@dataclasses.dataclass(slots=True, kw_only=True)
class K:
    a: int
    b: str = "b"
    total: int = dataclasses.field(init=False, default=0)
    def __post_init__(self): self.total = self.a * 2
print(K(a=3), hasattr(K(a=1), "__dict__"))
try:
    K(1)
except TypeError as error:
    print(error)
@dataclasses.dataclass
class Child(Point):
    z: dataclasses.InitVar[int] = 5
    extra: str = "e"
    def __post_init__(self, z): self.extra += str(z)
print(Child(1, 2, z=7), Child.__match_args__)
try:
    @dataclasses.dataclass
    class Bad:
        items: list = []
except ValueError as error:
    print(str(error)[:40])
match Point(3, 4):
    case Point(x, y=4):
        print("matched", x)
class Color(enum.Enum):
    RED = 1
    GREEN = "g"
    ALIAS = 1
    @property
    def pretty(self): return self.name.title()
print(Color.RED, repr(Color.GREEN), Color(1), Color["GREEN"], Color.ALIAS is Color.RED, list(Color), Color.RED.pretty, Color.RED.value, len(Color), Color.RED in Color, Color.__members__.keys(), isinstance(Color.RED, Color))
for code in ("Color(5)", "Color['X']", "Color.X", "Color.RED < Color.GREEN"):
    try:
        eval(code)
    except Exception as error:
        print(code, type(error).__name__, error)
class N(enum.IntEnum):
    A = enum.auto()
    B = enum.auto()
class F(enum.Flag):
    R = enum.auto()
    W = enum.auto()
    X = enum.auto()
    RW = R | W
print(N.A + 1, N.B > 1, F.R | F.X, F.RW & F.W, ~F.R, F.R in F.RW, bool(F.R & F.W), list(F.RW), N(2), f"{N.A}", F(5))
class S(enum.StrEnum):
    LOWER = enum.auto()
print(S.LOWER, S.LOWER == "lower", S.LOWER.upper())
Animal = enum.Enum("Animal", "CAT DOG")
print(list(Animal), Animal.CAT.value)
class Planet(enum.Enum):
    EARTH = (1, 2)
    def __init__(self, a, b): self.total = a + b
print(Planet.EARTH.total)
