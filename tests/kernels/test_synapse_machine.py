"""Any sequence of connections, also of those that fail, is kept in order."""

import numpy as np
import pytest
from brian2 import NeuronGroup, Synapses, ms, start_scope
from brian2.core.base import BrianObjectException
from brian2.devices.device import reinit_devices
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

N_PRE, N_POST = 7, 5

#: Patterns with the connections that they stand for, None where they are refused
PATTERNS = {
    "i == j": lambda i, j: i == j,
    "i != j": lambda i, j: i != j,
    "i + j < 4": lambda i, j: i + j < 4,
    "i % 2 == 0 and j > 2": lambda i, j: i % 2 == 0 and j > 2,
}
GENERATORS = {
    "i": None,
    "i + 1": None,
    "k for k in range(i + 1)": None,
    "k - 3 for k in range(5)": None,
    "i // 2": lambda i: [i // 2],
    "k for k in range(i % 3)": lambda i: range(i % 3),
    "4 - k for k in range(0, 5, 2)": lambda i: [4 - k for k in range(0, 5, 2)],
    "k for k in range(5) if k > i": lambda i: [k for k in range(5) if k > i],
}

pair = st.tuples(st.integers(0, N_PRE - 1), st.integers(0, N_POST - 1))
indices = st.lists(pair, min_size=1)


class SynapsesMachine(RuleBasedStateMachine):
    """Compares with a list of pairs, and with a value for each of them."""

    @initialize()
    def create(self):
        reinit_devices()
        start_scope()
        source = NeuronGroup(N_PRE, "v : 1", threshold="v > 1", name="source")
        target = NeuronGroup(N_POST, "", name="target")
        self.synapses = Synapses(
            source, target, "w : 1", on_pre="w += 1", multisynaptic_index="k"
        )
        self.pairs, self.values = [], []

    def add(self, pairs):
        self.pairs += pairs
        self.values += [0.0] * len(pairs)

    @rule(pattern=st.sampled_from(sorted(PATTERNS)), n=st.integers(1, 3))
    def connect_by_condition(self, pattern, n):
        self.synapses.connect(condition=pattern, n=n)
        holds = PATTERNS[pattern]
        pairs = [(i, j) for i in range(N_PRE) for j in range(N_POST) if holds(i, j)]
        self.add([p for p in pairs for _ in range(n)])

    @rule(pattern=st.sampled_from(sorted(GENERATORS)))
    def connect_by_generator(self, pattern):
        targets = GENERATORS[pattern]
        if targets is None:
            with pytest.raises(BrianObjectException) as caught:
                self.synapses.connect(j=pattern)
            assert "outside allowed range" in str(caught.value.__cause__)
        else:
            self.synapses.connect(j=pattern)
            self.add([(i, j) for i in range(N_PRE) for j in targets(i)])

    @rule(pairs=indices)
    def connect_by_arrays(self, pairs):
        i, j = ([p[side] for p in pairs] for side in (0, 1))
        self.synapses.connect(i=np.array(i, int), j=np.array(j, int))
        self.add(pairs)

    @rule(pairs=indices, wrong=st.sampled_from([-1, N_POST, 2**31 - 1]))
    def fail_to_connect_by_arrays(self, pairs, wrong):
        i, j = ([p[side] for p in [*pairs, (0, wrong)]] for side in (0, 1))
        with pytest.raises((BrianObjectException, IndexError, ValueError)):
            self.synapses.connect(i=i, j=j)

    @precondition(lambda self: self.pairs)  # Brian wants to be connected first
    @rule(value=st.integers(0, 9))
    def set_values(self, value):
        self.synapses.w = f"{value} + i + 10*j"
        self.values = [float(value + i + 10 * j) for i, j in self.pairs]

    @rule(pairs=indices)
    def keep_a_view(self, pairs):
        view = self.synapses.variables["w"].get_value()
        before = view.copy()
        self.connect_by_arrays(pairs)
        assert (view == before).all()

    @invariant()
    def is_the_same(self):
        synapses = self.synapses
        if not self.pairs and len(synapses) == 0:
            return
        i, j = np.array(self.pairs).T
        assert len(synapses) == len(self.pairs)
        assert synapses.i[:].tolist() == i.tolist()
        assert synapses.j[:].tolist() == j.tolist()
        assert synapses.w[:].tolist() == self.values
        assert synapses.N_outgoing_pre.tolist() == np.bincount(i, None, N_PRE).tolist()
        assert (
            synapses.N_incoming_post.tolist() == np.bincount(j, None, N_POST).tolist()
        )
        seen = {}
        for key, number in zip(self.pairs, synapses.k[:], strict=True):
            assert number == seen.setdefault(key, 0)
            seen[key] += 1
        for variable in synapses._registered_variables:
            assert len(variable.get_value()) == len(self.pairs), variable.name


TestSynapses = pytest.mark.long(SynapsesMachine.TestCase)
TestSynapses.settings = settings(
    max_examples=15,
    stateful_step_count=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_delays_follow_the_synapses():
    group = NeuronGroup(3, "v : 1", threshold="v > 1")
    synapses = Synapses(group, group, on_pre="v_post += 1")
    synapses.connect(j="i")
    synapses.delay = "i*ms"
    with pytest.raises(BrianObjectException):
        synapses.connect(j="i + 1")
    synapses.connect(i=0, j=1)
    assert (synapses.delay[:] / ms).tolist() == pytest.approx([0, 1, 2, 0])
