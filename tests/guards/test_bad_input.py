"""What can't work is refused, says why and where, and leaves everything as it was."""

import re

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    Synapses,
    TimedArray,
    check_units,
    ms,
    prefs,
    run,
    second,
)

from brian2numba.behaviours import synapse_creation
from brian2numba.errors import KernelCompilationError, UserFunctionError
from brian2numba.generation.generator import NumbaCodeGenerator
from tests.causes import cause_of


def make_synapses(n=5, model="w : 1"):
    cells = NeuronGroup(n, "v : 1\nlimit : 1", threshold="v > 1", name="cells")
    return Synapses(cells, cells, model, on_pre="v += w", name="syn")


def connections(synapses):
    return list(zip(synapses.i[:].tolist(), synapses.j[:].tolist(), strict=True))


# Connections

REFUSED = {
    "index too high": (
        {"j": "i + 1"},
        IndexError,
        "A connection pattern of the Synapses 'syn' gives the index 5, which is "
        "outside allowed range from 0 to 4. Use skip_if_invalid=True to leave out such "
        "connections.",
    ),
    "index below zero": (
        {"j": "k - 1 for k in range(i + 1)"},
        IndexError,
        "A connection pattern of the Synapses 'syn' gives the index -1, which",
    ),
    "source index": (
        {"i": "k for k in range(6)"},
        IndexError,
        "A connection pattern of the Synapses 'syn' gives the index 5, which",
    ),
    "index of more than 32 bits": (
        {"j": "i + 2**32"},
        IndexError,
        "A connection pattern of the Synapses 'syn' gives the index 4294967296, which",
    ),
    "index used in a condition": (
        {"j": "k for k in range(7) if w_of_nothing + j > 3"},
        IndexError,
        "A connection pattern of the Synapses 'syn' gives the index 5, which",
    ),
    "sample size below zero": (
        {"j": "k for k in sample(N_post, size=2 - i)"},
        IndexError,
        "Requested sample size -1 is negative in the Synapses 'syn'. Use "
        "skip_if_invalid=True to leave out such neurons.",
    ),
    "sample size too large": (
        {"j": "k for k in sample(N_post, size=3 + i)"},
        IndexError,
        "Requested sample size 6 is bigger than the population size 5 in the Synapses "
        "'syn'. Use skip_if_invalid=True to take all there are.",
    ),
    "step of zero": (
        {"j": "k for k in range(0, 10, 0)"},
        ValueError,
        "The step of the iterator that creates connections in the Synapses 'syn' is 0; "
        "it has to be a positive or negative integer.",
    ),
    "step of zero in a sample": (
        {"j": "k for k in sample(0, 0, 0, p=0.5)"},
        ValueError,
        "The step of the iterator that creates connections in the Synapses 'syn' is 0;",
    ),
    "probability that is not a number": (
        {"p": "not_a_number"},
        ValueError,
        "The connection probability in the Synapses 'syn' is not a number (NaN). Check "
        "the expression given for p.",
    ),
    "probability that is not a number for one neuron": (
        {"p": "sqrt(2.0 - i)"},
        ValueError,
        "The connection probability in the Synapses 'syn' is not a number (NaN).",
    ),
    "probability in a sample": (
        {"j": "k for k in sample(N_post, p=not_a_number)"},
        ValueError,
        "The connection probability in the Synapses 'syn' is not a number (NaN).",
    ),
}


@pytest.mark.parametrize(("pattern", "kind", "message"), REFUSED.values(), ids=REFUSED)
def test_connection_pattern_is_refused_and_leaves_nothing_behind(
    pattern, kind, message
):
    synapses = make_synapses()
    synapses.connect(i=[3], j=[4])
    synapses.w = 7
    namespace = {"not_a_number": np.nan, "w_of_nothing": 0}
    cause = cause_of(lambda: synapses.connect(**pattern, namespace=namespace), "syn")
    assert type(cause) is kind
    assert str(cause).startswith(message)
    assert connections(synapses) == [(3, 4)]
    assert synapses.w[:].tolist() == [7]
    synapses.connect(j="i")
    assert connections(synapses) == [(3, 4), *((i, i) for i in range(5))]
    assert synapses.N_outgoing_pre.tolist() == [1, 1, 1, 2, 1]
    assert synapses.N_incoming_post.tolist() == [1, 1, 1, 1, 2]


