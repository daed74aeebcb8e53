"""Inputs of what only this package has: sweeps, explanations, progress bars."""

from reliability.refusals.row import Row

__all__ = ["ROWS"]

_SWEEP = "from brian2numba import sweep\ndef f(a): return a\n"

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
)
