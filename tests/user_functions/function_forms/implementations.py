"""Functions with implementations for the target, and for others."""

import numba
import numpy as np
from brian2 import (
    DEFAULT_FUNCTIONS,
    Function,
    check_units,
    declare_types,
    implementation,
    mV,
    volt,
)

from tests.user_functions.function_forms import PYTHON, form

SQUARE = """
def square(x):
    if x < 0:
        return 0.0
    return x**2
"""


@form("`@implementation('numba', source)`")
@implementation("numba", SQUARE)
@check_units(x=1, result=1)
def source(x):
    return np.where(x < 0, 0.0, x**2)


@numba.njit
def jitted_cube(x):
    return x**3


@form("`@implementation('numba', jitted)`", place="equation")
@implementation("numba", jitted_cube)
@check_units(x=1, result=1)
def with_jitted(x):
    return x**3


@form("`@implementation('numba', function)`")
@implementation("numba", lambda x: x if x > 0 else 0.5 * x)
@check_units(x=1, result=1)
def with_function(x):
    return np.where(x > 0, x, 0.5 * x)


SEVERAL = """
import math

def shifted(x):
    return x + 0.5

def sine_of_shifted(x):
    return math.sin(shifted(x)) * np.pi
"""


@form("source with several functions and imports, `name=`")
@implementation("numba", SEVERAL, name="sine_of_shifted")
@check_units(x=1, result=1)
def several(x):
    return np.sin(x + 0.5) * np.pi


table = np.array([0.0, 0.5, 2.0, 4.0])


def change_table():
    table[:] = table[::-1] - 1


@form("`namespace=` with an array and a number", call="f(k)", between=change_table)
@implementation(
    "numba",
    "def looked_up(k):\n    return factor*table[k % table.size]",
    namespace={"table": table, "factor": 2.0},
)
@declare_types(k="integer")
@check_units(k=1, result=1)
def with_namespace(k):
    return 2.0 * table[k % table.size]


visits = np.zeros(6)


@form("a `namespace=` array that it changes", call="f(i)", seen=lambda: visits)
@implementation(
    "numba",
    "def count(i):\n    visits[i] += 1\n    return visits[i]",
    namespace={"visits": visits},
)
@declare_types(i="integer")
@check_units(i=1, result=1)
def changes_namespace(i):
    visits[i] += 1
    return visits[i]


@form("`dependencies=`")
@implementation(
    "numba",
    "def outer(x):\n    return 2*inner(x) + clip(x, 0, 1)",
    dependencies={
        "inner": Function(lambda x: x + 1, arg_units=[1], return_unit=1),
        "clip": DEFAULT_FUNCTIONS["clip"],
    },
)
@check_units(x=1, result=1)
def with_dependencies(x):
    return 2 * (x + 1) + np.clip(x, 0, 1)


@form("random numbers by `dependencies=`, within their limits")
@implementation(
    "numba",
    "def jittered(x):\n    return 1.0 if 0 <= _rand(0) < 1 else x",
    dependencies={"_rand": DEFAULT_FUNCTIONS["rand"]},
)
@check_units(x=1, result=1)
def with_random(x):
    return np.ones(np.shape(x))


@form("a function that numba has jitted, without `@implementation`")
@check_units(x=1, result=1)
@numba.njit
def jitted(x):
    return x * x + 1


@form("jitted, with an array of the module", call="f(k)", between=change_table)
@declare_types(k="integer")
@check_units(k=1, result=1)
def calls_jitted(k):
    return of_table(k, table)


@numba.njit
def of_table(k, values):
    return values[k % len(values)]


form("jitted for one number", name="jitted_for_one_number", one_number=True)(
    check_units(x=1, result=1)(numba.njit(lambda x: x if x > 0 else 0.0))
)


form("`numba.vectorize`", PYTHON, name="numba_vectorize")(
    Function(
        numba.vectorize(lambda x: x if x > 0 else 0.25 * x),
        arg_units=[1],
        return_unit=1,
    )
)


@form("`@implementation('numpy', discard_units=True)`", call="f(v)")
@implementation("numpy", discard_units=True)
@check_units(v=volt, result=volt)
def without_units(v):
    return v + 5 * mV


@form("an implementation for numpy of its own", PYTHON)
@implementation("numpy", lambda x: np.where(x > 0, x, 0.0))
@check_units(x=1, result=1)
def own_for_numpy(x):
    raise NotImplementedError("only the implementation for numpy")


CYTHON = """
cdef double halved(double x):
    if x < 0:
        return 0
    return 0.5*x
"""


@form("implementations for Cython and for numba", place="equation")
@implementation("numba", "def halved(x):\n    return 0.5*x if x >= 0 else 0.0")
@implementation("cython", CYTHON, name="halved")
@check_units(x=1, result=1)
def halved(x):
    return np.where(x < 0, 0, 0.5 * x)


@form("an implementation for Cython only")
@implementation("cython", CYTHON, name="halved")
@check_units(x=1, result=1)
def halved_by_cython(x):
    return np.where(x < 0, 0, 0.5 * x)


@form("implementations for C++ and Cython, with an array", call="f(k)")
@implementation(
    "cpp",
    "double from_table(int k) { return _namespace_values[k % 4]; }",
    namespace={"_values": table},
    name="from_table",
)
@implementation(
    "cython",
    "cdef double from_table(int k):\n"
    "    global _namespace_values\n"
    "    return _namespace_values[k % 4]",
    namespace={"_values": table},
    name="from_table",
)
@declare_types(k="integer")
@check_units(k=1, result=1)
def from_table(k):
    return table[k % 4]
