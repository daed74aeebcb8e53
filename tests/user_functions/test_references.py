"""What functions of users refer to is what it is at the time of the call."""

import types

import brian2
import brian2 as b2
import numpy as np
import pytest
from brian2 import (
    Function,
    Network,
    NeuronGroup,
    StateMonitor,
    check_units,
    ms,
    mV,
    network_operation,
    prefs,
    run,
)

from brian2numba.explanation.row import COMPILED
from brian2numba.target import NumbaCodeObject

GAIN = 2.0
FACTOR = 2
ENABLED = True
TABLE = np.array([1.0, 2.0, 4.0])
VOLTAGES = np.array([1.0, 2.0, 4.0]) * mV
STEPS = [0.5, 1.5, 2.5]
PAIR = (1, 2.5, 3)
OPTIONS = {"gain": 2.0, "inner": {"tables": [TABLE, 2 * TABLE]}}
SPACE = types.SimpleNamespace(gain=2.0, table=TABLE)
HELPER_GAIN = 10.0


class Settings:
    gain = 2.0


def helper(x):
    return x * HELPER_GAIN


HELPER = helper


def other_helper(x):
    return x + 0.25


def with_default(x, shift=0.5):
    return x + shift


def closure(start):
    offset = start

    def moved(x):
        return x + offset

    def move(value):
        nonlocal offset
        offset = value

    return moved, move


def number(x):
    return GAIN * x


def integer(x):
    return FACTOR * x


def boolean(x):
    return np.where(ENABLED, x, -x)


def array(i):
    return TABLE[i]


def array_with_units(i):
    return VOLTAGES[i] / mV


def sequence(i):
    return STEPS[i] if i < 3 else 0.0


def mixed(i):
    return PAIR[i] if i < 3 else 0.0


def dictionary(x):
    return x * OPTIONS["gain"] + OPTIONS["inner"]["tables"][1][0]


def namespace(i):
    return SPACE.table[i] * SPACE.gain


def attribute_of_class(x):
    return x * Settings.gain


def of_helper(x):
    return helper(x)


def which_helper(x):
    return HELPER(x)


def described(function):
    return Function(function, arg_units=[1], return_unit=1)


class Model:
    """A group whose variable x is f(i) at each step, with Python called in between."""

    def __init__(self, function, target="numba"):
        prefs.codegen.target = target
        self.changes = {}
        self.group = NeuronGroup(3, "x : 1", namespace={"f": described(function)})
        self.group.run_regularly("x = f(i)")
        self.monitor = StateMonitor(self.group, "x", record=True, when="end")
        self.operation = network_operation(when="start")(self.change)
        self.network = Network(self.group, self.monitor, self.operation)
        self.step = 0

    def change(self):
        self.changes.get(self.step, lambda: None)()
        self.step += 1

    def run(self, n_steps=1):
        self.network.run(n_steps * 0.1 * ms)
        return self.monitor.x[:, -n_steps:].T.tolist()

    @property
    def code_object(self):
        (runner,) = self.group.contained_objects[-1:]
        return runner.code_objects[0]


def assign(monkeypatch, name, value):
    monkeypatch.setitem(globals(), name, value)


# Each: the function; how it is changed; another change, to what it was not compiled for
CHANGES = {
    "number": (number, lambda m: assign(m, "GAIN", 3.5), "GAIN", 4),
    "integer": (integer, lambda m: assign(m, "FACTOR", 5), "FACTOR", 0.5),
    "boolean": (boolean, lambda m: assign(m, "ENABLED", False), "ENABLED", 1),
    "array in place": (
        array,
        lambda m: TABLE.__setitem__(slice(None), [10, 20, 30]),
        "TABLE",
        np.array([7, 8, 9]),
    ),
    "array replaced": (
        array,
        lambda m: assign(m, "TABLE", np.array([9.0, 8.0, 7.0, 6.0])),
        "TABLE",
        np.array([7, 8, 9]),
    ),
    "strided": (
        array,
        lambda m: assign(m, "TABLE", np.arange(8.0)[::-2]),
        "TABLE",
        np.array([7, 8, 9]),
    ),
    "units": (
        array_with_units,
        lambda m: assign(m, "VOLTAGES", np.array([5.0, 6.0, 7.0]) * mV),
        "VOLTAGES",
        np.array([[5.0, 6.0, 7.0]] * 3)[:, 0] * mV,
    ),
    "list": (sequence, lambda m: STEPS.__setitem__(1, 20.5), "STEPS", [7, 8, 9]),
    "tuple": (mixed, lambda m: assign(m, "PAIR", (1.5, 2, 3)), "PAIR", (7, 8, 9)),
    "dictionary": (
        dictionary,
        lambda m: OPTIONS.__setitem__("gain", 7.5),
        "OPTIONS",
        {"gain": 3, "inner": {"tables": [TABLE, 4 * TABLE]}},
    ),
    "namespace": (
        namespace,
        lambda m: setattr(SPACE, "gain", 5.5),
        "SPACE",
        types.SimpleNamespace(gain=2, table=TABLE),
    ),
    "class": (
        attribute_of_class,
        lambda m: setattr(Settings, "gain", 5.5),
        "Settings",
        types.SimpleNamespace(gain=3),
    ),
    "helper's global": (
        of_helper,
        lambda m: assign(m, "HELPER_GAIN", 0.5),
        "HELPER_GAIN",
        7,
    ),
    "helper": (
        which_helper,
        lambda m: assign(m, "HELPER", other_helper),
        "HELPER",
        lambda x: x + 0.125,
    ),
}


