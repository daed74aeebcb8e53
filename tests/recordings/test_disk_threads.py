"""Recordings on disk that other threads read while the network runs."""

import threading

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, StateMonitor, ms, prefs

from brian2numba import record_to_disk


@pytest.mark.parametrize("native_loop", [True, False])
def test_another_thread_reads_all_rows(native_loop, tmp_path):
    prefs.codegen.runtime.numba.native_loop = native_loop
    group = NeuronGroup(20, "x = i + timestep(t, dt) : 1", name="group")
    trace = StateMonitor(group, "x", record=True, name="trace")
    made = Network(group, trace)
    record_to_disk(made, tmp_path / "x.zarr", block_bytes=1000)
    made.run(1 * ms)
    wrong, lengths, is_over = [], [], threading.Event()

    def read():
        while not is_over.is_set():
            # The newest row may not be written yet
            found = trace.x[1, max(0, len(trace.t) - 50) : -1]
            lengths.append(len(found))
            if not np.all(np.diff(found) == 1):
                wrong.append(found)

    thread = threading.Thread(target=read)
    thread.start()
    made.run(20 * ms)
    is_over.set()
    thread.join()
    assert not wrong
    assert len(lengths) > 3
    assert np.array_equal(trace.x[1, :], 1.0 + np.arange(210))
