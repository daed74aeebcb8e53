"""Functions that use Python's language, most of them written for one number."""
# ruff: noqa: C417, C419, E731, SIM201

import contextlib
import functools
import itertools
import math
from math import exp

import numpy as np
from brian2 import check_units, declare_types, mV, volt

from tests.user_functions.function_forms import ERROR, PYTHON, form

one_number = functools.partial(form, one_number=True)
levels = (0.25, 0.5, 1.0)


@one_number("`if`, `elif`, `else`", place="equation")
@check_units(x=1, result=1)
def branches(x):
    if x < -0.5:
        return -1.0
    elif x < 0.5:
        return 2 * x
    else:
        return 1


@one_number("`if` with units", call="f(v)")
@check_units(v=volt, result=1)
def branches_with_units(v):
    if v < 0 * mV:
        return 0.0
    return v / (v + 10 * mV)


@one_number("an expression with `if`, chained comparisons, `and`, `or`, `not`")
@check_units(x=1, result=1)
def conditions(x):
    inside = -1 < x <= 0.5 or (x > 1 and not x == 1.25)
    return x if inside else -x


@one_number("`while` with `break`")
@check_units(x=1, result=1)
def while_loop(x):
    total, factor = 0.0, 1.0
    while True:
        total += factor
        factor *= 0.5
        if factor < abs(x) / 8 + 0.01:
            break
    return total


@form("`for` over `range`, for arrays and numbers")
@check_units(x=1, result=1)
def for_range(x):
    total = 0.0
    for k in range(1, 6):
        total = total + x**k / k
    return total


@form("`for` over a tuple, `zip`, `enumerate`, `reversed`", PYTHON)
@check_units(x=1, result=1)
def for_others(x):
    total = 0.0
    for k, (a, b) in enumerate(zip(levels, reversed(levels), strict=True)):
        total = total + k * a * x - b
    return total


@one_number("`for` with `continue` and `else`")
@check_units(x=1, result=1)
def for_else(x):
    found = 0.0
    for a in levels:
        if a < x:
            continue
        found = a
        break
    else:
        found = -1.0
    return found


@one_number("`math`", place="synapse")
@check_units(x=1, result=1)
def with_math(x):
    return math.atan2(x, 1) + exp(-x) + math.floor(x) + math.sqrt(abs(x)) + math.pi


@one_number("more of `math`", PYTHON)
@check_units(x=1, result=1)
def more_of_math(x):
    if math.isclose(x, 0.25) or math.isnan(x) or x == math.inf:
        return math.copysign(2, x)
    return math.erf(x) + math.gamma(abs(x) + 1) + math.hypot(x, 1) + math.fmod(x, 0.5)


@one_number("`int`, `float`, `bool`, `round`, `abs`, `divmod`, `pow`")
@check_units(x=1, result=1)
def conversions(x):
    quotient, rest = divmod(x, 0.75)
    return int(x) + float(3) + bool(x) + round(x) + abs(x) + quotient + rest + pow(x, 2)


@one_number("`min`, `max`, `sum` of numbers and lists")
@check_units(x=1, result=1)
def smallest(x):
    return min(x, 0.5) + max(x, 0, -x) + max([0.25, x]) + sum([x, 1.0, 2 * x])