SKIPPED = {
    "index too high": ({"j": "i + 2"}, [(0, 2), (1, 3), (2, 4)]),
    "index below zero": ({"j": "i - 3"}, [(3, 0), (4, 1)]),
    "index of more than 32 bits": ({"j": "i + i * 2**32"}, [(0, 0)]),
    "source index": ({"i": "j + 3"}, [(3, 0), (4, 1)]),
    "sample size": (
        {"j": "k for k in sample(2, size=3 * (i - 1))"},
        [(i, j) for i in (2, 3, 4) for j in (0, 1)],
    ),
}


@pytest.mark.parametrize(("pattern", "expected"), SKIPPED.values(), ids=SKIPPED)
def test_invalid_connections_are_left_out_on_request(pattern, expected):
    synapses = make_synapses()
    synapses.connect(**pattern, skip_if_invalid=True)
    assert sorted(connections(synapses)) == expected


@pytest.mark.parametrize(
    ("i", "j"), [([0, 5], [0, 1]), ([0, 1], [0, -1]), ([2**31], [0])]
)
def test_arrays_of_indices_outside_of_the_groups(i, j):
    synapses = make_synapses()
    with pytest.raises(IndexError, match="outside valid range"):
        synapses.connect(i=i, j=j)
    assert len(synapses) == 0
    synapses.connect(i=[1], j=[2])
    assert connections(synapses) == [(1, 2)]


@pytest.mark.parametrize(("p", "expected"), [(-1.0, 0), (0, 0), (1, 25), (2.0, 25)])
def test_probability_outside_of_its_range_means_none_or_all(p, expected):
    synapses = make_synapses()
    synapses.connect(p=p)
    assert len(synapses) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"p": 0.9},
        {"j": "i", "n": 11},
        {"i": list(range(5)) * 3, "j": list(range(5)) * 3},
        {"i": [0], "j": [1], "n": 11},
    ],
    ids=str,
)
def test_more_synapses_than_can_be_counted(pattern, monkeypatch):
    monkeypatch.setattr(synapse_creation, "MAX_SYNAPSES", 10)
    synapses = make_synapses()
    cause = cause_of(lambda: synapses.connect(**pattern), "syn")
    assert type(cause) is OverflowError
    assert str(cause) == (
        "There would be more than 10 synapses in the Synapses 'syn', which is what a "
        "synapse index of 32 bits can count. Nothing was created."
    )
    assert len(synapses) == 0
    synapses.connect(j="i", n=2)
    assert len(synapses) == 10
    cause = cause_of(lambda: synapses.connect(i=[0], j=[0]), "syn")
    assert type(cause) is OverflowError
    assert len(synapses) == 10


def test_no_memory_for_a_variable_of_the_synapses(monkeypatch):
    synapses = make_synapses(model="a : 1\nb : 1\nc : 1")
    synapses.connect(i=[1], j=[2])
    synapses.a = synapses.b = synapses.c = 3
    resize = type(synapses.variables["b"]).resize

    def fail_for_b(variable, size):
        if variable.name == "b" and size > 1:
            raise MemoryError("no memory for b")
        resize(variable, size)

    with monkeypatch.context() as context:
        context.setattr(type(synapses.variables["b"]), "resize", fail_for_b)
        cause = cause_of(synapses.connect, "syn")
    assert str(cause) == "no memory for b"
    assert connections(synapses) == [(1, 2)]
    assert [len(synapses.variables[name].get_value()) for name in "abc"] == [1] * 3
    synapses.connect(j="i")
    assert connections(synapses) == [(1, 2), *((i, i) for i in range(5))]
    assert synapses.b[:].tolist() == [3, 0, 0, 0, 0, 0]


# Delays and times

BAD_DELAYS = [-1 * ms, np.nan * ms, np.inf * ms, 1e9 * second, 2**31 * 0.1 * ms]


@pytest.mark.parametrize("delay", BAD_DELAYS, ids=str)
@pytest.mark.parametrize("place", ["argument", "all", "one"])
def test_delays_that_cannot_be(delay, place):
    cells = NeuronGroup(3, "v : 1", threshold="i == 2")
    homogeneous = {"delay": delay} if place == "argument" else {}
    synapses = Synapses(cells, cells, on_pre="v += 1", name="syn", **homogeneous)
    synapses.connect(j="i")
    if place == "all":
        synapses.delay = delay
    if place == "one":
        synapses.delay = 1 * ms
        synapses.delay[2] = delay
    network = Network(cells, synapses)
    cause = cause_of(lambda: network.run(0.1 * ms), "syn_pre")
    assert type(cause) is ValueError
    number = 2 if place == "one" else 0
    assert str(cause) == (
        f"The delay of synapse {number} is {float(delay)} s; it must be at least 0 and "
        "at most 2147483647 time steps of 0.0001 s"
    )
    # What was wrong can be put right
    if place != "argument":
        synapses.delay = 0 * ms
        network.run(0.1 * ms)
        assert cells.v[:].tolist() == [0, 0, 1]


