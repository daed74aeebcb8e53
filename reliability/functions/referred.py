"""What functions refer to, and how scripts change it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["THINGS", "Thing"]


@dataclass(frozen=True)
class Thing:
    """Something that a function refers to.

    In what is written here, ``#`` is a constant. Expressions are templates, as those in
    `reliability.functions.expressions`.

    Attributes
    ----------
    definition : str
        The lines that define it.
    numbers, integers, booleans : tuple of str
        Expressions that refer to it.
    statements : tuple of str
        Statements of a function that refer to it, where ``y`` is the result so far.
    changes : tuple of str
        Statements that change it, between runs or within one.
    assigned : tuple of str
        The names that these assign.
    """

    definition: str
    numbers: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()


_GAIN = Thing(
    "gain = #",
    numbers=("gain", "gain*{a}"),
    changes=("gain = #", "gain *= 2", "gain = 3", "gain = np.float64(#)"),
    assigned=("gain",),
)
_COUNT = Thing(
    "count = 3",
    numbers=("count*{a}",),
    integers=("{k} % count",),
    changes=("count = 2", "count += 1", "count = np.int32(4)"),
    assigned=("count",),
)
_FLAG = Thing(
    "flag = True",
    booleans=("flag == ({p})",),
    statements=("if flag:\n    y = {a}\nelse:\n    y = {b}",),
    changes=("flag = not flag", "flag = False"),
    assigned=("flag",),
)
_MODE = Thing(
    'mode = "linear"\noffset = None',
    statements=(
        'if mode == "linear":\n    y = y + {a}\nelse:\n    y = y*{a}',
        "if offset is not None:\n    y = y + offset",
    ),
    changes=('mode = "square"', "offset = #"),
    assigned=("mode", "offset"),
)
_LEVEL = Thing(
    "level = 10*mV\ntau = 4*ms",
    numbers=("level/mV", "(v - level)/mV", "float(tau/b2.ms)", "np.exp(v/level/8)"),
    booleans=("v > level", "v - 3*mV <= level"),
    changes=("level = #*mV", "level *= 2", "tau = 2*ms"),
    assigned=("level", "tau"),
)
_TABLE = Thing(
    "table = np.array([#, #, #, #, #, #])",
    numbers=(
        "table[{k} % len(table)]",
        "table[{k} % 4]",
        "table[k]",
        "table[-k - 1]",
        "table[{k}]",
        "table[{k} % table.size]",
        "table[2]*{a}",
        "table[np.abs({k}) % 4]",
        "table.sum()",
        "table.mean()*{a}",
        "np.max(table)",
        "table[1:3].sum()",
    ),
    integers=("len(table)", "table.size + {k}", "table.shape[0]"),
    changes=(
        "table[:] = table[::-1]",
        "table[1] = #",
        "table[:] = -0.5*table",
        "table[:] = table + #",
        "table = np.arange(8.0)",
        "table = np.array([#, #, #, #, #])",
        "table = np.array([4, 3, 2, 1, 0, 7])",
        "table = np.arange(12.0)[::-2]",
        "table = np.array([#, #])",
        "table = np.arange(6, dtype=np.float32)",
    ),
    assigned=("table",),
)
_COUNTS = Thing(
    "counts = np.array([3, 0, 2, 1])\nmarks = np.array([True, False, True])",
    numbers=("{c}*counts[{k} % 4]",),
    integers=("counts[{k} % 4]", "counts[counts[{k} % 4]]"),
    booleans=("marks[{k} % 3]", "counts[{k} % 4] > 1"),
    changes=(
        "counts[0] = 1",
        "counts = np.array([1, 1, 0, 3], dtype=np.int16)",
        "counts = np.array([1, 7])",
        "marks[:] = ~marks",
        "marks = np.array([False, True, True, True])",
    ),
    assigned=("counts", "marks"),
)
_MATRIX = Thing(
    "matrix = np.arange(12.0).reshape(3, 4)/4",
    numbers=(
        "matrix[{k} % 3, {m} % 3]",
        "matrix[1, {k} % 3]",
        "matrix[2][{k} % 3]",
        "matrix[{k} % 3, -1]",
        "matrix.sum()*{a}",
    ),
    integers=("matrix.shape[1]", "len(matrix) + {k}"),
    changes=(
        "matrix[1, :] = #",
        "matrix = matrix.T",
        "matrix = np.eye(4)",
        "matrix = np.array([[#, #]])",
        "matrix = np.asfortranarray(matrix[:, ::-1])",
        "matrix[0, 1] += #",
    ),
    assigned=("matrix",),
)
_KNOTS = Thing(
    "knots = np.array([-1.0, 0.25, 1.5])\nheights = np.array([#, #, #])",
    numbers=(
        "np.interp({a}, knots, heights)",
        "np.interp({a}, knots, heights, left=#, right=#)",
        "heights[np.digitize({a}, knots) % 3]",
        "heights[np.searchsorted(knots, {a}) - 1]",
    ),
    integers=(
        "np.digitize({a}, knots)",
        "np.digitize({a}, bins=knots, right=True)",
        "np.searchsorted(knots, {a})",
        'np.searchsorted(knots, {a}, side="right")',
    ),
    changes=(
        "knots[:3] = [-0.5, 0.0, 0.75]",
        "heights[1] = #",
        "knots, heights = np.array([-2.0, 0.0, 1.0, 2.0]), np.arange(4.0)",
    ),
    assigned=("knots", "heights"),
)
_LIST = Thing(
    "levels = [0.5, #, -2.0]\npair = (#, 2.0)",
    numbers=("levels[1]*{a}", "levels[-1]", "pair[0] + {a}", "sum(levels)"),
    integers=("len(levels)",),
    statements=(
        "for u in levels:\n    y = y + u*{a}",
        "for n, u in enumerate(pair):\n    y = y*u - n",
        "first, second = pair\ny = y*first + second",
    ),
    changes=(
        "levels[1] = #",
        "levels.append(#)",
        "levels = [#, #]",
        "levels.clear()",
        "pair = (#, #)",
        "levels.reverse()",
    ),
    assigned=("levels", "pair"),
)
_DICTIONARY = Thing(
    'constants = {"tau": #, "limits": (-0.5, 0.75), "inner": {"a": #}}',
    numbers=(
        '{a}/4 + constants["tau"]',
        'constants["inner"]["a"]*{a}',
        'np.clip({a}, *constants["limits"])',
        'constants.get("tau")',
    ),
    statements=('low, high = constants["limits"]\ny = np.clip(y, low, high)',),
    changes=(
        'constants["tau"] = #',
        'constants["inner"]["a"] = #',
        'constants["limits"] = (-1.0, 1.0)',
        'constants["inner"] = {"a": #}',
    ),
    assigned=("constants",),
)
_NAMESPACE = Thing(
    "ns = types.SimpleNamespace(a=#, table=np.array([#, #, #]), tau=5*ms)",
    numbers=("ns.a*{a}", "ns.table[{k} % 3]", "ns.tau/ms"),
    changes=(
        "ns.a = #",
        "ns.table[0] = #",
        "ns.table = np.arange(4.0)",
        "ns = types.SimpleNamespace(a=#, table=np.ones(3), tau=#*ms)",
    ),
    assigned=("ns",),
)
_CLASS = Thing(
    "class Settings:\n    slope = #\n    shift = 0.5\n\nsettings = Settings()",
    numbers=("Settings.slope*{a}", "settings.shift + {a}", "settings.slope"),
    changes=("Settings.slope = #", "settings.shift = #", "settings.slope = #"),
)
_MODULE = Thing(
    'other = types.ModuleType("other")\nother.g = #\nother.act = lambda u: u*other.g',
    numbers=("other.g*{a}", "other.act({a})"),
    changes=("other.g = #", "other.act = lambda u: u - 1"),
)
_HELPER = Thing(
    "shift = #\n\n"
    "def helper(u, scale=#):\n    return scale*u + shift\n\n"
    "def another(u, scale=2.0):\n    return u - scale*shift\n",
    numbers=(
        "helper({a})",
        "helper({a}, {c})",
        "helper({a}, scale={c})",
        "helper(scale={b}, u={a})",
        "helper(helper({a}))",
    ),
    changes=(
        "shift = #",
        "helper.__defaults__ = (#,)",
        "helper = another",
        "another, helper = helper, another",
    ),
    assigned=("shift", "helper", "another"),
)
_PARTIAL = Thing(
    "def line(u, slope, *, at=0.0):\n    return slope*u + at\n\n"
    "steep = functools.partial(line, slope=#, at=#)",
    numbers=("steep({a})", "line({a}, {c}, at={b})"),
    changes=("steep = functools.partial(line, slope=#)",),
    assigned=("steep",),
)
_FACTORY = Thing(
    "def factory():\n"
    "    inner = #\n"
    "    array = np.array([#, #])\n\n"
    "    def enclosed(u):\n"
    "        return inner*u + array[1]\n\n"
    "    def change(value):\n"
    "        nonlocal inner\n"
    "        inner = value\n"
    "        array[1] = -value\n\n"
    "    return enclosed, change\n\n"
    "enclosed, change_enclosed = factory()",
    numbers=("enclosed({a})", "enclosed({a})*{c}"),
    changes=("change_enclosed(#)",),
)
_METHODS = Thing(
    "class Cell:\n"
    "    gain = #\n\n"
    "    def __init__(self, slope):\n"
    "        self.slope = slope\n\n"
    "    def rate(self, u):\n"
    "        return self.gain*u + self.slope\n\n"
    "cell = Cell(#)",
    numbers=("cell.rate({a})",),
    changes=("cell.slope = #", "Cell.gain = #", "cell = Cell(#)"),
    assigned=("cell",),
)
_RECURSIVE = Thing(
    "decay = 0.5\n\n"
    "def series(n):\n    return 1.0 if n < 1 else 1.0 + decay*series(n - 1)\n",
    numbers=("series(4)*{a}",),
    changes=("decay = 0.25",),
    assigned=("decay",),
)

THINGS = (
    _GAIN,
    _COUNT,
    _FLAG,
    _MODE,
    _LEVEL,
    _TABLE,
    _COUNTS,
    _MATRIX,
    _KNOTS,
    _LIST,
    _DICTIONARY,
    _NAMESPACE,
    _CLASS,
    _MODULE,
    _HELPER,
    _PARTIAL,
    _FACTORY,
    _METHODS,
    _RECURSIVE,
)
