"""Assignments to all elements do what they do with Brian's numpy target."""

import numpy as np
import pytest
from brian2 import (
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
from brian2.core import namespace
from brian2.core.variables import ArrayVariable
from brian2.equations.equations import Expression

from tests.test_single_values import MODEL

N = 6
INDICES = np.array([3, 0, 5])


def model():
    """Return objects with variables of each kind, by name."""
    group = NeuronGroup(
        N,
        MODEL,
        threshold="False",
        method="exact",
        name="cells",
        dtype={"small": np.float32},
    )
    other = NeuronGroup(N, "v : volt\ny : 1", name="other")
    linked = NeuronGroup(N, "z : 1 (linked)", name="linked")
    linked.z = linked_var(other, "y")
    synapses = Synapses(group, group, "w : volt\nz : 1", on_pre="z += 1", name="pairs")
    synapses.connect(i=[0, 0, 4, 5, 5, 5], j=[1, 2, 3, 3, 4, 5])
    unconnected = Synapses(group, group, "w : volt", name="none")
    group.v, group.x, group.k = np.arange(N) * mV, np.arange(N) / 4, np.arange(N) * 7
    group.b, group.small, group.fixed, group.shared = [True, False] * 3, 0, 0, 0 * mV
    other.v, other.y = np.arange(N)[::-1] * mV, 2
    synapses.w, synapses.z, synapses.delay = np.arange(N) * mV, 0, 0 * ms
    return {
        "group": group,
        "part": group[2:5],
        "linked": linked,
        "other": other,
        "pairs": synapses,
        "none": unconnected,
    }


NAMES = [
    *(f"group.{n}" for n in ("v", "v_", "x", "small", "k", "b", "fixed", "half")),
    *("group.shared", "group.i", "group.N", "group.t", "group.nothing", "linked.z"),
    *("part.v", "part.k", "pairs.w", "pairs.w_", "pairs.delay", "pairs.v_post"),
    *("pairs.i", "none.w"),
]
#: Those are evaluated by the target
STRINGS = {"string", "string of a number", "expression"}
VALUES = {
    "volts": lambda o: np.linspace(1, 2, N) * volt,
    "numbers": lambda o: np.linspace(1, 2, N),
    "seconds": lambda o: np.linspace(1, 2, N) * second,
    "three": lambda o: np.array([1.5, 2.5, 3.5]) * mV,
    "one": lambda o: np.array([1.5]) * mV,
    "none": lambda o: np.array([]) * mV,
    "table": lambda o: np.ones((2, 3)) * mV,
    "row": lambda o: np.ones((1, N)) * mV,
    "a volt": lambda o: 3 * volt,
    "a second": lambda o: 3 * second,
    "a number": lambda o: 2.5,
    "0": lambda o: 0,
    "0.0": lambda o: 0.0,
    "an integer": lambda o: 7,
    "a large integer": lambda o: 2**60 + 1,
    "a huge integer": lambda o: 2**70,
    "numpy's number": lambda o: np.float64(1.5),
    "numpy's integer": lambda o: np.int32(3),
    "numpy's array of one number": lambda o: np.array(1.25),
    "true": lambda o: True,
    "NaN": lambda o: np.full(N, np.nan),
    "infinity": lambda o: float("inf"),
    "large numbers": lambda o: np.full(N, 1e300),
    "integers": lambda o: np.arange(N),
    "short integers": lambda o: np.arange(N, dtype=np.int32),
    "booleans": lambda o: np.arange(N) > 2,
    "single precision": lambda o: np.ones(N, np.float32) / 3,
    "complex": lambda o: np.full(N, 1j),
    "objects": lambda o: np.array([None] * N),
    "list": lambda o: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5],
    "list of quantities": lambda o: [k * mV for k in range(N)],
    "tuple": lambda o: (1, 2, 3, 4, 5, 6),
    "None": lambda o: None,
    "string": lambda o: "3*mV",
    "string of a number": lambda o: "i/2.0",
    "expression": lambda o: Expression("i*mV"),
    "itself": lambda o: o["group"].v,
    "its numbers": lambda o: o["group"].v_,
    "another variable": lambda o: o["other"].v,
    "every second": lambda o: (np.arange(2 * N) * mV)[::2],
    "matrix": lambda o: np.matrix(np.ones(N)),
}


def assign_attribute(owner, name, value):
    setattr(owner, name, value)


def assign_all(owner, name, value):
    getattr(owner, name)[:] = value


def assign_some(owner, name, value):
    getattr(owner, name)[INDICES % 3] = value


def assign_range(owner, name, value):
    getattr(owner, name)[0:3] = value


def add(owner, name, value):
    exec(f"owner.{name} += value", {}, {"owner": owner, "value": value})


