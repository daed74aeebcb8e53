"""Timed arrays and functions that are others, or do other things, in a second run."""

import gc

import numpy as np
from brian2 import Function, TimedArray, check_units, ms, mV, volt
from brian2.core.functions import DEFAULT_FUNCTIONS

from tests.simulation.second_runs.cases import STEP, adder, attempt, case

number = 1.0
table = np.array([1.0, 2.0])


@case
def another_timed_array():
    group, _, network = adder("v = values(t)")
    values = TimedArray([1.0, 2.0, 3.0], dt=STEP)
    network.run(STEP)
    yield group.v
    values = TimedArray([10.0, 20.0, 30.0, 40.0], dt=STEP)
    network.run(STEP)
    yield group.v


@case
def the_values_of_a_timed_array():
    group, _, network = adder("v = values(t)")
    values = TimedArray([1.0, 2.0, 3.0], dt=STEP)
    network.run(STEP)
    yield group.v
    values.values[:] = [10.0, 20.0, 30.0]
    network.run(STEP)
    yield group.v


@case
def the_array_that_a_timed_array_was_given():
    array = np.array([1.0, 2.0, 3.0])
    group, _, network = adder("v = values(t)")
    values = TimedArray(array, dt=STEP)
    network.run(STEP)
    yield group.v
    array[:] = [10.0, 20.0, 30.0]
    network.run(STEP)
    yield group.v


@case
def a_timed_array_of_two_dimensions():
    group, operation, network = adder("v = values(t)", n=2)
    values = TimedArray([1.0, 2.0, 3.0], dt=STEP)
    network.run(STEP)
    yield group.v
    values = TimedArray([[1.0, 2.0], [30.0, 40.0]], dt=STEP)
    operation.abstract_code = "v = values(t, i)"
    network.run(STEP)
    yield group.v


@case
def a_timed_array_of_the_wrong_dimensions():
    group, _, network = adder("v = values(t)", n=2)
    values = TimedArray([1.0, 2.0, 3.0], dt=STEP)
    network.run(STEP)
    yield group.v
    values = TimedArray([[1.0, 2.0], [30.0, 40.0]], dt=STEP)
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error, group.v


@case
def a_new_timed_array_for_each_run():
    group, _, network = adder("v += values(t)")
    for size in (1.0, 10.0, 100.0, 100.0, 1000.0):
        values = TimedArray([size, size], dt=1 * ms)
        network.run(STEP)
        yield group.v
        del values
        gc.collect()


@case
def a_default_function_that_hides_a_timed_array():
    group, _, network = adder("v += f(t)")
    f = TimedArray([1.0, 1.0], dt=1 * ms)
    network.run(STEP)
    yield group.v
    DEFAULT_FUNCTIONS["f"] = TimedArray([10.0, 10.0], dt=1 * ms)
    try:
        network.run(STEP)
    finally:
        del DEFAULT_FUNCTIONS["f"]
    yield group.v


def function_that_adds(size):
    """Return a function that was given for each target."""

    def plain(x):
        return x + size

    f = Function(
        plain, arg_units=[1], return_unit=1, arg_types=["float"], return_type="float"
    )
    f.implementations.add_implementation("numpy", plain)
    f.implementations.add_implementation(
        "numba", f"def f(x):\n    return x + {size!r}\n", name="f"
    )
    return f


@case
def another_function_object():
    group, _, network = adder("v = f(0.0)")
    f = function_that_adds(1.0)
    network.run(STEP)
    yield group.v
    f = function_that_adds(10.0)
    network.run(STEP)
    yield group.v


def give_array(f, array):
    """Let a function look up an array, with each target."""
    f.implementations.add_implementation(
        "numpy", lambda x: array[np.asarray(x, dtype=int)]
    )
    f.implementations.add_implementation(
        "numba",
        "def f(x):\n    return array[x]\n",
        name="f",
        namespace={"array": array},
    )


@case
def the_namespace_of_an_implementation():
    f = Function(
        lambda x: x,
        arg_units=[1],
        return_unit=1,
        arg_types=["integer"],
        return_type="float",
    )
    give_array(f, np.array([1.0, 2.0]))
    group, _, network = adder("v = f(i)", n=2)
    network.run(STEP)
    yield group.v
    give_array(f, np.array([10.0, 20.0, 30.0]))
    network.run(STEP)
    yield group.v


@case
def another_plain_function():
    group, _, network = adder("v = f(1)")

    def one(x):
        return x + 1.0

    def ten(x):
        return x + 10.0

    for function in (one, ten):
        f = check_units(x=1, result=1)(function)
        network.run(STEP)
        yield group.v


@case
def a_global_number_of_a_function():
    global number
    number = 1.0
    group, _, network = adder("v = f(1)")

    @check_units(x=1, result=1)
    def f(x):
        return x + number

    network.run(STEP)
    yield group.v
    number = 10.0
    network.run(STEP)
    yield group.v


@case
def a_global_number_of_another_type():
    global number
    number = 2
    group, _, network = adder("v = f(7)")

    @check_units(x=1, result=1)
    def f(x):
        return x // number + x / number

    network.run(STEP)
    yield group.v
    number = 2.5
    network.run(STEP)
    yield group.v


@case
def a_global_quantity_of_a_function():
    global number
    number = 1 * mV
    group, _, network = adder("v = f(1*mV)")

    @check_units(x=volt, result=1)
    def f(x):
        return x / number

    network.run(STEP)
    yield group.v
    number = 4 * mV
    network.run(STEP)
    yield group.v


@case
def a_global_array_of_a_function():
    global table
    table = np.array([1.0, 2.0])
    group, _, network = adder("v = f(0)")

    @check_units(x=1, result=1)
    def f(x):
        return x + table[1]

    network.run(STEP)
    yield group.v
    table = np.array([10.0, 20.0, 30.0])
    network.run(STEP)
    yield group.v


@case
def the_elements_of_a_captured_array():
    group, _, network = adder("v = f(0)")
    array = np.array([1.0, 2.0])

    @check_units(x=1, result=1)
    def f(x):
        return x + array[0]

    network.run(STEP)
    yield group.v
    array[0] = 10.0
    network.run(STEP)
    yield group.v


@case
def what_a_function_calls():
    global number
    number = 1.0

    def inner(x):
        return x * number

    group, _, network = adder("v = f(1)")

    @check_units(x=1, result=1)
    def f(x):
        return 2.0 * inner(x)

    network.run(STEP)
    yield group.v
    number = 10.0
    network.run(STEP)
    yield group.v


@case
def a_default_of_a_function():
    group, _, network = adder("v = f(1)")

    def plain(x, c=1.0):
        return x + c

    f = Function(plain, arg_units=[1], return_unit=1)
    network.run(STEP)
    yield group.v
    plain.__defaults__ = (10.0,)
    network.run(STEP)
    yield group.v


@case
def the_code_of_a_function():
    group, _, network = adder("v = f(1)")

    def plain(x):
        return x + 1.0

    def other(x):
        return x + 10.0

    f = check_units(x=1, result=1)(plain)
    network.run(STEP)
    yield group.v
    plain.__code__ = other.__code__
    network.run(STEP)
    yield group.v
