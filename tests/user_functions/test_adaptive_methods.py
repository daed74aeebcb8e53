"""Functions of users in equations that are integrated with steps that adapt."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Function,
    NeuronGroup,
    ms,
    network_operation,
    run,
)
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject

from brian2numba.errors import FunctionLeftToPythonError, UserFunctionError

SETTINGS = SimpleNamespace(gain=1)


def described(function):
    return Function(function, arg_units=[1], return_unit=1)


def of_all(x):
    return x - x.mean()


def tries(x):
    try:
        return x / 2
    except ZeroDivisionError:
        return x


def with_gain(x):
    return SETTINGS.gain * x


def group_with(function, method="gsl"):
    model = "dv/dt = -f(v)/(10*ms) : 1"
    namespace = {"f": described(function)}
    group = NeuronGroup(3, model, method=method, namespace=namespace, name="cells")
    group.v = 1
    return group


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (of_all, "'x.mean' makes something of all neurons' values"),
        (tries, "[^.]*[tT]ry[^.]*"),
    ],
)
def test_functions_that_are_not_compiled_are_refused(function, reason):
    """The code for numpy would not integrate."""
    group = group_with(function)
    with pytest.raises(BrianObjectException) as caught:
        run(1 * ms)
    cause = caught.value.__cause__
    assert isinstance(cause, FunctionLeftToPythonError)
    name, line = function.__name__, function.__code__.co_firstlineno
    assert re.match(
        rf"The function '{name}' \(test_adaptive_methods.py, line {line}\), used by "
        rf"'cells', can't be compiled: {reason}. The equations are integrated by a "
        "method that adapts its steps, such as 'gsl', which calls its functions "
        "several times in a time step. Brian's numpy target has no such method, so "
        "that Python can't take over here. Write the function for single numbers, "
        r"without what is named here, give an implementation with @implementation\("
        r"'numba', ...\), or choose a method whose steps are those of the clock, such "
        "as method='rk4'.$",
        str(cause),
    )
    assert group.v[:].tolist() == [1, 1, 1]


def test_implementations_that_are_not_compiled_are_refused():
    function = described(of_all)
    source = "def f(x):\n    return open(x)"
    function.implementations.add_implementation("numba", source)
    model, namespace = "dv/dt = -f(v)/(10*ms) : 1", {"f": function}
    group = NeuronGroup(3, model, method="gsl", namespace=namespace)
    with pytest.raises(BrianObjectException) as caught:
        run(1 * ms)
    message = str(caught.value.__cause__)
    assert "such as method='rk4'.\nModel code:" in message
    assert "NumpyCodeObject" not in message
    assert group.v[:].tolist() == [0, 0, 0]


def test_other_methods_go_on_with_numpy():
    group = group_with(of_all, method="rk4")
    run(1 * ms)
    assert isinstance(group.state_updater.code_objects[0], NumpyCodeObject)


def test_what_becomes_of_another_kind_within_a_run_is_refused():
    SETTINGS.gain = 1
    group = group_with(with_gain)

    @network_operation(when="end")
    def change(t):
        if t > 0.25 * ms:
            SETTINGS.gain = 1.5

    with pytest.raises(UserFunctionError) as caught:
        run(1 * ms)
    message = str(caught.value)
    assert message.startswith(
        "The functions of 'cells' were compiled for something else than what they find "
        "now: 'SETTINGS.gain' is something else than before: 1.5. The equations are "
        "integrated by a method that adapts its steps"
    )
    assert "Let what the functions use keep its type within a run, or" in message
    # Steps before the change are done
    np.testing.assert_allclose(group.v[:], np.exp(-0.04), rtol=1e-5)
    SETTINGS.gain = 1.5
    run(1 * ms)


def test_functions_given_for_cython_are_compiled():
    function = described(of_all)
    function.implementations.add_implementation(
        "cython", "cdef double f(double x):\n    return x"
    )
    model = "dv/dt = -f(v)/(10*ms) : 1"
    group = NeuronGroup(3, model, method="gsl", namespace={"f": function})
    group.v = 1
    run(1 * ms)
    np.testing.assert_allclose(group.v[:], np.exp(-0.1), rtol=1e-5)
