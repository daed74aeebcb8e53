"""Code of strings is made once for a group, and again when it means something else."""

import gc
import weakref

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    Synapses,
    TimedArray,
    check_units,
    ms,
    mV,
    prefs,
    seed,
    volt,
)
from brian2.codegen import codeobject
from brian2.units.fundamentalunits import DimensionMismatchError

N = 6


@pytest.fixture(params=["numpy", "numba"], autouse=True)
def target(request):
    prefs.codegen.string_expression_target = request.param
    return request.param


def cells():
    group = NeuronGroup(
        N, "v : volt\nx : 1\nk : integer\ny = 2*x : 1\nshared_x : 1 (shared)"
    )
    group.x = np.arange(N)
    return group


def made(action):
    """Return how many code objects an action makes, beside what it returns."""
    created, create = [], codeobject.CodeObject.__init__

    def counted(self, *args, **kwds):
        created.append(self)
        create(self, *args, **kwds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codeobject.CodeObject, "__init__", counted)
        result = action()
    return len(created), result


def test_the_same_string_makes_no_code():
    group = cells()

    def assign(scale=2.0):
        group.v = "scale*x*mV"
        group.v["x > scale"] = "v/2"
        group.v[2:4] = "rand()*mV"
        group.k = "i"
        group.shared_x = "0.5"
        return group.v["x >= 1"], group.y[1:4], group.indices["x < 3"]

    assert made(assign)[0] > 0
    n_made, (values, doubled, few) = made(assign)
    assert n_made == 0
    assert len(values) == N - 1
    assert doubled.tolist() == [2, 4, 6]
    assert few.tolist() == [0, 1, 2]


def test_another_number_makes_no_code():
    group = cells()

    def assign(scale):
        group.v = "scale*x*mV"
        return group.v_[:] * 1000

    np.testing.assert_allclose(assign(2.0), 2 * np.arange(N))
    n_made, values = made(lambda: assign(3.0))
    assert n_made == 0
    np.testing.assert_allclose(values, 3 * np.arange(N))
    np.testing.assert_allclose(assign(2.0), 2 * np.arange(N))


@pytest.mark.parametrize("value", [3, True, np.array(2.5), np.float32(0.5)])
def test_a_number_of_another_type_is_seen(value):
    group = cells()

    def assign(scale):
        group.x = "scale*(i + 1)/2"
        return group.x[:].tolist()

    assign(2.0)
    expected = [value * (i + 1) / 2 for i in range(N)]
    assert assign(value) == pytest.approx(expected)
    assert assign(2.0) == pytest.approx([i + 1 for i in range(N)])


def test_units_are_checked_each_time():
    group = cells()

    def assign(value):
        group.v = "value"
        return group.v_[0]

    assert assign(2 * volt) == 2
    with pytest.raises(DimensionMismatchError):
        assign(2 * ms)
    assert assign(3 * volt) == 3


def test_a_name_that_is_gone_or_is_an_array_is_an_error():
    group = cells()

    def assign(**names):
        group.v.set_item(slice(None), "value", namespace=names)

    assign(value=1 * mV)
    with pytest.raises(KeyError, match="could not be resolved"):
        assign()
    with pytest.raises(KeyError, match="not a scalar"):
        assign(value=np.ones(3) * mV)
    assign(value=2 * mV)
    assert group.v_[0] == 0.002


def test_other_elements_are_meant():
    group = cells()
    for start, stop in ((0, 2), (1, 5), (3, 4)):
        group.x = 0
        group.x[start:stop] = "i + 1"
        expected = [i + 1 if start <= i < stop else 0 for i in range(N)]
        assert group.x[:].tolist() == expected


def test_synapses_that_are_added_are_meant_as_well():
    group = cells()
    synapses = Synapses(group, group, "w : 1")
    synapses.connect(i=[0, 1], j=[1, 0])
    synapses.w = "i + 10*j"
    synapses.connect(i=[2], j=[3])
    synapses.w = "i + 10*j"
    assert synapses.w[:].tolist() == [10, 1, 32]
    assert synapses.w["i < j"].tolist() == [10, 32]


def test_a_name_that_a_variable_begins_to_hide_is_seen():
    group = cells()
    own = 5.0

    def assign():
        group.x = "own"
        return group.x[0], own

    assert assign() == (5, 5)
    group.variables.add_array("own", size=N, values=np.full(N, 7.0))
    assert assign()[0] == 7


def test_functions_and_timed_arrays_are_seen():
    group = cells()

    @check_units(x=1, result=1)
    def doubled(x):
        return 2 * x

    @check_units(x=1, result=1)
    def tripled(x):
        return 3 * x

    def assign(f, given):
        group.x = "f(1) + given(0*ms)"
        return group.x[0]

    first, second = (TimedArray([value, 0.0], dt=1 * ms) for value in (10.0, 20.0))
    assert assign(doubled, first) == 12
    assert assign(tripled, first) == 13
    assert assign(tripled, second) == 23
    first.values[0] = 30.0
    assert assign(tripled, first) == 33


def test_random_numbers_are_those_of_new_code():
    def drawn():
        seed(3)
        group = cells()
        for _ in range(3):
            group.x = "rand()"
            group.v = "x*mV"
        return group.v_[:].tolist()

    for random in ("numpy", "fast"):
        prefs.codegen.runtime.numba.random = random
        prefs.codegen.runtime.numba.prepare = "changed"
        kept = drawn()
        prefs.codegen.runtime.numba.prepare = "always"
        assert kept == drawn()


def test_always_makes_code_each_time():
    group = cells()
    prefs.codegen.runtime.numba.prepare = "always"
    group.x = "i"
    assert made(lambda: setattr(group, "x", "i"))[0] == 1


def test_what_is_kept_keeps_no_group_alive_and_no_view():
    def build_and_run():
        group = cells()
        synapses = Synapses(group, group, "w : 1")
        synapses.connect()
        synapses.w = "i + j"
        network = Network(group, synapses)
        network.run(0 * ms)
        group.x = "i"
        # A view of a dynamic array would let nobody know whether it changes
        weights = synapses.variables["w"]
        assert weights.device.arrays[weights].version
        return weakref.ref(group)

    # Python 3.12 keeps the variables of a frame that was looked at as long as the frame
    known = build_and_run()
    gc.collect()
    assert known() is None
