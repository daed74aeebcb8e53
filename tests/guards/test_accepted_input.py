"""What Brian's numpy target runs to a meaningful result runs, maybe with a warning."""

from collections import defaultdict

import numpy as np
import pytest
from brian2 import (
    BinomialFunction,
    Clock,
    Cylinder,
    EventMonitor,
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    PopulationRateMonitor,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    nan,
    network_operation,
    prefs,
    second,
    seed,
    um,
)
from brian2.utils.logger import catch_logs

from brian2numba.simulation import run as compiled_run

inf = np.inf


def under(target, job):
    """Return what a job gives with a target, and what was warned of."""
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    seed(20261128)
    with catch_logs() as logs:
        result = job()
    return result, [text for level, _, text in logs if level == "WARNING"]


def count(n):
    return lambda: len(NeuronGroup(n, "v : 1"))


def compartments():
    return Cylinder(length=10 * um, diameter=1 * um, n=2.5).n


def trials(n):
    def values():
        draw = BinomialFunction(n, 0.5, name="draw")
        group = NeuronGroup(50, "v : 1", namespace={"draw": draw})
        group.v = "draw()"
        return sorted(set(group.v[:]))

    return values


def recorded(record):
    def values():
        group = NeuronGroup(5, "v : 1")
        group.v = "10*i"
        monitor = StateMonitor(group, "v", record=record)
        Network(group, monitor).run(0.1 * ms)
        return monitor.record.tolist(), monitor.v[:, 0].tolist()

    return values


def generated(indices):
    def spikes():
        group = SpikeGeneratorGroup(5, indices, np.arange(len(indices)) * ms / 10)
        monitor = SpikeMonitor(group)
        Network(group, monitor).run(0.5 * ms)
        return monitor.i[:].tolist(), (monitor.t / ms).tolist()

    return spikes


def events(record, kind=SpikeMonitor):
    def spikes():
        group = NeuronGroup(5, "v : 1", threshold="i != 3", reset="")
        given = () if kind is SpikeMonitor else ("spike",)
        monitor = kind(group, *given, record=record)
        Network(group, monitor).run(0.2 * ms)
        return int(monitor.num_events), len(monitor.i) if record else None

    return spikes


def poisson(rates):
    def counts():
        group = PoissonGroup(3, rates=rates)
        monitor = SpikeMonitor(group)
        Network(group, monitor).run(1 * ms)
        return np.bincount(monitor.i[:], minlength=3).tolist()

    return counts


def inputs(n, rate):
    def counts():
        group = NeuronGroup(2, "v : 1")
        source = PoissonInput(group, "v", n, rate, weight=1)
        Network(group, source).run(1 * ms)
        return group.v[:].tolist()

    return counts


def refractory(period, values=None):
    def counts():
        group = NeuronGroup(
            3, "v : 1\nlong : second", threshold="True", refractory=period
        )
        if values is not None:
            group.long = values
        monitor = SpikeMonitor(group)
        Network(group, monitor).run(1 * ms)
        return monitor.count[:].tolist()

    return counts


def connected(**pattern):
    def number():
        group = NeuronGroup(4, "v : 1")
        synapses = Synapses(group, group)
        synapses.connect(**pattern)
        return len(synapses)

    return number


def masked(mask):
    def values():
        group = NeuronGroup(5, "v : 1")
        group.v[mask] = 1
        chosen = group.v[mask].tolist()
        group.v[mask] = "2 + i"
        return group.v[:].tolist(), chosen

    return values


def flagged(value):
    def values():
        group = NeuronGroup(3, "flag : boolean")
        group.flag = value
        return group.flag[:].tolist()

    return values


def delayed(delay):
    def jumps():
        source = SpikeGeneratorGroup(1, [0, 0], [0, 1] * ms)
        group = NeuronGroup(1, "v : 1")
        synapses = Synapses(source, group, on_pre="v += 1")
        synapses.connect()
        synapses.delay = delay
        monitor = StateMonitor(group, "v", record=True)
        Network(source, group, synapses, monitor).run(1.5 * ms)
        return monitor.v[0].tolist()

    return jumps


def reports(period):
    def number():
        n_reports = []
        network = Network(NeuronGroup(1, "v : 1"))
        network.run(1 * ms, report=lambda *_: n_reports.append(1), report_period=period)
        return len(n_reports)

    return number


