"""Functions of scipy.special in functions of users: compiled code calls scipy's own."""

import numpy as np
import pytest
import scipy.special
from brian2 import Function, Network, NeuronGroup, ms, prefs
from scipy.special import erf, expit

from brian2numba.c_functions import CFunction, of_scipy
from brian2numba.compilation import compiler
from brian2numba.target import NumbaCodeObject


def imported(x):
    return 2 * erf(x) + expit(-x)


def of_module(x):
    return scipy.special.gamma(x + 1) + scipy.special.j0(x)


def several_arguments(x):
    return scipy.special.jv(2, x) + scipy.special.xlogy(x, 3) * expit(x)


def with_loop(x):
    total = 0.0
    for order in [0.0, 1.0, 2.0]:
        total += scipy.special.jv(order, x)
    return total


def of_complex_numbers(x):
    return scipy.special.lambertw(x).real


FUNCTIONS = {
    "imported": imported,
    "of module": of_module,
    "several arguments": several_arguments,
    "numba": with_loop,
    "complex": of_complex_numbers,
}


def values(function, target):
    prefs.codegen.target = target
    functions = {"f": Function(function, arg_units=[1], return_unit=1)}
    group = NeuronGroup(9, "x : 1\nv : 1", namespace=functions)
    group.v = np.linspace(0, 4, 9)
    group.run_regularly("x = f(v)")
    Network(group).run(0.1 * ms)
    return group.x[:].tolist(), group


def code_object(group):
    return group.contained_objects[-1].code_objects[0]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_scipys(name):
    ours, group = values(FUNCTIONS[name], "numba")
    numpys, _ = values(FUNCTIONS[name], "numpy")
    assert ours == numpys
    assert isinstance(code_object(group), NumbaCodeObject) == (name != "complex")


def test_stored_code_finds_scipy_again():
    compiler._compiled.clear()
    first, _ = values(imported, "numba")
    compiler._compiled.clear()
    second, group = values(imported, "numba")
    assert second == first
    assert code_object(group).kernel.kernel.work.loaded == 1


def test_uncompiled():
    prefs.codegen.runtime.numba.jit = False
    assert values(imported, "numba")[0] == values(imported, "numpy")[0]


def test_what_has_no_function_of_doubles():
    assert of_scipy(scipy.special.lambertw) is None
    assert of_scipy(np.sin) is None
    assert of_scipy(erf) == CFunction("erf", 1)
