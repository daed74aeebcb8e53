"""Functions that call numpy and scipy, written for arrays and numbers alike."""

import numpy
import numpy as np
import scipy.special
from brian2 import Function, check_units, declare_types
from scipy import special
from scipy.special import erf

from tests.user_functions.function_forms import PYTHON, form

POSITIONS = np.array([-1.0, 0.0, 0.5, 2.0])
HEIGHTS = np.array([0.0, 1.0, 0.25, 4.0])
COEFFICIENTS = [0.5, -1.0, 0.25]


@form("`np.where`")
@check_units(x=1, result=1)
def where(x):
    return np.where(x > 0.5, x, 0.0)


@form("`np.where` in `np.where`", place="equation")
@check_units(x=1, result=1)
def where_in_where(x):
    return np.where(x > 1, 1.0, np.where(x < -1, -1.0, x))


@form("`np.where` with `&` and `|`", call="f(x, k)")
@check_units(x=1, k=1, result=1)
def where_of_both(x, k):
    return np.where((x > 0) & (k < 4) | (x < -1), x, -x)


@form("`np.clip`", place="subexpression")
@check_units(x=1, result=1)
def clip_positional(x):
    return np.clip(x, -0.5, 1)


@form("`np.clip` with keywords in another order")
@check_units(x=1, result=1)
def clip_keywords(x):
    return 2 * np.clip(a=x, a_max=1, a_min=0)


@form("`np.clip` with one limit")
@check_units(x=1, result=1)
def clip_one_limit(x):
    return np.clip(x, 0, None)


@form("a method of the argument: `x.clip`", place="synapse")
@check_units(x=1, result=1)
def clip_of_argument(x):
    return x.clip(0, 1)


@form("a method of a result: `np.exp(x).clip`")
@check_units(x=1, result=1)
def clip_of_result(x):
    return np.exp(x).clip(0.5, 2)


@form("`np.select`")
@check_units(x=1, result=1)
def select(x):
    return np.select([x < -0.5, x < 0.5], [-1.0, 2 * x], default=1.0)


@form("`np.piecewise` with numbers")
@check_units(x=1, result=1)
def piecewise_numbers(x):
    return np.piecewise(x, [x < 0, x >= 0], [-1.0, 1.0])


@form("`np.piecewise` with functions")
@check_units(x=1, result=1)
def piecewise_functions(x):
    return np.piecewise(x, [x < 0, x >= 0.5], [lambda a: -a, lambda a: a**2, 0.5])


@form("`np.heaviside`", place="equation")
@check_units(x=1, result=1)
def heaviside(x):
    return np.heaviside(x - 0.25, 0.5)


@form("`np.power`")
@check_units(x=1, result=1)
def power(x):
    return np.power(np.abs(x), 1.5) + np.power(x, 2)


@form("`np.interp` in arrays of the module")
@check_units(x=1, result=1)
def interp(x):
    return np.interp(x, POSITIONS, HEIGHTS)


@form("`np.interp` with `left` and `right`", PYTHON)
@check_units(x=1, result=1)
def interp_with_ends(x):
    return np.interp(x, POSITIONS, HEIGHTS, left=-1, right=-2)


@form("`np.digitize`")
@check_units(x=1, result=1)
def digitize(x):
    return np.digitize(x, POSITIONS)


@form("`np.digitize` with `right=True`, as an index")
@check_units(x=1, result=1)
def digitize_as_index(x):
    return HEIGHTS[np.digitize(x, POSITIONS[1:], right=True)]


@form("`np.searchsorted`")
@check_units(x=1, result=1)
def searchsorted(x):
    return np.searchsorted(POSITIONS, x)


@form("`np.searchsorted` with a side, as an index")
@check_units(x=1, result=1)
def searchsorted_as_index(x):
    return HEIGHTS[np.searchsorted(POSITIONS, x, side="right") - 1]


@form("`np.maximum`, `np.minimum`", call="f(x, k)")
@check_units(x=1, k=1, result=1)
def maximum(x, k):
    return np.maximum(x, 0) + np.minimum(k, 2) + np.fmax(x, k)


@form("`np.asarray` and `np.array` of the argument")
@check_units(x=1, result=1)
def of_asarray(x):
    return np.asarray(x) * 2 + np.array(x)


@form("a result that is an array without dimensions")
@check_units(x=1, result=1)
def zero_dimensional(x):
    result = np.where(np.isnan(x), 0.0, x)
    return result * result - np.asarray(1.0)


@form("`np.float64`, `np.int64`, `np.bool_`")
@check_units(x=1, result=1)
def scalar_types(x):
    return np.float64(x) * np.float64(0.5) + np.int64(3) - np.bool_(True)


@form("`astype`")
@check_units(x=1, result=1)
def astype(x):
    return (x > 0).astype(float) + x.astype(int)


@form("`np.floor`, `np.ceil`, `np.trunc`, `np.rint`, `np.round`")
@check_units(x=1, result=1)
def roundings(x):
    whole = np.floor(x) + 10 * np.ceil(x) + 100 * np.trunc(x)
    return whole + 1000 * np.rint(x) + 10000 * np.round(x, 1)


