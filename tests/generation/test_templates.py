"""Templates put pieces together, and are read at one glance."""

from pathlib import Path

import numpy as np
import pytest
from brian2 import NeuronGroup, Synapses, prefs, seed

import brian2numba

TEMPLATES = Path(brian2numba.__file__).parent / "generation" / "templates"
MAX_LINES = 60
N = 200


def test_templates_are_short():
    files = sorted(TEMPLATES.rglob("*.py_"))
    assert {file.parent.name for file in files} == {"templates", "macros"}
    lengths = {f.name: len(f.read_text("utf-8").splitlines()) for f in files}
    assert {n: length for n, length in lengths.items() if length > MAX_LINES} == {}


def connected(**pattern):
    """Return the synapses of a group with itself, made after seed 5."""
    prefs.codegen.target = "numba"
    group = NeuronGroup(N, "x : 1")
    synapses = Synapses(group, group)
    seed(5)
    synapses.connect(**pattern)
    return synapses


def targets(synapses):
    return [synapses.j[:][synapses.i[:] == i].tolist() for i in range(N)]


def drawn():
    """Return the numbers in the order in which kernels draw them after seed 5."""
    seed(5)
    return iter(np.random.rand(20_000).tolist())


def test_all_steps_of_a_range():
    found = targets(connected(j="(k + i) % N_post for k in range(0, 9, 4)"))
    assert found == [[(k + i) % N for k in (0, 4, 8)] for i in range(N)]


def test_a_large_sample_decides_on_each_step():
    found = targets(connected(j="k for k in sample(N_post, size=30)"))
    numbers = drawn()
    for i in range(N // 3):
        expected = []
        for k in range(N):
            if len(expected) < 30 and (N - k - 1) * next(numbers) < 30 - len(expected):
                expected.append(k)
            if len(expected) == 30:
                break
        assert found[i] == expected


def test_a_small_sample_draws_steps():
    found = targets(connected(j="k for k in sample(N_post, size=3)"))
    numbers = drawn()
    for row in found:
        expected = set()
        while len(expected) < 3:
            expected.add(int(next(numbers) * N))
        assert row == sorted(expected)


@pytest.mark.parametrize("condition", ["", " if k != i"])
def test_large_probabilities_decide_on_each_step(condition):
    found = targets(connected(j=f"k for k in sample(N_post, p=0.4){condition}"))
    numbers = drawn()
    for i in range(N // 3):
        picked = [k for k in range(N) if next(numbers) < 0.4]
        assert found[i] == [k for k in picked if not condition or k != i]


@pytest.mark.parametrize("condition", [" if rand() < 2", ""])
def test_small_probabilities_draw_distances(condition):
    found = targets(connected(j=f"k for k in sample(N_post, p=0.1){condition}"))
    numbers = drawn()
    for row in found:
        expected, k = [], -1
        while k + 1 < N:
            k += 1 + int(np.log(next(numbers)) / np.log(0.9))
            if k < N:
                expected.append(k)
                if condition:
                    next(numbers)
        assert row == expected


def test_steps_that_are_no_neurons_are_left_out():
    pattern = "k for k in sample(i - 20, i + 20, p=0.4)"
    found = targets(connected(j=pattern, skip_if_invalid=True))
    numbers = drawn()
    for i in range(N):
        steps = [k for k in range(i - 20, i + 20) if next(numbers) < 0.4]
        assert found[i] == [k for k in steps if 0 <= k < N]
