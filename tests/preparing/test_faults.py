"""What is wrong, or surprising, is seen as if each run were prepared afresh."""

import os
import sys

import numpy as np
import pytest
from brian2 import (
    Network,
    NetworkOperation,
    NeuronGroup,
    SpikeGeneratorGroup,
    Synapses,
    TimedArray,
    check_units,
    ms,
    prefs,
    volt,
)

from tests.preparing.models import STEP, Model, number, observed


def runs_in(*namespaces):
    """Return a scenario: one run in each of the given namespaces."""

    def scenario(model):
        for namespace in namespaces:
            yield model.run(namespace=namespace)

    return scenario


def test_a_name_that_disappears():
    scenario = runs_in({"k": 1.0}, {}, {}, {"k": 10.0})
    assert observed(scenario) == [1, "KeyError", "KeyError", 11]


def test_a_name_that_changes_its_unit():
    scenario = runs_in({"k": 1.0}, {"k": 1 * volt}, {"k": 1.0})
    assert observed(scenario) == [1, "DimensionMismatchError", 2]


def test_a_name_that_becomes_an_array():
    scenario = runs_in({"k": 1.0}, {"k": np.ones(2)}, {"k": np.array(10.0)})
    assert observed(scenario) == [1, "KeyError", 11]


def test_a_name_that_becomes_a_function():
    @check_units(result=1)
    def k():
        return 1.0

    scenario = runs_in({"k": 1.0}, {"k": k}, {"k": 10.0})
    seen = observed(scenario)
    assert isinstance(seen[1], str)
    assert [seen[0], seen[2]] == [1, 11]


def test_a_number_that_becomes_an_integer():
    scenario = runs_in({"k": 1.5}, {"k": 2}, {"k": True}, {"k": 1.5})
    assert observed(scenario, "v += k/2*2") == [1.5, 3.5, 4.5, 6]


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_number_that_changes_beside_threads(n_threads):
    def scenario(model):
        group = NeuronGroup(3000, "du/dt = (k - u)/ms : 1", method="exact", name="many")
        model.network.add(group)
        for k in (1.5, 1.5, 2.5, 3):
            model.run(namespace={"k": k})
            yield number(group.u)

    prefs.codegen.runtime.numba.threads = n_threads
    assert len(set(observed(scenario))) == 4


def test_a_namespace_that_is_edited_in_place():
    def scenario(model):
        for model.group.namespace["k"] in (1.0, 10.0, 10, 100.0):
            yield model.run(namespace={})
        del model.group.namespace["k"]
        yield model.run(namespace={})

    namespace = {}
    seen = observed(scenario, namespace=namespace)
    assert seen == [1, 11, 21, 121, "KeyError"]


def test_a_number_in_an_array_that_changes_in_place():
    def scenario(model):
        k = np.array(1.0)
        for k[...] in (1.0, 10.0, 100.0):
            yield model.run(namespace={"k": k})

    assert observed(scenario) == [1, 11, 111]


@pytest.mark.parametrize("kind", [float, np.float32, int])
def test_a_timed_array_that_changes_in_place(kind):
    def scenario(model):
        values = TimedArray(np.array([1, 1], dtype=kind), dt=1 * ms)
        for k in (1, 10, 100):
            values.values[:] = k
            yield model.run(namespace={"values": values})

    assert observed(scenario, "v += values(t)") == [1, 11, 111]


def test_a_timed_array_that_is_not_contiguous():
    def scenario(model):
        values = TimedArray(np.ones(6)[::3], dt=1 * ms)
        for k in (1, 10, 100):
            values.values[:] = k
            yield model.run(namespace={"values": values})

    assert observed(scenario, "v += values(t)") == [1, 11, 111]


def test_code_that_is_edited():
    def scenario(model):
        yield model.run()
        model.operation.abstract_code = "v += 10*k"
        yield model.run()

    assert observed(scenario) == [1, 11]


def test_code_of_a_pathway_that_is_edited():
    def scenario(model):
        source = SpikeGeneratorGroup(1, [0], [0] * ms, period=STEP, name="source")
        code = "v_post += k"
        synapses = Synapses(source, model.group, on_pre=code, name="edited")
        synapses.connect()
        model.network.add(source, synapses)
        yield model.run()
        synapses.pre.code = "v_post += 10*k"
        yield model.run()

    assert observed(scenario, "v += 0") == [1, 11]


