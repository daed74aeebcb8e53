"""Nothing depends on the seed of Python's hashes, which differs between processes."""

import os
import subprocess
import sys
from pathlib import Path

import brian2
import pytest
from brian2 import Equations, NeuronGroup, ms, prefs

ROOT = Path(__file__).parents[2]


def outcome(hash_seed, cache):
    """Return what a process with this seed prints."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.reliability.hash_seed_model"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONHASHSEED": str(hash_seed),
            "BRIAN2NUMBA_CACHE_DIR": str(cache),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.long
def test_processes_with_the_same_seed_have_the_same_numbers(tmp_path):
    first = outcome(0, tmp_path / "shared")
    # 12 noisy models, another, and the sources
    lines = first.splitlines()
    assert len(lines) == 14
    assert "nan" not in first
    # What the first process stored, and stores of their own
    for hash_seed, cache in ((1, "shared"), (2, "own"), (3, "another")):
        assert outcome(hash_seed, tmp_path / cache).splitlines() == lines


NOISY = "dv/dt = -v/ms + (xi_b + xi_a + xi_10 + xi_9 + xi)*ms**-0.5 : 1"
ORDER = ["xi", "xi_10", "xi_9", "xi_a", "xi_b"]


def drawn(name):
    """Return the noise terms of a group in the order in which they are drawn."""
    group = NeuronGroup(2, NOISY, method="euler", name=name)
    group.state_updater.update_abstract_code({})
    lines = group.state_updater.abstract_code.splitlines()
    return [line.split(" = ")[0] for line in lines if "randn()" in line]


def test_noise_is_drawn_in_the_order_of_the_alphabet():
    assert drawn("alphabetical") == ORDER


def test_the_order_is_not_the_one_that_another_target_remembers(monkeypatch):
    names = dict.fromkeys(reversed(ORDER)).keys()
    monkeypatch.setattr(Equations, "stochastic_variables", property(lambda eqs: names))
    prefs.codegen.target = "numpy"
    assert drawn("of_two_targets") == ORDER[::-1]
    prefs.codegen.target = "numba"
    assert drawn("of_two_targets") == ORDER
    prefs.codegen.target = "numpy"
    assert drawn("of_two_targets") == ORDER[::-1]


def test_the_first_name_gets_the_first_numbers():
    equations = "dv/dt = xi_2*ms**-0.5 : 1\ndu/dt = xi_1*ms**-0.5 : 1"
    group = NeuronGroup(1, equations, method="euler", name="in_order")
    alone = NeuronGroup(1, "dv/dt = xi*ms**-0.5 : 1", method="euler", name="alone")
    brian2.seed(5)
    brian2.Network(alone).run(0.1 * ms)
    brian2.seed(5)
    brian2.Network(group).run(0.1 * ms)
    assert group.u[0] == alone.v[0]
    assert group.v[0] != alone.v[0]
