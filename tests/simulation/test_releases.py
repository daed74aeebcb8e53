"""Refractory neurons that are looked at when one may be released: none can tell."""

import numpy as np
import pytest
from brian2 import (
    Network,
    NetworkOperation,
    NeuronGroup,
    PoissonInput,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    defaultclock,
    linked_var,
    ms,
    prefs,
    second,
)

import brian2numba
from brian2numba.simulation import threads
from tests.comparison import assert_same, simulate

EQUATIONS = "dv/dt = (1.1 + 0.02*i - v) / (3*ms) : 1 (unless refractory)"


def neurons(more="", n=150, **keywords):
    """Return neurons that fire."""
    keywords = {
        "threshold": "v > 1",
        "reset": "v = 0",
        "refractory": 1 * ms,
        "method": "euler",
        **keywords,
    }
    return NeuronGroup(n, f"{EQUATIONS}\n{more}", **keywords)


def recorded(group, *others):
    """Return a network in which all is recorded that refractoriness is about."""
    names = ["v", "lastspike", "not_refractory"]
    monitors = [
        StateMonitor(group, names, record=True),
        StateMonitor(group, names, record=True, when="after_thresholds"),
        SpikeMonitor(group),
    ]
    return Network(group, *monitors, *others)


def awaits(network):
    """Tell whether the kernel of a network that has run awaits releases."""
    kernels = [row.kernel for row in brian2numba.explain(network, {}).rows]
    return any(kernel and "_look_after" in str(kernel) for kernel in kernels)


def assert_none_can_tell(build, durations=(12 * ms, 8 * ms), between=None):
    """Compare with Brian's own loop, in which the threshold has a kernel of its own.

    Returns whether releases were awaited.
    """
    networks = []

    def model():
        networks.append(build())
        network = networks[-1]
        for duration in durations[:-1]:
            network.run(duration, namespace={})
            if between is not None:
                between(network)
        return network

    native = simulate(model, "numba", durations[-1])
    is_awaited = awaits(networks[-1])
    prefs.codegen.runtime.numba.native_loop = False
    prefs._backup()
    brian = simulate(model, "numba", durations[-1])
    assert_same(native, brian, rtol=0)
    assert any(name == "count" and count.sum() for (_, name), count in brian.items())
    return is_awaited


def per_neuron(period="period", flags="(constant)", n=150):
    group = neurons(f"period : second {flags}", refractory=period, n=n)
    group.period = "(0.2 + 0.05*(i % 30))*ms"
    return group


def rare():
    return neurons("f : 1 (constant)", threshold="v > 1 and i % 70 == 3")


def shared_period():
    group = neurons("period : second (shared)", refractory="period")
    group.period = 0.7 * ms
    return group


def last_spikes():
    group = neurons()
    times = [np.nan, np.inf, -np.inf, 1e300, -1e300, 0.33e-3, 5.03e-3]
    group.lastspike[:7] = times * second
    group.lastspike[70:90] = "(i - 80)*0.17*ms"
    return group


def synapses():
    group = neurons("w : 1")
    synapses = Synapses(
        group, on_pre="v_post += 0.3\nw_post += int(not_refractory_post)"
    )
    synapses.connect("(i + 3) % 150 == j or i == j + 60")
    synapses.delay = "0.1*ms*(i % 7)"
    return recorded(group, synapses)


def linked():
    group = neurons()
    other = NeuronGroup(150, "free : boolean (linked)\nn : integer")
    other.free = linked_var(group, "not_refractory")
    other.run_regularly("n += int(free)", when="end")
    return recorded(group, other)


def clocks():
    group = neurons(dt=0.07 * ms)
    return recorded(group, NeuronGroup(3, "dv/dt = -v/ms : 1", method="euler"))