WAYS = [assign_attribute, assign_all, assign_some, assign_range, add]


def outcomes(target, way, name):
    """Return what each value leads to: an error, or what all variables are then."""
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    found, objects = {}, model()
    owner_name, variable = name.split(".")
    arrays = [
        (array := v.get_value(), np.array(array))
        for owner in (objects[name] for name in ("group", "other", "pairs"))
        for v in owner.variables.values()
        if isinstance(v, ArrayVariable)
    ]
    for title, value in VALUES.items():
        if title in STRINGS and way in (assign_some, assign_range):
            continue
        for array, before in arrays:
            array[:] = before
        try:
            way(objects[owner_name], variable, value(objects))
        except Exception as error:
            found[title] = type(error).__name__, str(error)
        else:
            owners = ("group", "other", "pairs")
            states = (objects[o].get_states(units=False) for o in owners)
            found[title] = [
                (key, np.asarray(array).dtype, np.asarray(array).tobytes())
                for state in states
                for key, array in sorted(state.items())
            ]
    return found


#: What is refused by checks of what a type can hold
STRICTER = {"OverflowError", "ValueError"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_is_as_with_numpy(way, name):
    ours, theirs = (outcomes(target, way, name) for target in ("numba", "numpy"))
    for title, mine in ours.items():
        if mine != theirs[title]:
            assert mine[0] in STRICTER, (title, mine, theirs[title])
            assert "type is int32" in mine[1]


@pytest.fixture
def without_names(monkeypatch):
    """Let nobody gather the names that a caller knows."""

    def get_local_namespace(level):
        raise AssertionError("names were gathered")

    monkeypatch.setattr(namespace, "get_local_namespace", get_local_namespace)


@pytest.mark.usefixtures("without_names")
def test_values_need_no_names():
    # Expressions would be looked up in vain
    model = "v : volt\nk : integer\ns : volt (shared)"
    group = NeuronGroup(N, model, threshold="False")
    synapses = Synapses(group, group, "w : volt", on_pre="w += 1*mV")
    synapses.connect(i=[0, 1, 2], j=[1, 2, 3])
    group.v = np.arange(N) * mV
    group.v_ = np.arange(N)
    group.v[:] = 3 * mV
    group.v[2:4] = [1, 2] * mV
    group.v[INDICES] = 0
    group[2:4].v = 1 * mV
    group.v += 1 * mV
    group.k = 3
    group.s = 2 * mV
    synapses.w = 5 * mV
    synapses.w[1, :] = 6 * mV
    with pytest.raises(AssertionError, match="names were gathered"):
        group.v = "3*mV"


def test_strings_find_the_names_of_their_caller():
    group = NeuronGroup(N, "v : volt")

    def assign():
        local = 3 * mV
        group.v = "local*i"
        group.v_ = "local/volt*i"
        group.v["i > 3"] = "local"
        return local

    assert assign() == 3 * mV
    assert group.v_[:] == pytest.approx([0, 0.003, 0.006, 0.009, 0.003, 0.003])


@pytest.mark.parametrize("way", ["string", "expression"])
def test_properties_find_the_names_of_their_caller(way):
    group = NeuronGroup(N, "v : volt", threshold="False")
    synapses = Synapses(group, group, on_pre="v += 1*mV")
    synapses.connect(j="i")

    def assign():
        local = 2 * ms
        code = "local*j"
        synapses.delay = code if way == "string" else Expression(code)
        return local

    assert assign() == 2 * ms
    assert synapses.delay_[:] == pytest.approx(np.arange(N) * 0.002)


def test_what_is_assigned_is_copied():
    values = np.arange(N) * mV
    group = NeuronGroup(N, "v : volt")
    group.v = values
    view = group.v[:]
    values[:] = 0 * mV
    assert group.v_[2] == 0.002
    group.v = values
    assert type(view) is Quantity
    assert not view.any()


def test_attributes_are_attributes():
    group = NeuronGroup(N, "v : volt")
    group.add_attribute("note")
    group.note = 3.5
    assert group.note == 3.5
    group._private = np.arange(3)
    assert group._private.tolist() == [0, 1, 2]
    with pytest.raises(AttributeError, match="Did you mean"):
        group.vv = 3 * mV


def test_delays_in_strings_find_the_names_of_their_caller():
    group = NeuronGroup(N, "v : volt", threshold="False")
    synapses = Synapses(group, group, "w : 1", on_pre="w += 1")
    synapses.connect(j="i")

    def assign():
        local = 2 * ms
        synapses.delay = "local*i"
        synapses.pre.delay[1:] = "local*(i + 1)"
        return local

    assert assign() == 2 * ms
    milliseconds = synapses.delay[:] / ms
    assert milliseconds == pytest.approx([0, 4, 6, 8, 10, 12])