@pytest.fixture
def restored(monkeypatch):
    """Undo what a test changes in this module."""
    table, steps, options = TABLE.copy(), list(STEPS), dict(OPTIONS)
    space, settings = vars(SPACE).copy(), Settings.gain
    yield monkeypatch
    monkeypatch.undo()
    TABLE[:], STEPS[:] = table, steps
    OPTIONS.update(options)
    vars(SPACE).update(space)
    Settings.gain = settings


@pytest.fixture(params=[True, False], ids=["compiled loop", "Brian's loop"])
def loop(request):
    prefs.codegen.runtime.numba.native_loop = request.param


def python_values(function):
    return [float(function(i)) for i in range(3)]


@pytest.mark.parametrize("name", CHANGES)
def test_changes_between_runs(name, restored, kernel_count):
    function, change, variable, value = CHANGES[name]
    model = Model(function)
    assert model.run() == [python_values(function)]
    assert isinstance(model.code_object, NumbaCodeObject)
    n_compiled = kernel_count()
    change(restored)
    assert model.run() == [python_values(function)]
    if name != "helper":
        assert kernel_count() == n_compiled
    restored.setitem(globals(), variable, value)
    assert model.run() == [python_values(function)]


@pytest.mark.parametrize("name", CHANGES)
def test_changes_within_a_run(name, restored, loop):
    function, change, variable, value = CHANGES[name]
    model = Model(function)
    expected = []

    def note():
        expected.append(python_values(function))

    model.changes = {
        0: note,
        1: lambda: (change(restored), note()),
        2: note,
        3: lambda: (restored.setitem(globals(), variable, value), note()),
        4: note,
    }
    assert model.run(5) == expected
    assert expected[0] != expected[1]


def test_closure():
    moved, move = closure(1.0)
    model = Model(moved)
    assert model.run() == [[1, 2, 3]]
    move(5.0)
    assert model.run() == [[5, 6, 7]]
    move(3)
    assert model.run() == [[3, 4, 5]]


def test_default_value(monkeypatch):
    model = Model(with_default)
    assert model.run() == [[0.5, 1.5, 2.5]]
    monkeypatch.setattr(with_default, "__defaults__", (2.0,))
    assert model.run() == [[2, 3, 4]]


def test_two_closures_of_the_same_code():
    first, _ = closure(1.0)
    second, _ = closure(10.0)
    functions = {"f": described(first), "g": described(second)}
    group = NeuronGroup(2, "x : 1", namespace=functions)
    group.run_regularly("x = f(i) + 100*g(i)")
    run(0.1 * ms)
    assert group.x[:].tolist() == [1001, 1102]


def test_what_is_gone_within_a_run_is_the_functions_own_error(restored):
    model = Model(number)
    model.changes[1] = lambda: restored.delitem(globals(), "GAIN")
    with pytest.raises(brian2.BrianObjectException) as caught:
        model.run(3)
    assert isinstance(caught.value.__cause__, NameError)
    assert model.monitor.x.shape == (3, 1)


def test_explain_tells_who_took_over(restored):
    model = Model(integer)
    model.run()
    rows = brian2numba_rows(model)
    assert rows[0].runs == COMPILED


def brian2numba_rows(model):
    import brian2numba  # noqa: PLC0415

    name = model.group.contained_objects[-1].name
    return brian2numba.explain(model.network)[name]


@check_units(v=b2.volt, result=1)
def with_module(v):
    return 1 / (1 + b2.exp(-(v + 40 * b2.mV) / (5 * b2.mV)))


def test_functions_and_units_of_brians_modules():
    group = NeuronGroup(3, "x : 1\nv : volt", namespace={"f": with_module})
    group.v = [-50, -40, 0] * mV
    group.run_regularly("x = f(v)")
    run(0.1 * ms)
    expected = 1 / (1 + np.exp(-(np.array([-50, -40, 0]) + 40) / 5))
    np.testing.assert_allclose(group.x[:], expected, rtol=1e-14)