AWAITED = {
    "constant": lambda: recorded(neurons()),
    "no multiple of the time step": lambda: recorded(neurons(refractory=0.77 * ms)),
    "zero": lambda: recorded(neurons(refractory=0 * ms)),
    "shorter than a time step": lambda: recorded(neurons(refractory=0.01 * ms)),
    "longer than the run": lambda: recorded(neurons(refractory=1 * second)),
    "more steps than an agenda has": lambda: recorded(neurons(refractory=8.05 * ms)),
    "each": lambda: recorded(per_neuron()),
    "each, short and long": lambda: recorded(per_neuron("4*period - 0.3*ms")),
    "each, negative": lambda: recorded(per_neuron("period - 0.5*ms")),
    "each, not said to be constant": lambda: recorded(per_neuron(flags="")),
    "an expression": lambda: recorded(per_neuron("2*exp(-i/50.0)*period + 0.3*ms")),
    "a subexpression": lambda: recorded(
        neurons("period = (i % 20)*0.1*ms : second", refractory="period")
    ),
    "shared": lambda: recorded(shared_period()),
    "1 neuron": lambda: recorded(neurons(n=1)),
    "512 neurons": lambda: recorded(neurons(n=512)),
    "1300 neurons": lambda: recorded(per_neuron(n=1300)),
    "few spikes": lambda: recorded(rare()),
    "last spikes": lambda: recorded(last_spikes()),
    "another time step": clocks,
    "synapses": synapses,
    "linked": linked,
    "poisson": lambda: recorded(
        group := neurons(), PoissonInput(group, "v", 5, 1000 / second, 0.1)
    ),
    "state without conditions": lambda: recorded(
        neurons("dw/dt = -w/ms : 1", reset="v = 0; w += lastspike/ms")
    ),
    "uses the last spike": lambda: recorded(
        neurons("dw/dt = (t - lastspike)/ms**2 : 1")
    ),
}


@pytest.mark.parametrize("name", AWAITED)
def test_no_difference(name):
    assert assert_none_can_tell(AWAITED[name])


def of_state():
    return recorded(neurons(refractory="(1 + v)*ms"))


def of_time():
    return recorded(neurons(refractory="(0.5 + t/(20*ms))*ms"))


def of_timed_array():
    periods = TimedArray([0.2, 1, 0.5] * ms, dt=3 * ms, name="periods")
    return recorded(neurons(refractory="periods(t)", namespace={"periods": periods}))


def of_random_numbers():
    return recorded(neurons(refractory="(0.5 + rand())*ms"))


def of_sum():
    group = neurons("period : second", refractory="period")
    synapses = Synapses(group, model="period_post = 1.0*ms*v_pre : second (summed)")
    synapses.connect("i == j")
    return recorded(group, synapses)


def written_by_synapses():
    group = neurons("period : second", refractory="period")
    synapses = Synapses(group, on_pre="period_post += 0.2*ms")
    synapses.connect("(i + 3) % 150 == j")
    return recorded(group, synapses)


def written_regularly():
    group = neurons("period : second", refractory="period")
    group.run_regularly("period = 0.1*ms*(i % 10) + t/10", dt=1 * ms)
    return recorded(group)


def written_by_reset():
    reset = "v = 0; period = clip(period + 0.3*ms, 0*ms, 2*ms)"
    return recorded(neurons("period : second", refractory="period", reset=reset))


def last_spike_reset():
    return recorded(neurons(reset="v = 0\nlastspike += 0.2*ms*(i % 3)"))


def last_spike_linked():
    group = neurons()
    other = NeuronGroup(150, "last : second (linked)")
    other.last = linked_var(group, "lastspike")
    other.run_regularly("last -= 0.1*ms*int(rand() < 0.2)")
    return recorded(group, other)


LOOKED_AT = {
    "a condition": lambda: recorded(neurons(refractory="v < 0.1 + 0.01*i")),
    "of the state": of_state,
    "of the time": of_time,
    "of a timed array": of_timed_array,
    "of random numbers": of_random_numbers,
    "a sum": of_sum,
    "written by synapses": written_by_synapses,
    "written regularly": written_regularly,
    "written by the reset": written_by_reset,
    "the last spike is written by the reset": last_spike_reset,
    "the last spike is written by another group": last_spike_linked,
}