def smoothed():
    group = NeuronGroup(3, "v : 1", threshold="i == 1", reset="")
    monitor = PopulationRateMonitor(group)
    Network(group, monitor).run(0.5 * ms)
    return monitor.smooth_rate("flat", width=0 * ms).tolist()


def clock_of_another_network():
    other = Clock(1 * ms)
    group = NeuronGroup(1, "v : 1")

    @network_operation
    def change():
        other.dt = 0.5 * ms

    Network(group, change).run(0.2 * ms)
    return float(other.dt)


WHOLE = "should be whole"
MASK = "True and False count as the indices 1 and 0"
NEGATIVE_RATE = "Negative rates give no spikes"
TRUTHS = {
    "list": [0, 1],
    "empty list": [],
    "dictionary": {"v": [0]},
    "empty dictionary": {},
    "default dictionary": defaultdict(set, spikes={0, 1}),
    "text": "yes",
    "number": 2,
    "array": np.array([7]),
    "numpy's true": np.bool_(True),
    "nothing": None,
}
JOBS = {
    "count with a fraction": (count(2.5), "2.5 counts as 2"),
    "count rounded up": (count(0.7 * 10 + 1e-15), None),
    "count rounded down": (count(0.29 * 100), "28.999999999999996 counts as 28"),
    "count as text": (count("3"), None),
    "count that is true": (count(True), None),
    "compartments": (compartments, "2.5 counts as 2"),
    "trials with a fraction": (trials(2.5), WHOLE),
    "trials that are true": (trials(True), None),
    "one input": (inputs(True, 10_000 * Hz), None),
    "many inputs": (inputs(3 * 10**9, 1e-6 * Hz), None),
    "many more inputs": (inputs(2**53 + 2, 1e-12 * Hz), None),
    "recorded booleans": (recorded([True, False, True]), MASK),
    "recorded mask": (recorded(np.array([True, False] * 2)), MASK),
    "recorded fractions": (recorded(np.linspace(0, 4, 4)), WHOLE),
    "recorded fraction": (recorded(1.5), WHOLE),
    "recorded whole floats": (recorded([0.0, 2.0]), None),
    "generator's fractions": (generated([0.5, 2.7]), WHOLE),
    "generator's booleans": (generated([True, False]), MASK),
    "negative rate": (poisson(-1 * Hz), NEGATIVE_RATE),
    "negative rates": (poisson([0, -2, 1e5] * Hz), NEGATIVE_RATE),
    "infinite rate": (poisson(inf * Hz), None),
    "negative refractoriness": (refractory(-1 * ms), "negative ones mean"),
    "computed refractoriness": (refractory("-1*ms"), None),
    "refractoriness of each": (refractory("long", [-1, 0.3, -0.001] * ms), None),
    "refractoriness of each by index": (refractory("0.3*ms - i*0.2*ms"), None),
    "infinite probability": (connected(p=inf), None),
    "infinite negative probability": (connected(p=-inf), None),
    "infinite probability of pairs": (connected(i=[0, 1], j=[1, 2], p=inf), None),
    "short mask": (masked([False, True]), "array of 2 booleans"),
    "long mask": (masked(np.array([True] * 5 + [False])), "array of 6 booleans"),
    "infinite truth value": (flagged(inf), None),
    "truth value that is not a number": (flagged([nan, 0, 1]), None),
    "delay rounded to 0": (delayed(-0.04 * ms), None),
    "delay cut to 0": (delayed(-0.14 * ms), None),
    "report at each step": (reports(0 * second), None),
    "negative period of reports": (reports(-1 * second), None),
    "infinite period of reports": (reports(inf * second), None),
    "no period of reports": (reports(nan * second), None),
    "window of 0": (smoothed, None),
    "clock of another network": (clock_of_another_network, None),
    **{f"SpikeMonitor: {name}": (events(r), None) for name, r in TRUTHS.items()},
    "EventMonitor: list": (events([0, 1], EventMonitor), None),
}


@pytest.mark.parametrize(("job", "warning"), JOBS.values(), ids=JOBS)
def test_same_as_numpy(job, warning):
    expected, _ = under("numpy", job)
    result, warnings = under("numba", job)
    assert result == expected
    if warning is None:
        assert not warnings
    else:
        assert warnings
        assert all(warning in text for text in warnings)


