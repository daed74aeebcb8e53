"""Inputs of what only this package has: sweeps, explanations, progress bars."""

from reliability.refusals.row import Row

__all__ = ["ROWS"]

_SWEEP = "from brian2numba import sweep\ndef f(a): return a\n"
_STATES = 'states = StateMonitor(cells, "v", record=0)\n'

ROWS = (
    Row(_SWEEP + "sweep(f, 7)", "It is no list of points."),
    Row(_SWEEP + "sweep(f, [7])", "It is no point."),
    Row(_SWEEP + "sweep(f, [])", "There is nothing to compute."),
    Row(_SWEEP + 'sweep(f, {"a": []})', "There is nothing to compute."),
    Row(_SWEEP + 'sweep(f, {"b": [1]})', "The function can't be called so."),
    Row(
        _SWEEP.replace("(a)", "(status)") + 'sweep(f, {"status": [1]})',
        "Tables of results have a column of this name.",
    ),
    Row(_SWEEP + 'sweep(f, {"a": [1]}, seed=-1)', "It is no seed."),
    Row(
        _SWEEP.replace("(a)", "(a, seed)") + 'sweep(f, [{"a": 1, "seed": -1}])',
        "It is no seed.",
    ),
    Row(_SWEEP + 'sweep(f, {"a": [{1, 2}]})', "It can't be kept in a file."),
    Row(_SWEEP + "sweep(f, [{1: 2}])", "Arguments have names."),
    Row(_SWEEP + 'sweep(f, {"a": [1]}, workers="all")', "It is no number."),
    Row(_SWEEP + 'sweep(f, {"a": [1]}, workers=0)', "Nobody would compute it."),
    Row(_SWEEP + 'sweep(f, {"a": [1]}, errors="hide")', "It is not said what to do."),
    Row("brian2numba.explain(3)", "It is no network."),
    Row("brian2numba.inspect(3)", "It has no kernel."),
    Row("brian2numba.inspect(cells)", "It has none before it has run."),
    Row(
        "prefs.codegen.runtime.numba.jit = False\n"
        "Network(cells).run(0.1*ms)\n"
        "brian2numba.inspect(cells)[0].llvm",
        "It is not compiled: the preference says so.",
    ),
    Row('brian2numba.explain(Network(cells))["others"]', "Nothing is called so."),
    Row(
        "brian2numba.explain(Network(cells)).plot()",
        "There are no times: the network has not been profiled.",
    ),
    Row("brian2numba.progress_bar(period=0*second)", "It would be told all the time."),
    Row("brian2numba.keep_last(cells, 5)", "It is no monitor."),
    Row(_STATES + "brian2numba.keep_last(states, 5.5)", "It is no number of rows."),
    Row(_STATES + "brian2numba.keep_last(states, 5*mV)", "It is no time."),
    Row(_STATES + "brian2numba.keep_last(states, 0*ms)", "Nothing would be kept."),
    Row(
        "spikes = SpikeMonitor(cells, record=False)\nbrian2numba.keep_last(spikes, 5)",
        "There is nothing to keep.",
    ),
    Row(
        'spikes = SpikeMonitor(cells, variables="v", record=False)\n'
        "brian2numba.keep_last(spikes, 5*ms)",
        "It is not known which of them are old.",
    ),
    Row(
        _STATES + "@network_operation\n"
        "def late(): brian2numba.keep_last(states, 5)\n"
        "Network(cells, states, late).run(0.1*ms)",
        "What is running has the monitor's arrays.",
    ),
    Row(
        "spikes = SpikeMonitor(cells)\nbrian2numba.counts_within(spikes, 50)",
        "It is no time.",
    ),
    Row(
        "spikes = SpikeMonitor(cells)\nbrian2numba.counts_within(spikes, -5*ms)",
        "It is in the future.",
    ),
    Row(
        _STATES + "brian2numba.counts_within(states, 5*ms)",
        "There are no events.",
    ),
    Row(
        'spikes = SpikeMonitor(cells, variables="v", record=False)\n'
        "brian2numba.counts_within(spikes, 5*ms)",
        "It is not known which neuron had an event, and when.",
    ),
    Row(
        "spikes = SpikeMonitor(cells)\n"
        "brian2numba.keep_last(spikes, 5*ms)\n"
        "brian2numba.counts_within(spikes, 50*ms)",
        "It would count too few.",
    ),
    Row(
        _STATES + "brian2numba.keep_last(states, 5)\n"
        'get_device().get_capsule(states.variables["t"])',
        "Code for Cython would make the array grow, and nobody would trim it.",
    ),
)