def test_a_time_step_that_changes():
    def scenario(model):
        for dt in (0.1, 0.1, 0.05):
            model.group.clock.dt = dt * ms
            yield model.run()

    # Clocks of their own: the other group's time step stays
    options = {"dt": 0.1 * ms}
    assert observed(scenario, "v += dt/ms", **options) == [0.1, 0.2, 0.3]


def test_a_preference_that_changes():
    def scenario(model):
        yield model.run()
        prefs.core.network.default_schedule = ["end", "start", "groups", "thresholds"]
        yield model.run()

    schedule = prefs.core.network.default_schedule
    try:
        assert observed(scenario, stays=False)[0] == 1
    finally:
        prefs.core.network.default_schedule = schedule


def test_a_preference_of_generated_code():
    def scenario(model):
        for prefs.codegen.runtime.numba.checked in (False, True, True, False):
            yield model.run(), "checked" in str(model.operation.codeobj.source)

    seen = observed(scenario, stays=False)
    assert [value for value, _ in seen] == [1, 2, 3, 4]


def test_an_object_that_a_network_operation_adds():
    def scenario(model):
        def add():
            if len(model.network.objects) == 3:
                added = model.group.run_regularly("v += 100", name="added")
                model.network.add(NetworkOperation(lambda: None, name="nothing"))
                assert added in model.group.contained_objects

        model.network.add(NetworkOperation(add, when="end", name="adding"))
        yield model.run(2 * STEP)
        yield model.run()

    assert observed(scenario) == [2, 103]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_run_that_fails_in_the_middle(error):
    def scenario(model):
        def fail():
            if failing:
                failing.clear()
                raise error

        failing = []
        model.network.add(NetworkOperation(fail, when="start", name="failing"))
        yield model.run()
        failing.append(True)
        yield model.run(namespace={"k": 10.0})
        yield model.run(namespace={"k": 100.0})
        yield model.run(namespace={"k": 100.0})

    # The step that failed is gone on with
    assert observed(scenario, stays=False)[:2] == [1, error.__name__]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no forks")
def test_a_fork_between_runs():
    def scenario(model):
        yield model.run()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                seen = model.run(namespace={"k": 10.0})
                os.write(writing, str(seen).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        yield float(os.read(reading, 100))
        yield model.run(namespace={"k": 100.0})

    assert observed(scenario) == [1, 11, 101]


@pytest.mark.parametrize("is_in_file", [False, True])
def test_a_state_that_is_restored_between_runs(is_in_file, tmp_path):
    where = {"filename": str(tmp_path / "state")} if is_in_file else {}

    def scenario(model):
        yield model.run()
        model.network.store(**where)
        for k in (10.0, 100.0):
            yield model.run(namespace={"k": k})
            model.network.restore(**where)

    assert observed(scenario) == [1, 11, 101]


def test_two_networks_that_share_objects():
    def scenario(model):
        second = Network(model.group)
        yield model.run()
        with pytest.raises(RuntimeError, match="another network"):
            second.run(STEP, namespace={"k": 10.0})
        yield model.run(namespace={"k": 100.0})
        model.network.remove(model.group)
        yield model.run()

    assert observed(scenario) == [1, 101, 101]


def test_a_name_that_a_variable_begins_to_shadow():
    def scenario(model):
        yield model.run()
        model.group.variables.add_constant("k", 10.0)
        yield model.run()

    assert observed(scenario) == [1, 11]


def test_a_constant_of_the_group_that_a_name_begins_to_shadow():
    def scenario(model):
        yield model.run()
        model.group.namespace["k"] = 10.0
        yield model.run(namespace={})
        yield model.run(namespace={"k": 100.0})

    assert observed(scenario)[:2] == [1, 11]


def test_what_others_do_with_a_model_of_their_own():
    def scenario(model):
        yield model.run()
        group = NeuronGroup(1, "v : 1", name="own")
        Network(group).run(STEP)
        yield model.run()

    assert observed(scenario) == [1, 2]


def test_the_model_itself():
    assert Model().run() == 1
