"""Models that run again, and what they are observed to do."""

import numpy as np
from brian2 import BrianObject, Network, NeuronGroup, ms, prefs

from tests.simulation.second_runs.cases import attempt

STEP = 0.1 * ms


class Model:
    """A group that each test changes, and another one, which stays what it is."""

    def __init__(self, code="v += k", **options):
        self.group = NeuronGroup(1, "v : 1", name="changing", **options)
        self.operation = self.group.run_regularly(code)
        other = NeuronGroup(1, "w : 1", name="steady")
        self.steady = other.run_regularly("w += 1")
        self.network = Network(self.group, other)

    def run(self, duration=STEP, **options):
        """Run; return the value of the group, or the name of an error."""
        options.setdefault("namespace", {"k": 1.0})
        with attempt() as outcome:
            self.network.run(duration, **options)
        return number(self.group.v) if outcome.error == "no error" else outcome.error


def number(values):
    """Return the value that all elements have, to ten digits."""
    (value,) = np.unique(np.asarray(values).round(10))
    return float(value)


def observed(scenario, *arguments, stays=True, **options):
    """Return what a scenario yields; the same whatever is prepared.

    Parameters
    ----------
    scenario : callable
        What takes a model, changes it, and yields what its runs return.
    stays : bool
        Whether what does not change must not be prepared after the first run.
    *arguments, **options
        What `Model` takes.
    """
    prefs.codegen.runtime.numba.prepare = "always"
    afresh = list(scenario(Model(*arguments, **options)))
    prefs.codegen.runtime.numba.prepare = "changed"
    model, seen, codes = Model(*arguments, **options), [], []
    for value in scenario(model):
        seen.append(value)
        codes.append(model.steady.codeobj)
    assert seen == afresh
    assert not stays or all(code is codes[0] for code in codes)
    return seen


class Unknown(BrianObject):
    """Something that has to be prepared for each run."""

    add_to_magic_network = False

    def __init__(self):
        super().__init__(name="unknown*")
        self.seen = []

    def before_run(self, run_namespace):
        """Take what a name means from run to run."""
        super().before_run(run_namespace)
        self.seen.append(run_namespace.get("k"))

    def run(self):
        """Do nothing in a time step."""
