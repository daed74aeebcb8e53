"""The list of cases, and what they are made of."""

import numpy as np
from brian2 import NetworkOperation, NeuronGroup, ms
from brian2.core.network import Network

STEP = 0.1 * ms
CASES = {}


def case(function):
    """Add a generator to the list; its name says what changes."""
    assert function.__name__ not in CASES, function.__name__
    CASES[function.__name__] = function
    return function


class attempt:
    """Go on after an error, whose name is kept: that of its first cause."""

    def __init__(self):
        self.error = "no error"

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, (Exception, KeyboardInterrupt)):
            self.error = name_of(error)
            return True
        return False


def name_of(error):
    """Return the name of the type of what caused an error."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__


def observed(name):
    """Run a case; return what it yields as texts, and the error that ended it."""
    seen = []
    try:
        seen.extend(map(text, CASES[name]()))
    except (Exception, KeyboardInterrupt) as error:
        seen.append(name_of(error))
    return seen


def text(value):
    """Return numbers with ten digits, since targets differ in the last ones."""
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)) or np.ndim(value):
        return "[" + " ".join(map(text, value)) + "]"
    return f"{float(value) + 0.0:.10g}"


def adder(code="v += k", n=1, model="v : 1", **options):
    """Return neurons that run code in each step, what runs it, and their network."""
    group = NeuronGroup(n, model, **options)
    operation = group.run_regularly(code)
    return group, operation, Network(group)


def steps(monitor):
    """Return the number of the time step of each thing that was recorded."""
    return np.round(np.asarray(monitor.t_[:]) / float(STEP))


def within(network, change, at=1):
    """Let a network call `change` once, at the end of one of its steps."""
    calls = [0]

    def operation():
        if calls[0] == at:
            change()
        calls[0] += 1

    added = NetworkOperation(operation, when="end")
    network.add(added)
    return added