@pytest.mark.parametrize("index", [3, -1, 2**32])
def test_spike_generator_of_other_neurons(index):
    with pytest.raises(ValueError, match=r"lie in the interval \[0, 3\["):
        SpikeGeneratorGroup(3, [0, index], [0, 1] * ms)


def test_spike_generator_that_gets_other_neurons_later():
    generator = SpikeGeneratorGroup(3, [0], [0] * ms)
    with pytest.raises(ValueError, match=r"lie in the interval \[0, 3\["):
        generator.set_spikes([5], [0] * ms)
    monitor = SpikeMonitor(generator)
    run(0.2 * ms)
    assert monitor.i[:].tolist() == [0]


# Values and types


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)], ids=str)
def test_timed_array_without_values(shape):
    timed = TimedArray(np.zeros(shape), dt=1 * ms, name="nothing")
    group = NeuronGroup(2, "v : 1")
    expression = "timed(t)" if len(shape) == 1 else "timed(t, i)"
    with pytest.raises(ValueError, match="give it at least one") as caught:
        group.v.set_item(slice(None), expression, namespace={"timed": timed})
    assert str(caught.value) == (
        f"The timed array 'nothing' has no values (its shape is {shape}); give it at "
        "least one."
    )


# numpy warns Brian, which computes the constant parts of expressions with it
@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt")
def test_expression_without_a_value_is_not_a_number():
    group = NeuronGroup(2, "dv/dt = (-v + sqrt(-1.0))/(10*ms) : 1", method="exact")
    group.v = 5
    run(0.1 * ms)
    assert np.isnan(group.v[:]).all()


@pytest.mark.filterwarnings("ignore:overflow encountered in exp")
def test_constant_that_overflows_is_infinite():
    group = NeuronGroup(2, "v : 1")
    group.v = "exp(1e10) - i"
    assert np.isinf(group.v[:]).all()


# Code that does not compile


def test_user_function_that_has_to_be_compiled_is_named():
    prefs.codegen.runtime.numba.functions = "compiled"

    @check_units(x=1, result=1)
    def named(x):
        return {"high": 1.0, 2: "low"}[x]

    group = NeuronGroup(2, "dx/dt = named(x)/ms : 1", method="euler", name="cells")
    group.x = 1
    network = Network(group)
    cause = cause_of(
        lambda: network.run(0.1 * ms, namespace={"named": named}), "cells_stateupdater"
    )
    assert isinstance(cause, UserFunctionError)
    assert re.match(
        r"The function 'named' \(test_bad_input.py, line \d+\), used by 'cells', can't "
        r"be compiled: it has the expression '\{'high': 1.0, 2: 'low'\}'\.\n",
        str(cause),
    )
    # The run failed before anything happened
    assert group.x[:].tolist() == [1, 1]
    assert network.t == 0 * ms


def test_code_that_does_not_compile_is_never_an_empty_run(monkeypatch):
    translate = NumbaCodeGenerator.translate_statement

    def translate_wrongly(generator, statement):
        line = translate(generator, statement)
        return f"{line} + no_such_name" if statement.var == "x" else line

    group = NeuronGroup(2, "x : 1", name="cells")
    group.run_regularly("x += 1*ms/second", name="adder")
    with monkeypatch.context() as context:
        context.setattr(NumbaCodeGenerator, "translate_statement", translate_wrongly)
        network = Network(group)
        cause = cause_of(lambda: network.run(0.1 * ms), "adder")
    assert isinstance(cause, KernelCompilationError)
    text = str(cause)
    assert text.startswith(
        "The code of 'cells' (template 'stateupdate') can't be compiled by numba: "
        "NameError: name 'no_such_name' is not defined\nModel code:\n"
    )
    assert "x += 1*ms/second" in text
    assert "Generated function:\ndef kernel(" in text
    assert group.x[:].tolist() == [0, 0]
    network.run(0.1 * ms)
    assert group.x[:] == pytest.approx([0.001] * 2)


def test_code_that_is_not_python_is_an_error_as_well(monkeypatch):
    monkeypatch.setattr(
        NumbaCodeGenerator, "translate_expression", lambda *arguments: "1 +"
    )
    group = NeuronGroup(2, "x : 1", name="cells")
    with pytest.raises(KernelCompilationError) as caught:
        group.x = "i"
    assert "The code of 'cells'" in str(caught.value)
    assert "invalid syntax" in str(caught.value)
    assert "x = i" in str(caught.value)