@one_number("recursion", call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def recursion(k):
    return factorial(k)


def factorial(k):
    return 1.0 if k < 1 else k * factorial(k - 1)


@one_number("recursion of the function itself", call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def recursion_of_itself(k):
    return 1.0 if k < 1 else k * recursion_of_itself(k - 1)


@one_number("two functions that call each other", PYTHON, call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def mutual_recursion(k):
    return even(int(k))


def even(k):
    return 1.0 if k == 0 else odd(k - 1)


def odd(k):
    return 0.0 if k == 0 else even(k - 1)


@form("functions within the function, and `lambda`", PYTHON)
@check_units(x=1, result=1)
def nested(x):
    double = lambda a: 2 * a

    def shifted(a, by=0.5):
        return a + by * offset

    offset = 3.0
    return double(x) + shifted(x) + shifted(x, by=1.0)


@form("`:=`", PYTHON)
@check_units(x=1, result=1)
def walrus(x):
    return (y := 2 * x) + y**2


@form("several values, and a function that returns them", PYTHON)
@check_units(x=1, result=1)
def several_values(x):
    def both(a):
        return np.sin(a), np.cos(a)

    s, c = both(x)
    s, c = c, s
    first, *others = s, c, x
    return first - others[0] * others[1]


@form("`f(*values)`, `f(**values)`, `def f(*values)`", PYTHON)
@check_units(x=1, result=1)
def stars(x):
    def total(*values, scale=1.0):
        return scale * (values[0] + values[1])

    pair = (x, 2.0)
    return total(*pair) + total(x, 1.0, **{"scale": 3.0})


@form("positional and keyword arguments only", PYTHON)
@check_units(x=1, result=1)
def markers_of_arguments(x):
    def inner(a, /, b, *, c=2.0):
        return a + b * c

    return inner(x, 1.0) + inner(x, b=x, c=0.5)


@one_number("lists: `append`, comprehensions, slices", call="f(x, k)")
@declare_types(k="integer")
@check_units(x=1, k=1, result=1)
def local_lists(x, k):
    values = [a * x for a in levels if a < 0.75]
    values.append(x + 1)
    values += [0.5]
    return values[k % 4] + len(values) + values[-1] + sum(values[1:3])


steps = [0.1, 0.4, 0.9, 1.6, 2.5, 3.6]


@one_number("items of lists and tuples, by `int(k)`", call="f(k)")
@check_units(k=1, result=1)
def items_by_index(k):
    found = [1.0, 2.0, 3.0]
    return steps[int(k)] + levels[int(k) % 3] + found[int(k) % 3] + levels[-1]


@one_number("`print` in a branch", PYTHON, call="f(k)")
@check_units(k=1, result=1)
def prints_in_a_branch(k):
    if k > 4:
        print("large", k)
    return 1.0 * k


@form("a generator expression", PYTHON)
@check_units(x=1, result=1)
def generator(x):
    return sum(a * x for a in levels)


@one_number("`any` and `all` of comprehensions", PYTHON)
@check_units(x=1, result=1)
def any_all(x):
    return any([a < x for a in levels]) + 2.0 * all([a < x for a in levels])


@one_number("an array made for each number")
@check_units(x=1, result=1)
def local_array(x):
    steps = np.zeros(4)
    for k in range(4):
        steps[k] = x * k
    return steps.sum() + np.array([1.0, x]).max() + np.linspace(0, x, 5)[2]


@form("a dictionary in the body", PYTHON)
@check_units(x=1, result=1)
def local_dictionary(x):
    constants = {"a": 0.5, "b": 2.0}
    return constants["a"] * x + constants.get("c", 1.0)


@form("annotations and docstrings")
@check_units(x=1, result=1)
def annotated(x: float) -> float:
    """Return the exponential, shifted."""
    shift: float = 0.25
    return np.exp(-x) + shift


@one_number("`match`", PYTHON, call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def matches(k):
    match k:
        case 0:
            return 0.5
        case 1 | 2:
            return 1.0
        case _ if k > 4:
            return -1.0
    return 2.0


@one_number("`in` a tuple or a set", PYTHON, call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def contained(k):
    return 2.0 if k in (1, 4) or k in {3} else 0.5


@one_number("integers: `//`, `%`, `**`, `<<`, `&`", call="f(k)")
@declare_types(k="integer", result="integer")
@check_units(k=1, result=1)
def of_integers(k):
    return (-k) // 2 + (-k) % 3 + k**2 + (k << 2) + (k & 3) - (~k)


@one_number("`raise`", ERROR)
@check_units(x=1, result=1)
def raises(x):
    if x > 2.4:
        raise ValueError("too large")
    return x


@one_number("`raise` with an f-string", ERROR)
@check_units(x=1, result=1)
def raises_f_string(x):
    if x > 2.4:
        raise ValueError(f"{x:.2f} is larger than {2.4}")
    return x


class OwnError(Exception):
    """An exception of the user's."""


@one_number("`raise` of an exception of the user's", ERROR)
@check_units(x=1, result=1)
def raises_own(x):
    if x > 2.4:
        raise OwnError("larger", 2.4)
    return x


@one_number("`raise` in a function that it calls", ERROR)
@check_units(x=1, result=1)
def raises_below(x):
    return checked(x) + 1


def checked(x):
    if x > 2.4:
        raise RuntimeError("not in the range")
    return x


@form("`raise` where any is too large", ERROR)
@check_units(x=1, result=1)
def raises_for_arrays(x):
    if np.any(x > 2.4):
        raise ValueError(f"{np.max(x)} is too large")
    return x


@one_number("`assert`", ERROR)
@check_units(x=1, result=1)
def asserts(x):
    assert x < 2.4, "x has to be small"
    return x


@form("`assert` where all are fine", PYTHON)
@check_units(x=1, result=1)
def asserts_for_arrays(x):
    assert np.all(x < 100), "x has to be small"
    return x * 2


@form("`try`, `except`, `finally`", PYTHON)
@check_units(x=1, result=1)
def tries(x):
    try:
        result = 1 / (np.abs(x) + 1)
    except ZeroDivisionError:
        result = x
    finally:
        factor = 2.0
    return result * factor


@form("`try` that catches: an index beyond the end", PYTHON, call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def catches(k):
    try:
        return np.array(levels)[k]
    except IndexError:
        return -1.0 * k


@form("`with`", PYTHON)
@check_units(x=1, result=1)
def with_statement(x):
    with contextlib.suppress(ValueError):
        return x + 1
    return x


@form("`isinstance`", PYTHON, call="f(x, 2)")
@check_units(x=1, k=1, result=1)
def isinstance_branch(x, k):
    if isinstance(k, str):
        return x
    return x + k


@form("a branch on the number of dimensions", PYTHON)
@check_units(x=1, result=1)
def on_dimensions(x):
    if np.ndim(x) == 0:
        return x
    return np.where(x > 0, x, 0)


@form("`import` in the body")
@check_units(x=1, result=1)
def imports(x):
    from math import tau  # noqa: PLC0415

    import numpy  # noqa: PLC0415

    return numpy.exp(-x) * tau


@form("a class in the body", PYTHON)
@check_units(x=1, result=1)
def local_class(x):
    class Line:
        slope = 2.0

    return Line.slope * x


@form("a generator in the body: `yield`", PYTHON)
@check_units(x=1, result=1)
def yields(x):
    def powers():
        for k in range(3):
            yield x**k

    total = 0
    for part in powers():
        total = total + part
    return total


@form("`itertools`", PYTHON)
@check_units(x=1, result=1)
def with_itertools(x):
    total = 0
    for a, b in itertools.pairwise(levels):
        total = total + a * b * x
    return total


@form("`map`, `filter`", PYTHON)
@check_units(x=1, result=1)
def with_map(x):
    total = 0
    for part in map(lambda a: a * x, filter(lambda a: a > 0.3, levels)):
        total = total + part
    return total


@form("`getattr`, `globals`", PYTHON)
@check_units(x=1, result=1)
def dynamic(x):
    function = getattr(np, "ta" + "nh")
    return function(x) + globals()["levels"][0]


@form("`functools.lru_cache` of a helper", PYTHON)
@check_units(x=1, result=1)
def calls_cached(x):
    return x * expensive(4)


@functools.lru_cache
def expensive(n):
    return sum([1.0 / k for k in range(1, n)])


@one_number("strings compared", PYTHON, call="f(x)")
@check_units(x=1, result=1)
def strings(x):
    sign = "positive" if x > 0 else "negative"
    return 1.0 if sign == "positive" else -0.5


@one_number("`del`, `pass`, `return` in the middle", PYTHON)
@check_units(x=1, result=1)
def small_statements(x):
    y = x
    if y > 1:
        pass
    elif y > 0:
        return y
    z = y * 2
    del y
    return z
