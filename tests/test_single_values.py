"""Single values are read and written as with Brian's numpy target, errors included."""

import threading

import numpy as np
import pytest
from brian2 import (
    Network,
    NetworkOperation,
    NeuronGroup,
    Quantity,
    Synapses,
    linked_var,
    ms,
    mV,
    prefs,
    second,
    volt,
)
from brian2.core.variables import VariableView

from brian2numba.hooks import replace_brians

MODEL = """
dv/dt = -v/(10*ms) : volt
x : 1
small : 1
k : integer
b : boolean
fixed : 1 (constant)
shared : volt (shared)
half = x/2 : 1
"""


class Model:
    """Objects with variables of each kind."""

    def __init__(self):
        self.group = NeuronGroup(
            6,
            MODEL,
            threshold="False",
            method="exact",
            name="cells",
            dtype={"small": np.float32},
        )
        source = NeuronGroup(3, "y : volt", name="source")
        self.source = source
        self.linked = NeuronGroup(6, "other : volt (linked)", name="linked")
        self.linked.other = linked_var(source, "y", index=np.array([2, 1, 0, 2, 1, 0]))
        self.synapses = Synapses(
            self.group, self.group, "w : volt\nz : 1", on_pre="z += 1", name="pairs"
        )
        self.synapses.connect(i=[0, 0, 4, 5], j=[1, 2, 3, 3])
        self.unconnected = Synapses(self.group, self.group, "w : volt", name="none")

        self.fill()

    def fill(self):
        """Give all variables the values that they begin with."""
        self.source.y = [1, 2, 3] * mV
        self.group.x = np.arange(6) / 4
        self.group.v = np.arange(6) * mV
        self.group.k = np.arange(6) * 7
        self.group.b = [True, False] * 3
        self.group.small = self.group.fixed = 0
        self.group.shared = 0 * mV
        self.synapses.w = np.arange(4) * mV
        self.synapses.z = 0
        self.synapses.delay = 0 * ms

    def views(self):
        """Return views of all kinds, by what a user would write."""
        owners = {
            "group": self.group,
            "part": self.group[2:5],
            "linked": self.linked,
            "pairs": self.synapses,
            "none": self.unconnected,
        }
        self.owners = owners
        split = (name.split(".") for name in NAMES)
        return {f"{o}.{n}": getattr(owners[o], n) for o, n in split}


def assert_as_numpy(mine, other, case):
    """Check a result, or that both refuse, or that we do where a check is stricter."""
    if isinstance(mine, str):
        is_stricter = mine in {"OverflowError", "ValueError", "IndexError"}
        assert isinstance(other, str) or is_stricter, case
    else:
        assert mine == other, case


NAMES = [
    *(f"group.{n}" for n in ("v", "v_", "x", "small", "k", "b", "fixed", "half")),
    *("group.shared", "group.i", "linked.other", "linked.other_"),
    *(f"part.{n}" for n in ("v", "x", "k", "i")),
    *(f"pairs.{n}" for n in ("w", "w_", "z", "i", "j", "v_post", "x_pre", "delay")),
    "none.w",
]
ITEMS = [0, 2, 3, 5, 6, -1, -6, -7, np.int64(1), np.int32(2), np.uint8(1), True, 1.0]
ITEMS += [np.array(2), slice(1, 3), None, "i == 2", [1, 2], np.int64(2**40), 2**70]
VALUES = [
    1,
    2.5,
    3 * mV,
    3 * volt,
    -1,
    0,
    np.float64(1.5),
    np.float32(0.5),
    2**40,
    1e300,
]
VALUES += [float("nan"), float("inf"), True, "2*x", [1], np.array(3.0), 1 * second]
VALUES += [np.array([1.0]) * mV, None, 2**70, 1j]


CASES = [(2, value) for value in VALUES] + [(item, 1) for item in ITEMS[:10]]


def outcome_of(action):
    """Return the type and value of a result, or what is wrong."""
    try:
        result = action()
    except Exception as error:
        return type(error).__name__
    dim = getattr(result, "dim", None)
    return type(result), getattr(result, "dtype", None), dim, str(np.asarray(result))


