"""What can't work is refused, says why and where, and leaves everything as it was."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Function,
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    check_units,
    ms,
    network_operation,
    run,
    second,
)

from brian2numba.behaviours import synapse_creation
from brian2numba.errors import (
    KernelCompilationError,
    KernelExecutionError,
    UserFunctionError,
)
from brian2numba.generation.generator import NumbaCodeGenerator


def cause_of(action, name):
    """Return why an action failed; the exception has to name the object first."""
    with pytest.raises(BrianObjectException) as caught:
        action()
    assert f"Error encountered with object named '{name}" in str(caught.value)
    error = caught.value
    while isinstance(error, BrianObjectException):
        error = error.__cause__
    return error


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
        {"j": "k for k in sample(0, 10, 0, p=0.5)"},
        ValueError,
        "The step of the iterator that creates connections in the Synapses 'syn' is 0;",
    ),
    "step of zero in a sample of fixed size": (
        {"j": "k for k in sample(0, 10, 0, size=1)"},
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


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_types_that_kernels_do_not_have(dtype):
    group = NeuronGroup(2, "dv/dt = -v/ms : 1", dtype={"v": dtype}, method="euler")
    group.v[:] = 1
    cause = cause_of(lambda: Network(group).run(0.1 * ms), "neurongroup")
    assert isinstance(cause, KernelCompilationError)
    assert str(cause) == (
        f"The numba target can't use the variable 'v', which has the data type "
        f"'{np.dtype(dtype).name}'. Supported data types are: bool, float32, float64, "
        "int32, int64, uint64, uint8."
    )
    assert group.v[:].tolist() == [1, 1]


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


def test_user_function_of_an_unsupported_type_shows_the_model():
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
    first, _, model = str(cause).split("\n", 2)
    assert first.startswith(
        "The function 'named', used by 'cells', can't be compiled by numba: "
    )
    assert "Model code:" in model
    assert "named(x)" in model
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


# Errors within a run


def make_picky(limit):
    def picky(x):
        if x > limit:
            raise ValueError("too large")
        return x

    return Function(picky, arg_units=[1], return_unit=1)


@pytest.mark.parametrize(
    "part", ["equations", "threshold", "reset", "synapses", "monitor", "string"]
)
def test_error_in_a_kernel_names_the_object(part):
    picky = make_picky(3)
    given = {"equations": "x : 1", "threshold": "x > 5", "reset": "x = 0", "pre": "x=0"}
    if part == "equations":
        given["equations"] = "dx/dt = picky(x)/ms : 1"
    elif part == "monitor":
        given["equations"] = "x : 1\ny = picky(x) : 1"
    elif part == "threshold":
        given["threshold"] = "picky(x) > 5"
    elif part == "reset":
        given["reset"] = "x = picky(x)"
    cells = NeuronGroup(
        2,
        given["equations"],
        threshold=given["threshold"],
        reset=given["reset"],
        method="euler",
        name="cells",
    )
    cells.x = [0, 10]
    objects = [cells]
    if part == "synapses":
        cells.resetter["spike"].active = False
        objects.append(Synapses(cells, cells, on_pre="x = picky(x_pre)", name="syn"))
        objects[-1].connect(j="i")
    if part == "monitor":
        objects.append(StateMonitor(cells, "y", record=True, name="mon", when="start"))

    def act():
        if part == "string":
            cells.x.set_item(slice(None), "picky(x)", namespace={"picky": picky})
        else:
            Network(*objects).run(0.2 * ms, namespace={"picky": picky})

    owner = {"synapses": "syn", "monitor": "mon"}.get(part, "cells")
    cause = cause_of(act, owner)
    assert type(cause) is KernelExecutionError
    assert re.match(
        rf"A function raised an exception in the \w+ '{owner}'. Its message is lost",
        str(cause),
    )
    assert "run the function by itself, or with the numpy target" in str(cause)


def test_exception_in_a_network_operation_comes_out_and_the_network_runs_on():
    group = NeuronGroup(2, "dx/dt = 1/ms : 1", method="euler")
    monitor = StateMonitor(group, "x", record=True)
    fails = [False, False, True, False, False]

    @network_operation(when="before_start")
    def fail():
        if fails.pop(0):
            raise RuntimeError("on purpose")

    network = Network(group, monitor, fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        network.run(0.5 * ms)
    assert network.t / ms == pytest.approx(0.2)
    assert len(monitor.t) == 2
    network.run(0.2 * ms)
    assert network.t / ms == pytest.approx(0.4)
    assert monitor.x[0] == pytest.approx([0, 0.1, 0.2, 0.3])


def test_exception_in_before_run_comes_out_and_the_network_runs_on(monkeypatch):
    group = NeuronGroup(2, "dx/dt = 1/ms : 1", method="euler")
    monitor = StateMonitor(group, "x", record=True)

    def fail(run_namespace):
        raise RuntimeError("on purpose")

    network = Network(group, monitor)
    with monkeypatch.context() as context:
        context.setattr(monitor, "before_run", fail)
        cause = cause_of(lambda: network.run(0.5 * ms), "statemonitor")
    assert str(cause) == "on purpose"
    assert group.x[:].tolist() == [0, 0]
    network.run(0.2 * ms)
    assert group.x[:] == pytest.approx([0.2, 0.2])


# Memory

RECORD_UNTIL_MEMORY_IS_SHORT = """
import json, resource, sys
from brian2 import *
import brian2numba

prefs.codegen.target = "numba"
group = NeuronGroup(20_000, "dx/dt = 1/ms : 1", method="euler")
monitors = [StateMonitor(group, "x", record=True) for _ in range(2)]
network = Network(group, monitors)
network.run(1 * ms)
text = open("/proc/self/statm").read()
used = int(text.split()[0]) * resource.getpagesize()
limit = used + 100 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
report = {}
try:
    network.run(1000 * ms)
except BrianObjectException as error:
    report["message"] = str(error)
    report["kind"] = type(error.__cause__).__name__
    report["cause"] = str(error.__cause__)
report["sizes"] = [
    [len(m.t), m.x_.shape[1], m.x_.shape[0], int(m.variables["N"].item())]
    for m in monitors
]
report["last"] = [float(m.x_[7, -1]) for m in monitors]
report["first"] = [float(m.x_[19_999, 0]) for m in monitors]
print(json.dumps(report))
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux limits a process's memory so"
)
def test_memory_that_cannot_be_had_for_a_monitor(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(RECORD_UNTIL_MEMORY_IS_SHORT)
    # The folder that contains the package: it need not be installed
    folder = Path(synapse_creation.__file__).parents[1]
    finished = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout.splitlines()[-1])
    assert report["kind"] == "MemoryError"
    assert "object named 'statemonitor" in report["message"]
    assert report["cause"].startswith(
        "There is not enough memory for the StateMonitor 'statemonitor"
    )
    for n_times, n_rows, n_neurons, n in report["sizes"]:
        assert n_times == n_rows == n
        assert n_neurons == 20_000
        assert n > 10
    # x grows by 0.1 each step: what was recorded is what was there
    for (n, *_), last in zip(report["sizes"], report["last"], strict=True):
        assert last == pytest.approx(0.1 * (n - 1))
    assert report["first"] == [0, 0]
