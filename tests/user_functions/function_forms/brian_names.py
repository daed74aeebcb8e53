"""Functions that use Brian's names, units and functions."""
# ruff: noqa: F403, F405

import brian2
import brian2 as b2
import brian2 as br2
import brian2.numpy_ as bnp
import brian2.only
from brian2 import *
from brian2.core.functions import timestep
from scipy.special import erf

from tests.user_functions.function_forms import PYTHON, form

HALF = 10 * mV
LEVELS = [0.5, 1.0, 0.25]
STIMULUS = TimedArray(np.array([1.0, 3.0, 5.0]), dt=0.2 * ms)


@form("`import brian2 as b2`: `b2.exp`, `b2.mV`", call="f(v)", place="equation")
@b2.check_units(v=b2.volt, result=1)
def alias(v):
    return 1 / (1 + b2.exp(-(v + 40 * b2.mV) / (5 * b2.mV)))


@form("`br2.mV`, `br2.clip`", call="f(v)")
@br2.check_units(v=br2.volt, result=1)
def other_alias(v):
    return br2.clip(v / (20 * br2.mV), -0.5, 0.5)


@form("`brian2.exp`, and `brian2.second` as an attribute", call="f(z)")
@brian2.check_units(z=brian2.second, result=1)
def whole_name(z):
    return brian2.exp(-z / (0.4 * brian2.ms)) + z / brian2.second


@form("`brian2.only`", call="f(v)")
@brian2.only.check_units(v=brian2.only.volt, result=brian2.only.volt)
def only(v):
    return v + 2 * brian2.only.mV


@form("`brian2.numpy_`")
@check_units(x=1, result=1)
def numpy_of_brian(x):
    return bnp.where(bnp.exp(x) > 1, bnp.tanh(x), bnp.clip(x, -0.5, 0))


@form("`from brian2 import *`: `exp`, `where`, `clip`, `maximum`")
@check_units(x=1, result=1)
def star_import(x):
    return where(x > 0, exp(-x), clip(x, -0.5, 0)) + maximum(x, 0.25) + abs(x)


@form("names that shadow Python's: `sum`, `any`, `all`", PYTHON)
@check_units(x=1, result=1)
def shadowing(x):
    return x * sum(LEVELS) + any(LEVELS) + all([True, False])


@form("units in the body", call="f(v)")
@check_units(v=volt, result=amp)
def units_in_the_body(v):
    conductance = 3 * nS + 2 * nsiemens
    return conductance * (v - (-60 * mV)) + 5 * pA


@form("powers and roots of units", call="f(v)")
@check_units(v=volt, result=1)
def powers_of_units(v):
    return sqrt(v**2 + (5 * mV) ** 2) / mV + v**2 / (mV * volt)


@form("a quantity of the module", call="f(v)", place="threshold")
@check_units(v=volt, result=bool)
def quantity_of_the_module(v):
    return v > HALF - 15 * mV


@form("`np.asarray`, `float` and division take units off", call="f(v)")
@check_units(v=volt, result=1)
def without_units(v):
    return np.asarray(v) + v / mV + float(HALF / volt)


@form("methods and attributes of quantities", call="f(v)")
@check_units(v=volt, result=1)
def methods_of_quantities(v):
    return (v + HALF).clip(-5 * mV, 15 * mV) / HALF


@form("comparison of units", PYTHON, call="f(v)")
@check_units(v=volt, result=1)
def comparison_of_units(v):
    if not have_same_dimensions(v, volt):
        return v
    return v / volt


@form("`isinstance(v, Quantity)`", PYTHON, call="f(v)")
@check_units(v=volt, result=1)
def is_quantity(v):
    return v / volt if isinstance(v, Quantity) else v


@form("Brian's `exprel`", place="equation")
@check_units(x=1, result=1)
def with_exprel(x):
    return exprel(x / 2) + 1 / exprel(-x)


@form("Brian's `timestep`", call="f(t, dt)")
@check_units(t=second, dt=second, result=1)
def with_timestep(t, dt):
    return timestep(t, dt) % 3


@form("arguments called `dt`, `t`, `N`, `i`", call="f(t, dt, N, i)")
@declare_types(N="integer", i="integer")
@check_units(t=second, dt=second, N=1, i=1, result=1)
def names_of_brian(t, dt, N, i):
    return t / dt + i / N


@form("arguments called as functions of Python", call="f(x, k, v)")
@check_units(range=1, np=1, len=volt, result=1)
def names_of_python(range, np, len):
    return range + 2 * np + len / volt


@form("a function of a unit: `result=lambda d: d**2`", call="f(v)/volt**2")
@check_units(v=None, result=lambda d: d**2)
def unit_of_the_argument(v):
    return v * v


@form("a TimedArray in the body", PYTHON, call="f(t)")
@check_units(t=second, result=1)
def timed_array(t):
    return 2 * STIMULUS(t)


@form("types declared: integers", call="f(k, i)")
@declare_types(k="integer", n="integer", result="integer")
@check_units(k=1, n=1, result=1)
def integers(k, n):
    return k // 2 + n % 3 + (k & n) + (k | 1) + (k ^ n) - (k << 1)


@form("types declared: a boolean argument", call="f(b, x)")
@declare_types(b="boolean", x="float")
@check_units(b=1, x=1, result=1)
def boolean_argument(b, x):
    return np.where(b, x, -x)


@form("a boolean result", call="f(x)", place="threshold")
@check_units(x=1, result=bool)
def boolean_result(x):
    return (x > 0) & (x < 1.5) | ~(x > -1)


@form("a function of nothing", call="f()")
@check_units(result=1)
def of_nothing():
    return 0.5 + HALF / volt


@form("a constant as the result", place="equation")
@check_units(x=1, result=1)
def constant(x):
    return 2.5


@form("an integer as the result")
@check_units(x=1, result=1)
def integer_result(x):
    return 3


@form("several arguments of several units", call="f(v, z, x, k)", place="synapse")
@check_units(v=volt, z=second, x=1, k=1, result=1)
def several_arguments(v, z, x, k):
    return v / mV * (z / ms) + x * k


@form("a condition for synapses", call="f(i, j) > 0", place="connection")
@check_units(i=1, j=1, result=1)
def connects(i, j):
    return np.where((np.abs(i - j) < 3) & (i != j), 1, 0)


@form("initial values", place="initial")
@check_units(x=1, result=1)
def initial(x):
    return np.where(x > 0, np.sqrt(np.abs(x)), 0.0)


@form("a summed variable", place="summed")
@check_units(x=1, result=1)
def summed(x):
    return np.tanh(x)


@form("a reset", place="reset")
@check_units(x=1, result=1)
def reset(x):
    return np.where(x > 0, x / 2, x + 1)


form("a lambda function in `Function`", name="function_object")(
    Function(lambda v: np.where(v > 0, v, 0), arg_units=[1], return_unit=1)
)
form("`Function(..., stateless=False)`", name="not_stateless")(
    Function(lambda v: 2 * v, arg_units=[1], return_unit=1, stateless=False)
)
form("a ufunc of numpy in `Function`", PYTHON, name="ufunc")(
    Function(np.arctan, arg_units=[1], return_unit=1)
)
form("a ufunc of scipy in `Function`", PYTHON, name="scipy_ufunc")(
    Function(erf, arg_units=[1], return_unit=1)
)