def on(target, experiment):
    """Return what an experiment gives with a target."""
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    return experiment()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_reading(name):
    def experiment():
        model = Model()
        view = model.views()[name]
        outcomes = [outcome_of(lambda item=item: view[item]) for item in ITEMS]
        assert model.owners
        return outcomes

    ours, theirs = on("numba", experiment), on("numpy", experiment)
    for item, mine, other in zip(ITEMS, ours, theirs, strict=True):
        assert_as_numpy(mine, other, (name, item))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_writing(name):
    def experiment():
        model = Model()
        view = model.views()[name]
        outcomes = []
        for item, value in CASES:
            model.fill()
            written = outcome_of(lambda i=item, v=value: view.__setitem__(i, v))
            outcomes.append((written, outcome_of(lambda: np.array(view[:]))))
        return outcomes

    ours, theirs = on("numba", experiment), on("numpy", experiment)
    for case, mine, other in zip(CASES, ours, theirs, strict=True):
        assert_as_numpy(mine[0], other[0], case)
        if not isinstance(mine[0], str):
            assert mine == other, case


def test_single_values_are_found_without_arrays_of_indices(monkeypatch):
    model = Model()
    views = model.views()
    for name in ("get_item", "set_item"):
        monkeypatch.delattr(VariableView, name)
    assert views["group.v"][2] == 2 * mV
    assert type(views["group.v"][2]) is Quantity
    views["group.v"][2] = 7 * mV
    assert views["part.v"][0] == 7 * mV
    views["part.v"][1] = 8 * mV
    assert views["group.v_"][3] == 0.008
    assert views["linked.other"][0] == 3 * mV
    views["pairs.w"][3] = 5 * mV
    assert views["pairs.w"][3] == 5 * mV
    assert views["pairs.v_post"][3] == 8 * mV
    views["pairs.x_pre"][3] = 9
    assert views["group.x"][5] == 9
    assert [float(x) for x in (views["part.x"][k] for k in range(3))] == [0.5, 0.75, 1]


def test_views_follow_what_they_are_of():
    model = Model()
    group, linked, pairs = model.group, model.linked, model.synapses
    assert group.v is group.v
    assert group.v is not group.v_
    assert pairs.w[3] == 3 * mV
    pairs.connect(i=[1], j=[1])
    assert pairs.w[4] == 0 * mV
    pairs.w[4] = 6 * mV
    assert pairs.w[4] == 6 * mV
    with pytest.raises(IndexError):
        pairs.w[5]
    assert linked.other[0] == 3 * mV
    model.source.y[2] = 4 * mV
    assert linked.other[0] == 4 * mV


def test_views_outlive_their_groups():
    view = NeuronGroup(3, "x : 1").x
    view[1] = 5
    assert view[1] == 5


def test_values_in_a_run_are_those_of_the_time_step():
    model = Model()
    seen = []

    def look():
        model.group.x[1] = model.group.x[1] + 1
        seen.append(float(model.group.x[1]))

    model.group.run_regularly("x = 2*x")
    network = Network(model.group, NetworkOperation(look, when="end"))
    network.run(0.3 * ms)
    assert seen == [1.5, 4, 9]


def test_what_is_written_while_another_thread_runs_a_network_waits(monkeypatch):
    """Brian's own method is asked, which the device makes wait."""
    view = Model().group.x
    running = "brian2numba.simulation.running._Running.thread"
    monkeypatch.setattr(running, threading.get_ident() + 1)
    monkeypatch.delattr(VariableView, "set_item")
    with pytest.raises(AttributeError, match="set_item"):
        view[0] = 2


def test_what_others_have_put_there_is_called(monkeypatch):
    called = []
    method = VariableView.__getitem__

    def wrapper(self, item):
        called.append(item)
        return method(self, item)

    monkeypatch.setattr(VariableView, "__getitem__", wrapper)
    group = NeuronGroup(3, "x : 1")
    assert group.x[2] == 0
    assert called == [2]
    replace_brians(VariableView, "__getitem__", None)
    assert VariableView.__getitem__ is wrapper
