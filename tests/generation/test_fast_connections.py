"""Random connections by counter-based numbers: the same in rows and one by one."""

import numpy as np
import pytest
from brian2 import NeuronGroup, Synapses, prefs, seed, start_scope
from brian2.core.base import BrianObjectException

from brian2numba.compilation.machine_code import processor


@pytest.fixture(autouse=True)
def fast():
    prefs.codegen.runtime.numba.random = "fast"


def connected(pattern, source=slice(None), target=slice(None), **options):
    """Return the neurons of the synapses that a pattern makes, one row for each."""
    start_scope()
    group = NeuronGroup(300, "q : 1", name="connected")
    group.q = "0.05 + 0.5 * (i % 3)"
    synapses = Synapses(group[source], group[target], name="synapses")
    seed(6)
    synapses.connect(**{("i" if "N_pre" in pattern else "j"): pattern}, **options)
    return np.array([synapses.i[:], synapses.j[:]])


#: Patterns, and whether steps that lead to no neuron are left out
PATTERNS = {
    "k for k in sample(N_post, p=0.1)": False,
    "k for k in sample(N_post, p=0.7)": False,
    "k for k in sample(N_post, p=1)": False,
    "k for k in sample(N_post, p=q_pre)": False,
    "k for k in sample(N_post - 1, -1, -1, p=0.2)": False,
    "k for k in sample(i - 40, i + 40, p=0.3)": True,
    "k for k in sample(i - 40, 10 ** 6, 7, p=0.3)": True,
    "k for k in sample(N_pre, p=0.1)": False,
}


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("part", [slice(None), slice(40, 260)])
def test_rows_are_what_is_made_one_by_one(pattern, part):
    options = {"skip_if_invalid": PATTERNS[pattern], "source": part, "target": part}
    rows = connected(pattern, **options)
    one_by_one = connected(f"{pattern} if k > -1000", **options)
    assert rows.shape[1] > 1000
    assert (rows == one_by_one).all()
    assert rows.min() >= 0
    assert np.unique(rows, axis=1).shape == rows.shape


@pytest.mark.parametrize("condition", ["", " if k > -1000"])
def test_steps_that_lead_to_no_neuron_are_refused(condition):
    pattern = f"k for k in sample(i, N_post + 1, p=0.9){condition}"
    with pytest.raises((BrianObjectException, IndexError)) as raised:
        connected(pattern)
    assert "300" in str(raised.value.__cause__ or raised.value)


def test_what_else_is_drawn_changes_no_synapse():
    alone = connected("k for k in sample(N_post, p=0.1)")
    thinned = connected("k for k in sample(N_post, p=0.1) if rand() < 0.5")
    of_all = set(zip(*alone.tolist(), strict=True))
    chosen = set(zip(*thinned.tolist(), strict=True))
    assert chosen < of_all
    assert 0.4 < len(chosen) / len(of_all) < 0.6


@pytest.mark.skipif(
    not processor("host").triple.startswith("x86_64"), reason="names of x86-64"
)
def test_the_width_of_vectors_plays_no_role():
    pattern = "k for k in sample(N_post, p=0.1)"
    expected = connected(pattern)
    prefs.codegen.runtime.numba.cpu = "x86-64"
    assert (connected(pattern) == expected).all()
