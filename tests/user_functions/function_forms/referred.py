"""What functions refer to: it is what it is when they are called."""
# ruff: noqa: PLW0603

import functools
import operator
import types
from collections import namedtuple
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from brian2 import Function, check_units, declare_types, ms, mV, second, volt

from tests.user_functions.function_forms import ERROR, PYTHON, form

gain = 1.5
count = 3
enabled = True
numpy_scalar = np.float64(0.5)
nothing = None
mode = "linear"
level = 10 * mV
tau = 5 * ms


def change_numbers():
    global gain, count, enabled, numpy_scalar
    gain, count, enabled, numpy_scalar = -2.25, 4, False, np.float64(1.5)


@form("numbers of the module, which change between runs", between=change_numbers)
@check_units(x=1, result=1)
def numbers(x):
    return np.where(enabled, gain * x, x**2) * numpy_scalar + count


def int_to_float():
    global count
    count = 0.5


@form("an integer that becomes a float", between=int_to_float)
@check_units(x=1, result=1)
def number_of_another_type(x):
    return x * count


def double_gain():
    global gain
    gain *= 2


@form("a number that a network operation changes", within=double_gain)
@check_units(x=1, result=1)
def number_within_a_run(x):
    return gain * x


def change_quantities():
    global level, tau
    level, tau = -5 * mV, 2 * ms


@form("quantities, which change", call="f(v, z)", between=change_quantities)
@check_units(v=volt, z=second, result=1)
def quantities(v, z):
    return v / level + z / tau


def change_mode():
    global mode, nothing
    mode, nothing = "square", 3.0


@form(
    "a string that selects, and `None`", PYTHON, between=change_mode, place="equation"
)
@check_units(x=1, result=1)
def constants_that_select(x):
    offset = 0.25 if nothing is None else nothing
    if mode == "linear":
        return x + offset
    return x**2 - offset


table = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])


def change_table():
    table[:] = table[::-1] + 0.5


@form("an array, changed in place", call="f(k)", between=change_table)
@declare_types(k="integer")
@check_units(k=1, result=1)
def array_in_place(k):
    return table[k]


@form(
    "an array, changed in place by a network operation",
    call="f(k)",
    within=change_table,
    place="equation",
)
@declare_types(k="integer")
@check_units(k=1, result=1)
def array_in_place_within(k):
    return table[k]


def replace_table():
    global table
    table = np.arange(table.size + 2) * 0.5


@form("an array, replaced by a longer one", call="f(k)", between=replace_table)
@declare_types(k="integer")
@check_units(k=1, result=1)
def array_replaced(k):
    return table[k % len(table)] + table.size + table.shape[0]


@form("an array, replaced within a run", call="f(k)", within=replace_table)
@declare_types(k="integer")
@check_units(k=1, result=1)
def array_replaced_within(k):
    return table[k] + len(table)


integers = np.array([5, -3, 2], dtype=np.int32)


def replace_by_floats():
    global integers
    integers = np.array([0.5, 0.25, 0.125])