@pytest.mark.parametrize(
    ("n", "rate"), [(2**63, 2e-13 * Hz), (1e30, 1e-23 * Hz)], ids=str
)
def test_inputs_beyond_64_bits_of_which_the_mean_matters(n, rate):
    expected, _ = under("numpy", inputs(n, rate))
    result, warnings = under("numba", inputs(n, rate))
    assert result == pytest.approx(expected, rel=1e-7)  # floats, as with Cython
    assert not warnings


def test_what_counts_as_true_profiles():
    group = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    network = Network(group)
    network.run(1 * ms, profile="yes")
    assert network.profiling_info


# Restoring within a run


def restored_in_a_run(when, connects=False, profile=False):
    """Go back once, and tell what was recorded on the way."""
    group = NeuronGroup(
        4,
        "dv/dt = (1.1 + 0.1*i)/ms : 1",
        threshold="v > 0.757",
        reset="v = 0",
        method="euler",
        refractory=0.2 * ms,
    )
    slow = NeuronGroup(2, "du/dt = 1/ms : 1", method="euler", dt=0.2 * ms)
    source = SpikeGeneratorGroup(1, [0, 0, 0], [0.1, 0.4, 0.7] * ms)
    pathway = Synapses(group, group, "w : 1", on_pre="v_post += w")
    pathway.connect(j="i")
    pathway.delay = "i*0.1*ms + 0.1*ms"
    pathway.w = 0.05
    drive = Synapses(source, group, on_pre="v_post += 0.1", delay=0.3 * ms)
    drive.connect()
    monitor = StateMonitor(group, "v", record=True)
    spikes = SpikeMonitor(group)
    steps = []

    @network_operation(when=when)
    def go_back(t):
        steps.append(round(float(t / ms), 3))
        if steps[-1] == 0.6 and steps.count(0.6) == 1:
            network.restore()

    network = Network(group, slow, source, pathway, drive, monitor, spikes, go_back)
    network.run(0.2 * ms)
    network.store()
    if connects:
        pathway.connect(j="(i + 1) % 4")
    network.run(1 * ms, profile=profile)
    values = (monitor.v[:], slow.u[:], spikes.t / ms, spikes.i[:], monitor.t / ms)
    return steps, float(network.t), [v.round(9).tolist() for v in values], len(pathway)


@pytest.mark.parametrize("when", ["start", "synapses", "end"])
@pytest.mark.parametrize("connects", [False, True])
def test_restoring_within_a_run(when, connects):
    expected, _ = under("numpy", lambda: restored_in_a_run(when, connects))
    assert len(expected[0]) > 12
    result, _ = under("numba", lambda: restored_in_a_run(when, connects))
    assert result == expected
    profiled, _ = under("numba", lambda: restored_in_a_run(when, connects, True))
    assert profiled == expected


def test_restoring_within_a_run_of_brians_loop(monkeypatch):
    expected, _ = under("numpy", lambda: restored_in_a_run("end"))
    monkeypatch.setitem(prefs.prefs, "codegen.runtime.numba.native_loop", False)
    result, _ = under("numba", lambda: restored_in_a_run("end"))
    assert result == expected
    assert compiled_run.obstacle_to_compiled_loop() is not None


def test_a_generator_that_never_ran_is_not_restored_within_a_run():
    source = SpikeGeneratorGroup(1, [0, 0], [0, 0.3] * ms, name="source")
    network = Network(source)

    @network_operation
    def go_back():
        network.restore()

    network.add(go_back)
    network.store()
    with pytest.raises(RuntimeError, match="The state of 'source' that was restored"):
        network.run(1 * ms)


def test_numpys_restoring_within_a_run_is_left_alone():
    prefs.codegen.target = prefs.codegen.string_expression_target = "numpy"
    source = SpikeGeneratorGroup(1, [0], [0] * ms)
    spikes = SpikeMonitor(source)
    steps = []

    @network_operation
    def go_back(t):
        steps.append(float(t / ms))
        if len(steps) == 1:
            network.restore()

    network = Network(source, spikes, go_back)
    network.store()
    network.run(0.2 * ms)
    assert steps == pytest.approx([0, 0.1])
    assert spikes.t[:].tolist() == [0]
