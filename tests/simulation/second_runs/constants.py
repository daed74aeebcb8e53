"""Names of equations that mean something else in the second run."""

import numpy as np
from brian2 import NeuronGroup, Quantity, TimedArray, inf, ms, mV, run, second, volt

from tests.simulation.second_runs.cases import STEP, adder, attempt, case

outer = 1.0


@case
def a_variable_of_the_caller():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    k = 10.0
    network.run(STEP)
    yield group.v


@case
def a_variable_of_the_caller_of_a_magic_run():
    group = NeuronGroup(1, "v : 1")
    group.run_regularly("v += k")
    k = 1.0
    run(STEP)
    yield group.v
    k = 10.0
    run(STEP)
    yield group.v


@case
def a_global_variable_that_a_local_one_hid():
    global outer
    outer = 5.0
    group, _, network = adder("v += outer")

    def first():
        outer = 1.0
        network.run(STEP)

    first()
    yield group.v
    network.run(STEP)
    yield group.v


@case
def a_variable_that_is_deleted():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    del k
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error, group.v


@case
def a_number_that_comes_back():
    group, _, network = adder()
    for k in (1.0, 10.0, 1.0):
        network.run(STEP)
        yield group.v


@case
def a_variable_of_an_enclosing_function_that_is_not_captured():
    global outer
    outer = 5.0
    group, _, network = adder("v += outer")

    def enclosing(number):
        outer = number

        def inner():
            network.run(STEP)

        inner()

    for number in (1.0, 10.0):
        enclosing(number)
        yield group.v


@case
def a_global_variable():
    global outer
    outer = 1.0
    group, _, network = adder("v += outer")
    network.run(STEP)
    yield group.v
    outer = 10.0
    network.run(STEP)
    yield group.v


@case
def another_calling_function():
    group, _, network = adder()

    def one():
        k = 1.0
        network.run(STEP)

    def ten():
        k = 10.0
        network.run(STEP)

    for call in (one, ten, one):
        call()
        yield group.v


@case
def the_same_function_with_another_argument():
    group, _, network = adder()

    def call(k):
        network.run(STEP)

    for number in (1.0, 10.0, 10.0, 1.0):
        call(number)
        yield group.v


@case
def a_loop_over_numbers():
    group, _, network = adder()
    for k in (1.0, 10.0, 10.0, 100.0):
        network.run(STEP)
        yield group.v


@case
def the_namespace_of_a_run():
    group, _, network = adder()
    k = 100.0
    network.run(STEP, namespace={"k": 1.0})
    yield group.v
    network.run(STEP, namespace={"k": 10.0})
    yield group.v
    network.run(STEP)
    yield group.v


@case
def a_namespace_without_the_name():
    group, _, network = adder()
    k = 100.0
    network.run(STEP, namespace={"k": 1.0})
    yield group.v
    with attempt() as outcome:
        network.run(STEP, namespace={})
    yield outcome.error, group.v


@case
def a_name_in_the_namespace_of_the_group():
    group, _, network = adder(namespace={"k": 1.0})
    network.run(STEP)
    yield group.v
    group.namespace["k"] = 10.0
    network.run(STEP)
    yield group.v


@case
def a_name_added_to_the_namespace_of_the_group():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    group.namespace["k"] = 10.0
    network.run(STEP)
    yield group.v


@case
def the_dictionary_that_a_group_was_given():
    names = {"k": 1.0}
    group, _, network = adder(namespace=names)
    network.run(STEP)
    yield group.v
    names["k"] = 10.0
    network.run(STEP)
    yield group.v


@case
def another_namespace_of_the_group():
    group, _, network = adder(namespace={"k": 1.0})
    network.run(STEP)
    yield group.v
    group.namespace = {"k": 10.0}
    network.run(STEP)
    yield group.v


@case
def a_constant_of_the_group_that_hides_the_name():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    group.variables.add_constant("k", 10.0)
    network.run(STEP)
    yield group.v


@case
def other_units():
    group, _, network = adder(model="v : volt")
    k = 1 * volt
    network.run(STEP)
    yield group.v_
    k = 10 * second
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error, group.v_


@case
def the_same_unit_with_another_scale():
    group, _, network = adder(model="v : volt")
    k = 1 * volt
    network.run(STEP)
    yield group.v_
    k = 10 * mV
    network.run(STEP)
    yield group.v_


@case
def a_quantity_in_place():
    group, _, network = adder(model="v : volt")
    k = Quantity(np.array(1.0), dim=volt.dim)
    network.run(STEP)
    yield group.v_
    k *= 10
    network.run(STEP)
    yield group.v_


@case
def the_name_of_a_unit():
    group, _, network = adder("v += mvolt/volt*1000")
    network.run(STEP)
    yield group.v
    mvolt = 5 * volt
    network.run(STEP)
    yield group.v


@case
def an_array_instead_of_a_number():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    k = np.array([10.0])
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error, group.v
    k = 100.0
    network.run(STEP)
    yield group.v


@case
def a_timed_array_instead_of_a_number():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    k = TimedArray([10.0], dt=1 * ms)
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error, group.v


def numbers_of_two_types(code, first, second, model="v : 1"):
    """Yield what code gives with one number, and then with another."""
    group, _, network = adder(code, model=model)
    for k in (first, second):
        network.run(STEP)
        yield group.v


@case
def single_precision():
    return numbers_of_two_types("v = k*k + 1/k", np.float64(0.1), np.float32(0.1))


@case
def a_float_to_divide_by():
    return numbers_of_two_types("v = 7/k", 2, 2.5)


@case
def a_float_after_modulo():
    return numbers_of_two_types("v = 7 % k", 4, 2.5)


@case
def a_float_for_an_integer_variable():
    return numbers_of_two_types("v = int(7.9*k)", 1, 1.5, model="v : integer")


@case
def an_integer_to_divide_by():
    return numbers_of_two_types("v = 1/k", 2.5, 2)


@case
def an_integer_of_another_width():
    return numbers_of_two_types("v = 1.5*k + k//2", np.int64(7), np.int32(9))


@case
def an_integer_without_sign():
    return numbers_of_two_types("v = k - 5", 3, np.uint8(3))


@case
def a_power_of_a_float():
    return numbers_of_two_types("v = k**3", 3, 3.5)


@case
def a_negative_number():
    return numbers_of_two_types("v = 1 - k**2 - k", 3.0, -2.0)


@case
def an_infinite_number():
    return numbers_of_two_types("v = clip(k, 0, 5)", 3.0, inf)


@case
def zero_with_another_sign():
    group, _, network = adder("v = 1/(v + k)")
    for k in (0.0, -0.0):
        group.v = -0.0
        with np.errstate(divide="ignore"):
            network.run(STEP)
        yield group.v