@pytest.mark.parametrize("name", LOOKED_AT)
def test_looked_at_each_time(name):
    assert not assert_none_can_tell(LOOKED_AT[name])


def test_a_period_of_neurons_that_is_none_is_refused():
    group = neurons("period : second (constant)", refractory="period")
    group.period[100] = np.nan * second
    prefs.codegen.target = "numba"
    with pytest.raises(Exception, match="refractory") as raised:
        Network(group).run(1 * ms)
    assert isinstance(raised.value.__cause__, ValueError)


def change_period(network):
    network["neurons"].period = "(0.3 + 0.02*(i % 40))*ms"


def change_last_spikes(network):
    group = network["neurons"]
    group.lastspike[40:80] = "t - 0.1*ms*(i % 12)"
    group.not_refractory[90:100] = False


def change_time_step(_):
    defaultclock.dt = 0.05 * ms


@pytest.mark.parametrize(
    "change", [change_period, change_last_spikes, change_time_step]
)
def test_changes_between_runs(change):
    def build():
        group = neurons("period : second", refractory="period", name="neurons")
        group.period = "(0.2 + 0.05*(i % 30))*ms"
        return recorded(group)

    assert assert_none_can_tell(build, (7.3 * ms, 6 * ms), change)


def test_stored_states():
    def build():
        network = recorded(neurons(name="neurons"))
        network.store()
        return network

    def back(network):
        network.restore()

    assert assert_none_can_tell(build, (7.3 * ms, 6 * ms), back)


@pytest.mark.parametrize("period", [0.1 * ms, 1.3 * ms])
def test_changes_by_network_operations(period):
    def build():
        group = neurons("period : second", refractory="period")
        group.period = 0.5 * ms

        def operate():
            group.lastspike[3:20] = group.lastspike[3:20] - 0.1 * ms
            group.lastspike[70] = 3 * ms
            group.not_refractory[100] = False
            group.period[130] += 0.2 * ms

        return recorded(group, NetworkOperation(operate, dt=period))

    assert assert_none_can_tell(build)


def test_profiles():
    prefs.codegen.target = "numba"
    spikes = []
    for profile in (False, True):
        group = neurons(name="neurons*")
        network = Network(group, monitor := SpikeMonitor(group))
        network.run(10 * ms, namespace={}, profile=profile)
        network.run(10 * ms, namespace={}, profile=not profile)
        spikes.append(np.array(monitor.t))
        del network
    np.testing.assert_array_equal(*spikes)


def test_threads():
    def build():
        return recorded(per_neuron(n=2000))

    one = simulate(build, "numba", 15 * ms)
    prefs.codegen.runtime.numba.threads = 2
    two = simulate(build, "numba", 15 * ms)
    assert_same(two, one, rtol=0)


def test_threads_with_parts_of_spans(monkeypatch):
    def build():
        return recorded(per_neuron(n=210))

    one = simulate(build, "numba", 15 * ms)
    prefs.codegen.runtime.numba.threads = 2
    monkeypatch.setattr(threads.Sharing, "is_eager", True)
    two = simulate(build, "numba", 15 * ms)
    assert_same(two, one, rtol=0)


def test_checked_kernels():
    """What only reads refractoriness is known when accesses are checked, too."""
    prefs.codegen.target = "numba"
    prefs.codegen.runtime.numba.checked = True
    group = neurons("dI/dt = -I / ms : 1 (unless refractory)")
    synapses = Synapses(group, group, on_pre="I_post += 1", delay=1 * ms)
    synapses.connect(j="i")
    network = recorded(group, synapses)
    network.run(2 * ms)
    assert awaits(network)