@form("an array, replaced by one of another type", "compiled", call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def array_of_integers(k):
    return integers[k % 3]


form(
    "an array of integers that becomes one of floats",
    name="array_of_another_type",
    call="f(k)",
    between=replace_by_floats,
)(array_of_integers)

flags = np.array([True, False, True])


@form("an array of booleans", call="f(k, x)")
@declare_types(k="integer")
@check_units(k=1, x=1, result=1)
def array_of_booleans(k, x):
    return np.where(flags[k % 3], x, -x)


matrix = np.arange(12.0).reshape(3, 4)


def transpose():
    global matrix
    matrix = matrix.T


@form("a matrix: `matrix[i, j]`", call="f(i, k)", between=transpose)
@declare_types(i="integer", k="integer")
@check_units(i=1, k=1, result=1)
def two_dimensions(i, k):
    return matrix[i % 3, (i + k) % 3] + matrix.shape[1]


@form("rows of a matrix: `matrix[1][k]`", call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def row(k):
    return matrix[1][k % 4]


strided = np.arange(12.0)[::-2]


@form("a view with strides", call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def view(k):
    return strided[k]


@form("negative indices", call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def negative_index(k):
    return strided[-k - 1] + strided[-1] + strided[k - 3]


@form(
    "an index beyond the end, in the second run", ERROR, call="f(k + 5*int(t > 0.4*ms))"
)
@declare_types(k="integer")
@check_units(k=1, result=1)
def index_beyond_the_end(k):
    return strided[k]


@form("an index of type float, converted", call="f(x)")
@check_units(x=1, result=1)
def converted_index(x):
    return strided[np.int32(np.abs(x))]


voltages = np.array([1.0, 5.0, -3.0]) * mV


@form("an array with units", call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=volt)
def array_with_units(k):
    return voltages[k % 3] + 1 * mV


@form("functions of an array: `table.mean()`, slices", between=change_table)
@check_units(x=1, result=1)
def functions_of_an_array(x):
    return x * table.mean() + table[1:3].sum() + np.max(table)


listed = [0.5, 1.5, -2.0]
tupled = (2.0, 1.0)


def change_containers():
    global tupled
    listed[1] = 7.5
    tupled = (0.5, 3.0)


@form("items of a list and of a tuple, which change", between=change_containers)
@check_units(x=1, result=1)
def items(x):
    return listed[1] * x + tupled[0] - listed[-1]


@form("a list, unpacked and looped over", between=change_containers)
@check_units(x=1, result=1)
def looped_over(x):
    total = 0.0
    for factor in listed:
        total = total * x + factor
    first, second = tupled
    return total + first - second


dictionary = {"tau": 2.0, "limits": (-1.0, 0.5), "inner": {"a": 3.0}}


def change_dictionary():
    dictionary["tau"] = 3.5
    dictionary["inner"]["a"] = -1.0


@form("a dictionary of constants", between=change_dictionary)
@check_units(x=1, result=1)
def of_dictionary(x):
    low, high = dictionary["limits"]
    return np.clip(x / dictionary["tau"], low, high) + dictionary["inner"]["a"]


@form("a dictionary that a network operation changes", within=change_dictionary)
@check_units(x=1, result=1)
def of_dictionary_within(x):
    return x * dictionary["tau"]


namespace = types.SimpleNamespace(a=2.0, table=np.array([1.0, 2.0, 3.0]), tau=5 * ms)


def change_namespace():
    namespace.a = 4.0
    namespace.table = np.array([0.0, 1.0, 0.5])


@form("`types.SimpleNamespace`", call="f(k, z)", between=change_namespace)
@declare_types(k="integer")
@check_units(k=1, z=second, result=1)
def of_namespace(k, z):
    return namespace.a * namespace.table[k % 3] + z / namespace.tau


class Parameters:
    """Constants of a class."""

    slope = 0.5
    offset = 1.0


def change_class():
    Parameters.slope = -1.5


@form("constants of a class", between=change_class, place="equation")
@check_units(x=1, result=1)
def of_class(x):
    return Parameters.slope * x + Parameters.offset


@dataclass
class Settings:
    """Constants of an object."""

    slope: float
    knots: np.ndarray


settings = Settings(0.25, np.array([-1.0, 0.5, 2.0]))


def change_settings():
    settings.slope = 2.0
    settings.knots[1] = 0.0


@form("attributes of an object", between=change_settings)
@check_units(x=1, result=1)
def of_object(x):
    return settings.slope * x + np.interp(x, settings.knots, settings.knots**2)


module = types.ModuleType("parameters_of_a_user")
module.g_max = 1.25


def change_module():
    module.g_max = 0.5


@form("attributes of a module", between=change_module, within=None)
@check_units(x=1, result=1)
def of_module(x):
    return module.g_max * x


Point = namedtuple("Point", "low high")
point = Point(-0.5, 0.5)


class Kind(IntEnum):
    """Numbers with names."""

    SMALL = 1
    LARGE = 4


@form("a named tuple and an enumeration")
@check_units(x=1, result=1)
def of_named_tuple(x):
    return np.clip(x, point.low, point.high) * Kind.LARGE


records = np.array([(1.0, 2), (3.0, 4)], dtype=[("a", float), ("n", int)])


@form("a structured array", PYTHON, call="f(k)")
@declare_types(k="integer")
@check_units(k=1, result=1)
def of_records(k):
    return records["a"][k % 2] + records[1]["n"]


factor_of_helper = 2.0


def helper(x, factor=1.0):
    return factor * x + factor_of_helper


def change_helper():
    global factor_of_helper
    factor_of_helper = 5.0


@form("a function that it calls, with globals that change", between=change_helper)
@check_units(x=1, result=1)
def calls_helper(x):
    return helper(x) + helper(x, factor=2.0) + helper(factor=0.5, x=x)


def replace_helper():
    global helper

    def helper(x, factor=3.0):
        return x - factor


@form("a function that it calls is replaced", between=replace_helper)
@check_units(x=1, result=1)
def calls_replaced(x):
    return helper(x)


@form("a function that it calls is replaced within a run", within=replace_helper)
@check_units(x=1, result=1)
def calls_replaced_within(x):
    return helper(2 * x)


@check_units(x=1, result=1)
def with_units_checked(x):
    return np.exp(-x)


@form("it calls a function with `@check_units`")
@check_units(x=1, result=1)
def calls_checked(x):
    return with_units_checked(x) + with_units_checked(x=0.5 * x)


def with_default(x, shift=0.5, array=table, unit=3 * mV):
    return x + shift * array[1] + unit / volt


def change_defaults():
    with_default.__defaults__ = (2.5, table * 2, 1 * mV)


@form("defaults of a function that it calls, which change", between=change_defaults)
@check_units(x=1, result=1)
def calls_with_defaults(x):
    return with_default(x) + with_default(x, 1.0)


def shifted(x, shift, *, scale):
    return scale * x + shift


partial = functools.partial(shifted, shift=0.5, scale=2.0)
# Brian asks for a name
partial.__name__ = "partial"


@form("it calls a `functools.partial`", PYTHON)
@check_units(x=1, result=1)
def calls_partial(x):
    return partial(x)


def changing_closure():
    """Return a function that sees a variable of this one, and one that changes it."""
    inner = 0.75
    array = np.array([1.0, 2.0])

    @check_units(x=1, result=1)
    def enclosed(x):
        return inner * x + array[0]

    def change():
        nonlocal inner
        inner += 1.0
        array[0] -= 0.5

    return enclosed, change


closure, change_closure = changing_closure()
form("a variable of an enclosing function, which changes", between=change_closure)(
    closure
)
closure_within, change_closure_within = changing_closure()
form(
    "the same, changed by a network operation",
    name="enclosed_within",
    within=change_closure_within,
)(closure_within)


def scaled(factor):
    """Return one of a family of functions."""

    def applied(x):
        return factor * np.tanh(x)

    return check_units(x=1, result=1)(applied)


form("a function made by another one")(scaled(2.0))


def decorated(function):
    """Add one to what a function returns."""

    @functools.wraps(function)
    def wrapper(x):
        return function(x) + 1

    return wrapper


@form("a decorator of the user's")
@check_units(x=1, result=1)
@decorated
def with_decorator(x):
    return np.exp(-(x**2))


class Neuron:
    """Methods that are given to equations."""

    gain = 3.0

    def __init__(self, slope):
        self.slope = slope

    def rate(self, x):
        return self.gain * np.exp(self.slope * x)

    def __call__(self, x):
        return self.slope * np.where(x > 0, x, 0)

    @staticmethod
    def still(x):
        return np.abs(x)

    @classmethod
    def of_class(cls, x):
        return cls.gain * x


neuron = Neuron(-0.5)
# Brian asks for a name
neuron.__name__ = "neuron"


def change_neuron():
    neuron.slope = 0.25


def of_one_number(function):
    """Describe to Brian what `check_units` does not take."""
    return Function(function, arg_units=[1], return_unit=1)


form("a method of an object", PYTHON, name="method", between=change_neuron)(
    of_one_number(neuron.rate)
)
form(
    "an object that can be called",
    PYTHON,
    name="callable_object",
    between=change_neuron,
)(of_one_number(neuron))
form("a static method", name="static_method")(of_one_number(Neuron.still))
form("a class method", PYTHON, name="class_method")(of_one_number(Neuron.of_class))
form("a `functools.partial`", PYTHON, name="given_partial")(of_one_number(partial))


@form("it calls methods", PYTHON, between=change_neuron)
@check_units(x=1, result=1)
def calls_methods(x):
    return neuron.rate(x) + neuron(x) + Neuron.still(x)


@form("`functools.reduce` and `operator`", PYTHON)
@check_units(x=1, result=1)
def reduces(x):
    return functools.reduce(operator.add, [x, 2 * x, x**2]) + operator.mul(x, 2)


source = "lambda x: np.where(x > gain, x, gain)"
form(
    "a function without source: `eval`",
    PYTHON,
    name="evaluated",
    between=change_numbers,
)(check_units(x=1, result=1)(eval(source)))