@form("`np.mod`, `np.fmod`, `np.remainder`, `np.floor_divide`")
@check_units(x=1, result=1)
def remainders(x):
    parts = np.mod(x, 0.75) + 10 * np.fmod(x, 0.75) + 100 * np.remainder(x, -0.75)
    return parts + 1000 * np.floor_divide(x, 0.75)


@form("`np.logical_and`, `np.logical_or`, `np.logical_not`, `np.logical_xor`")
@check_units(x=1, result=1)
def logical(x):
    inside = np.logical_and(x > -1, x < 1)
    return np.where(np.logical_or(np.logical_not(inside), x == 0.25), x, 0.125) + (
        np.logical_xor(x > 0, inside)
    )


@form("`np.isnan`, `np.isfinite`, `np.isinf`, `np.nan_to_num`")
@check_units(x=1, result=1)
def not_finite(x):
    inverse = 1 / np.where(x == 0.25, np.inf, x)
    return np.isfinite(inverse) + np.nan_to_num(inverse) + np.isnan(x) + np.isinf(x)


@form("`np.sign`, `np.abs`, `np.absolute`, `np.fabs`, `np.copysign`")
@check_units(x=1, result=1)
def signs(x):
    return np.sign(x) + np.abs(x) * np.absolute(x) - np.fabs(x) + np.copysign(2, x)


@form("`np.hypot`, `np.arctan2`, `np.cbrt`, `np.exp2`, `np.log2`, `np.sinc`")
@check_units(x=1, result=1)
def less_common(x):
    angle = np.arctan2(x, 0.5) + np.hypot(x, 1) + np.cbrt(x)
    return angle + np.exp2(x) + np.log2(np.abs(x) + 1) + np.sinc(x)


@form("`np.square`, `np.reciprocal`, `np.deg2rad`, `np.degrees`, `np.sqrt`")
@check_units(x=1, result=1)
def simple(x):
    positive = np.square(x) + 1
    return np.reciprocal(positive) + np.deg2rad(x) + np.degrees(x) + np.sqrt(positive)


@form("`import numpy`, and functions with names of their own")
@check_units(x=1, result=1)
def another_alias(x):
    bend = numpy.tanh
    return bend(x) + numpy.expm1(x) + numpy.log1p(numpy.abs(x)) + numpy.pi


@form("`np.full_like`, `np.zeros_like`, `np.ones_like`")
@check_units(x=1, result=1)
def like(x):
    return np.zeros_like(x) + 2 * np.ones_like(x) + np.full_like(x, 0.5)


@form("`np.polyval`", PYTHON)
@check_units(x=1, result=1)
def polyval(x):
    return np.polyval(COEFFICIENTS, x)


@form("a complex number on the way", PYTHON)
@check_units(x=1, result=1)
def complex_on_the_way(x):
    z = np.exp(1j * x) * (1 + 0.5j)
    return z.real + np.abs(z) + np.imag(z)


@form("`np.errstate`", PYTHON)
@check_units(x=1, result=1)
def errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sin(x) / x
    return np.where(x == 0, 1.0, ratio)


@form("a mask: `y[y < 0] = 0`", PYTHON)
@check_units(x=1, result=1)
def masked(x):
    y = np.array(x)
    y[y < 0] = 0
    return y


@form("`out` and `where` arguments", PYTHON)
@check_units(x=1, result=1)
def ufunc_with_where(x):
    return np.divide(1.0, x, out=np.zeros_like(x), where=x != 0.25)


form("a function made by `np.vectorize`", PYTHON, "vectorized", place="equation")(
    Function(
        np.vectorize(lambda x: x if x > 0 else 0.5 * x), arg_units=[1], return_unit=1
    )
)


@form("`np.vectorize` in the body", PYTHON)
@check_units(x=1, result=1)
def vectorized_inside(x):
    return np.vectorize(lambda a: 1.0 if a > 0 else a)(x)


@form("`np.apply_along_axis`, `np.stack`", PYTHON)
@check_units(x=1, result=1)
def along_axis(x):
    return np.apply_along_axis(np.max, 0, np.stack([np.atleast_1d(x), -2 * x]))


@form("`scipy.special` through its module")
@check_units(x=1, result=1)
def scipy_module(x):
    return scipy.special.gamma(np.abs(x) + 0.5) + scipy.special.expit(x)


@form("`from scipy import special`", place="equation")
@check_units(x=1, result=1)
def scipy_special(x):
    return special.j0(x) + special.erfc(x)


@form("`from scipy.special import erf`", place="threshold", call="f(x) > 0.5")
@check_units(x=1, result=1)
def scipy_name(x):
    return erf(x)


@form("`scipy.special` with an integer order", call="f(k, x)")
@declare_types(k="integer")
@check_units(k=1, x=1, result=1)
def scipy_order(k, x):
    return special.jv(k, x) + special.binom(6, k)
