"""Code of strings is kept as long as it means the same, and works on what is meant."""

import sys
import threading

import numpy as np
import pytest
from brian2 import NeuronGroup, TimedArray, mA, ms, mV, prefs

from tests.simulation.second_runs.cases import attempt


@pytest.fixture(params=["numba", "numpy"], autouse=True)
def target(request):
    """Run the code of strings with either target."""
    prefs.codegen.string_expression_target = request.param


@pytest.fixture
def quick_switches():
    """Let threads take turns often."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def test_numbers_that_change():
    group = NeuronGroup(3, "v : 1")
    for number in (1.0, 1.0, 10.0, 2, True):
        group.v = "i*number"
        assert group.v[:].tolist() == [0, number, 2 * number]
        group.v["v > number"] = "number + 0.5"
        assert group.v[2] == number + 0.5
        assert group.v["v > number"].tolist() == [number + 0.5]


def test_units_that_are_wrong_for_once():
    group = NeuronGroup(1, "v : volt", namespace={})
    seen = []
    for group.namespace["value"] in (1 * mV, 2 * mA, 2 * mA, 3 * mV):
        with attempt() as outcome:
            group.v = "value"
        seen.append((outcome.error, float(group.v[0] / mV)))
    wrong = "DimensionMismatchError"
    assert seen == [("no error", 1), (wrong, 1), (wrong, 1), ("no error", 3)]


def test_other_elements():
    group = NeuronGroup(6, "v : 1", namespace={"k": 0.0})
    expected = np.zeros(6)
    for number, item in enumerate(
        [slice(None), slice(2), [1, 3], slice(2, 6, 2), 3, slice(0, 0)]
    ):
        group.namespace["k"] = float(number)
        group.v[item] = "10*i + k"
        expected[item] = (10 * np.arange(6) + number)[item]
        assert group.v[:].tolist() == expected.tolist()


def test_subgroups():
    group = NeuronGroup(6, "v : 1")
    parts = group[1:3], group[2:6]
    for k in (1.0, 2.0):
        for part in (*parts, group[4:5]):
            part.v = "i + k"
            assert part.v[:].tolist() == (np.arange(len(part)) + k).tolist()


def test_a_time_step_that_changes():
    group = NeuronGroup(1, "v : 1", dt=0.1 * ms)
    values = TimedArray(np.arange(5.0), dt=0.2 * ms)
    for dt in (0.1, 0.2, 0.1):
        group.clock.dt = dt * ms
        group.v = "values(t + dt) + dt/ms"
        assert group.v[0] == pytest.approx(values((dt + 1e-9) * ms) + dt)


@pytest.mark.usefixtures("quick_switches")
def test_threads_assign_to_their_elements():
    group = NeuronGroup(200, "v : 1")
    wrong = []

    def assign(first, last):
        for number in map(float, range(60)):
            try:
                group.v[first:last] = "i*number"
            except Exception as error:
                wrong.append(error)
            if not np.all(group.v[first:last] == np.arange(first, last) * number):
                wrong.append(number)

    group.v = 0
    threads = [
        threading.Thread(target=assign, args=part) for part in ((0, 100), (100, 200))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
