"""What numbers of each random function cost, one after the other in this process."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from brian2 import *

__all__ = ["DRAWS", "measured"]

#: Time steps that compile and tell how many to measure
FIRST_STEPS = 100
#: Neurons that connections with a probability are made of, and the probability
N_CONNECTED, PROBABILITY = 4000, 0.1


@implementation(
    "numba",
    """
def jittered(x):
    return x + 0.1*_randn(0)
""",
    dependencies={"_randn": DEFAULT_FUNCTIONS["randn"]},
)
@check_units(x=1, result=1)
def jittered(x: Any) -> Any:
    """Add a random number: a user's function that draws once."""
    return x + 0.1 * np.random.randn(*np.shape(x))


def assigned(n: int, expression: str, **functions: Any) -> Network:
    """Make a group to which an expression is assigned in each time step."""
    neurons = NeuronGroup(
        n, "v : 1\nmean : 1 (constant)", namespace=functions, name="neurons"
    )
    neurons.mean = "0.5 + 2.5*rand()"
    neurons.run_regularly(f"v = {expression}")
    return Network(neurons)


def binomial(n: int, size: int, p: float, approximate: bool = True) -> Network:
    """Make a group that draws binomial numbers."""
    return assigned(n, "draw()", draw=BinomialFunction(size, p, approximate))


def poisson_input(n: int) -> Network:
    """Make a group with a drive of mean 1.6 a step."""
    neurons = NeuronGroup(n, "v : 1", name="neurons")
    return Network(neurons, PoissonInput(neurons, "v", 2000, 8 * Hz, weight=0.1))


def noise(n: int) -> Network:
    """Make a group with a noise term."""
    equations = "dv/dt = -v/(10*ms) + 0.1*sqrt(2/(10*ms))*xi : 1"
    return Network(NeuronGroup(n, equations, method="euler", name="neurons"))


def poisson_group(n: int) -> Network:
    """Make a group that fires at random."""
    return Network(PoissonGroup(n, rates=10 * Hz, name="neurons"))


#: By what the page calls them: what makes a network of some neurons, each of which
#: draws one number a step
DRAWS: dict[str, Callable[[int], Network]] = {
    "`rand()`": partial(assigned, expression="rand()"),
    "`randn()`": partial(assigned, expression="randn()"),
    "`poisson(1.6)`": partial(assigned, expression="poisson(1.6)"),
    "`poisson(50)`": partial(assigned, expression="poisson(50)"),
    "`poisson(mean)`, means of 0.5 to 3": partial(assigned, expression="poisson(mean)"),
    "`BinomialFunction(20, 0.08)`": partial(binomial, size=20, p=0.08),
    "`BinomialFunction(20, 0.92)`": partial(binomial, size=20, p=0.92),
    "`BinomialFunction(1000, 0.1)`": partial(binomial, size=1000, p=0.1),
    "`BinomialFunction(200, 0.1, approximate=False)`": partial(
        binomial, size=200, p=0.1, approximate=False
    ),
    "`PoissonInput`, N=2000, 8 Hz": poisson_input,
    "`PoissonGroup`": poisson_group,
    "noise, `xi`": noise,
    "a user's function with one `randn()`": partial(
        assigned, expression="jittered(mean)", jittered=jittered
    ),
}
CONNECT = f"`connect(p={PROBABILITY:g})`, a synapse"


def measured(n_neurons: int, seconds: float) -> dict[str, float]:
    """Measure all functions.

    Parameters
    ----------
    n_neurons : int
        How many draw a number in each time step.
    seconds : float
        For how long each function is measured.

    Returns
    -------
    dict
        Seconds a number, by what the page calls the function.
    """
    found = {}
    for title, build in DRAWS.items():
        network = build(n_neurons)
        a_step = _run(network, FIRST_STEPS) / FIRST_STEPS
        n_steps = math.ceil(seconds / max(a_step, 1e-7))
        found[title] = _run(network, n_steps) / (n_steps * n_neurons)
    found[CONNECT] = connections(min(n_neurons, N_CONNECTED), seconds)
    return found


def _run(network: Network, n_steps: int) -> float:
    """Run some time steps; return the seconds that they took."""
    # The first run of steps compiles, which is before them
    network.run(n_steps * 0.1 * ms)
    # Brian has no public name for the time that it reports
    return float(get_device()._last_run_time)


def connections(n_neurons: int, seconds: float) -> float:
    """Return the seconds a synapse that connections at random take.

    What small ones take, which is writing the code, is subtracted.
    """
    # The groups are never run, which Brian warns of
    prefs.logging.console_log_level = "ERROR"
    # Brian 2.10 has no such preference: there, it is the target of all
    if "codegen.synapse_connect_target" in prefs.prefs:
        prefs.codegen.synapse_connect_target = prefs.codegen.target
    few = [connect(20)[0] for _ in range(6)]
    overhead = statistics.median(few[1:])
    took, n_synapses, start = 0.0, 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        one, n_new = connect(n_neurons)
        took += max(one - overhead, 0.0)
        n_synapses += n_new
    return took / n_synapses


def connect(n_neurons: int) -> tuple[float, int]:
    """Connect neurons at random; return how long that took, and how many synapses."""
    neurons = NeuronGroup(n_neurons, "x : 1")
    synapses = Synapses(neurons, neurons)
    start = time.perf_counter()
    synapses.connect(p=PROBABILITY)
    return time.perf_counter() - start, len(synapses)
