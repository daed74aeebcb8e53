"""Poisson inputs keep their code between runs, where it could not be another."""

import numpy as np
import pytest
from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    PoissonInput,
    Synapses,
    ms,
    mV,
    prefs,
    seed,
    volt,
)

from brian2numba.target import NumbaCodeObject


class Model:
    """A group with an input."""

    def __init__(self, weight=2 * mV, **keywords):
        self.group = NeuronGroup(5, "v : volt", name="cells", **keywords)
        self.input = PoissonInput(self.group, "v", 20, 400 * Hz, weight=weight)
        self.network = Network(self.group, self.input)

    def run(self, **keywords):
        """Run, and return the code object that did."""
        self.network.run(1 * ms, **keywords)
        return self.input.codeobj

    def values(self):
        """Return the values of the group."""
        return np.array(self.group.v_[:]).tolist()


def test_code_is_kept():
    model = Model()
    first = model.run()
    assert all(model.run() is first for _ in range(3))
    assert model.network.objects


@pytest.mark.parametrize("kind", ["numpy", "fast"])
def test_kept_code_draws_what_new_code_would(kind):
    prefs.codegen.runtime.numba.random = kind

    def values():
        seed(5)
        model = Model()
        for _ in range(3):
            model.run()
        return model.values()

    kept = values()
    prefs.codegen.runtime.numba.prepare = "always"
    assert kept == values()
    assert len(set(kept)) > 1


def test_code_follows_preferences_and_units():
    model = Model()
    first = model.run()
    prefs.codegen.runtime.numba.checked = True
    second = model.run()
    assert second is not first
    # Brian takes its units whatever a namespace says, and may say so
    assert model.run(namespace={"mvolt": 5 * volt}) is not second


def test_code_follows_the_target():
    model = Model()
    model.run()
    prefs.codegen.target = "numpy"
    assert not isinstance(model.run(), NumbaCodeObject)
    prefs.codegen.target = "numba"
    assert isinstance(model.run(), NumbaCodeObject)


def test_weights_in_strings_are_looked_up_each_time():
    model = Model(weight="scale*mV", namespace={"scale": 0})
    model.run()
    assert not any(model.values())
    model.group.namespace["scale"] = 1
    model.run()
    assert any(model.values())


def test_code_follows_the_number_of_synapses():
    group = NeuronGroup(3, "")
    synapses = Synapses(group, group, "w : 1")
    synapses.connect(i=[0], j=[1])
    given = PoissonInput(synapses, "w", 50, 4000 * Hz, weight=1)
    network = Network(group, synapses, given)
    network.run(1 * ms)
    synapses.connect(i=[1, 2, 2], j=[2, 1, 0])
    network.run(1 * ms)
    assert all(synapses.w[:] > 0)


def test_another_rate_or_weight_is_another_input():
    model = Model()
    first = model.run()
    model.input._rate = 0 * Hz
    assert model.run() is not first
