"""Memory of what nobody needs any more is given back."""

import ctypes
import gc
import itertools
import sys

import pytest
from brian2 import (
    Function,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    implementation,
    ms,
    prefs,
)
from numba.core.runtime import _nrt_python, rtsys

from brian2numba.compilation import compiler, units
from brian2numba.compilation.machine_code import (
    load_object,
    object_code,
    optimised,
    processor,
)
from brian2numba.compilation.work import WORK
from reliability.memory import resident_bytes, run_networks

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="it reads sizes from Linux's /proc"
)
CODE = """
declare double @exp(double)
define double @f(double %x) {
  %y = call double @exp(double %x)
  ret double %y
}
"""


def bytes_each(function, n=300):
    """Return the growth of this process by each of `n` calls of a function."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda n_kept: None)

    def size():
        gc.collect()
        trim(0)
        return resident_bytes()

    kept = [function() for _ in range(n // 3)]
    before = size()
    kept += [function() for _ in range(n)]
    return (size() - before) / n


@linux
def test_llvm_forgets_what_it_optimised_with():
    host = processor("host")
    # Where pass managers are not disposed of, these are 60 000 bytes
    assert bytes_each(lambda: optimised(CODE, host, 3) and None) < 20_000


@linux
def test_a_kernel_needs_little_memory_and_gives_it_back():
    code = object_code(CODE, processor("host"), 3)
    # With all symbols in each kernel, these are 90 000 bytes
    assert bytes_each(lambda: load_object(code, "f")) < 60_000
    assert bytes_each(lambda: load_object(code, "f") and None) < 20_000


@pytest.mark.long
@linux
def test_functions_that_numba_compiled_give_their_memory_back(monkeypatch):
    prefs.logging.warn_for_unused_objects = False
    monkeypatch.setattr(compiler._compiled, "n_kept", 10)
    monkeypatch.setattr(units._units, "n_kept", 10)
    numbers = itertools.count()

    def another_model(result):
        source = f"def f(x):\n    return {result} + {next(numbers)}"
        function = Function(lambda x: x, arg_units=[1], return_unit=1)
        f = implementation("numba", source)(function)
        group = NeuronGroup(1, "x : 1")
        group.x.set_item(slice(None), "f(i)", namespace={"f": f})

    before = WORK.compiled_by_numba
    with_numba = bytes_each(lambda: another_model("[x][0]"), 90)
    assert WORK.compiled_by_numba == before + 120
    # With numba's own engine, these are a megabyte
    assert with_numba - bytes_each(lambda: another_model("x"), 90) < 120_000


@pytest.mark.long
@linux
def test_networks_give_their_memory_back(monkeypatch):
    prefs.logging.warn_for_unused_objects = False
    # Of the kernels of other tests, one goes for each new one
    compiler._compiled.clear()
    monkeypatch.setattr(compiler._compiled, "n_kept", 10)
    sizes = run_networks("another network", 30)
    assert sizes[-1] - sizes[10] < 19 * 500_000
    gc.collect()
    assert len(compiler._compiled._kept) <= 10


def grown_network():
    """Return a network whose containers all grew."""
    group = NeuronGroup(
        20, "dv/dt = (1.5 - v)/(3*ms) : 1", threshold="v > 1", reset="v = 0"
    )
    synapses = Synapses(group, group, "w : 1", on_pre="v_post += w", on_post="w += 1")
    synapses.connect("i != j")
    synapses.pre.delay = "rand()*ms"
    network = Network(
        group, synapses, SpikeMonitor(group), StateMonitor(group, "v", record=True)
    )
    network.run(10 * ms)
    synapses.connect(i=0, j=0)
    network.store()
    network.run(10 * ms)
    network.restore()
    return network


def blocks_in_use():
    """Return how many blocks and their descriptions numba's runtime holds."""
    gc.collect()
    counts = rtsys.get_allocation_stats()
    return counts.alloc - counts.free, counts.mi_alloc - counts.mi_free


def test_each_block_of_a_container_is_freed():
    was_enabled = _nrt_python.memsys_stats_enabled()
    _nrt_python.memsys_enable_stats()
    try:
        # What stays for good is there after the first one
        grown_network()
        before = blocks_in_use()
        network = grown_network()
        during = blocks_in_use()
        del network
        after = blocks_in_use()
    finally:
        if not was_enabled:
            _nrt_python.memsys_disable_stats()
    assert during > before
    assert after == before
