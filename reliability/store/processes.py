"""
What tests of the store run, in their own process or in others.

::

    python -m reliability.store.processes run
    python -m reliability.store.processes killed FOLDER NUMBER

The first runs a model as soon as it may read a line, and prints the results. The second
uses the stores in ``FOLDER/0`` to ``FOLDER/NUMBER``, each in a process that is killed
at the event of this number, and prints how these processes ended.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, ms, prefs

from brian2numba.compilation import stored_code
from brian2numba.containers.queue_operations import advance_queue
from brian2numba.containers.spike_queue import SpikeQueue
from brian2numba.store import KernelStore, current_store
from brian2numba.store.kernel_store import Statistics
from reliability.store.faulty_files import Faults

__all__ = ["DUE", "due_after_a_step", "model_results", "neurons_of", "small_network"]

#: The synapses that `due_after_a_step` gives if the machine code is right
DUE = [0, 2]


def small_network() -> Network:
    """Return a network whose kernels are few and small."""
    group = NeuronGroup(
        10,
        "dv/dt = (1.1 + 0.02*i - v)/(5*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
    )
    synapses = Synapses(group, group, on_pre="v_post += 0.01", delay=1 * ms)
    synapses.connect(j="(i + 1) % 10")
    return Network(group, synapses, SpikeMonitor(group))


def neurons_of(network: Network) -> NeuronGroup:
    """Return the neurons of a `small_network`."""
    (group,) = (o for o in network.objects if type(o) is NeuronGroup)
    return group


def due_after_a_step(path: Path) -> tuple[list[int], Statistics]:
    """Advance a spike queue, with machine code from the store in a folder.

    Parameters
    ----------
    path : Path
        The folder. Its store is opened, and the code is loaded, as in a new process.

    Returns
    -------
    due : list of int
        The synapses that are due then: `DUE`, whatever happens to the store.
    statistics : `brian2numba.store.kernel_store.Statistics`
        What was in the store.
    """
    queue = SpikeQueue(0, 3)
    queue.prepare(np.full(3, 1e-4), 1e-4, np.arange(3))
    queue.push(np.array([0, 2]))
    stores: list[KernelStore] = []
    with pytest.MonkeyPatch.context() as context:
        context.setattr(
            stored_code,
            "current_store",
            lambda: stores.append(KernelStore(path)) or stores[-1],
        )
        # Not the one that is loaded already
        operation = type(advance_queue)(advance_queue.function)
        operation.call(queue.handle)
    (store,) = stores
    return queue.peek().tolist(), store.statistics


def model_results() -> dict[str, Any]:
    """Run the model; return its results, and what was in the store."""
    prefs.codegen.target = prefs.codegen.string_expression_target = "numba"
    network = small_network()
    network.run(30 * ms, namespace={})
    (monitor,) = (o for o in network.objects if type(o) is SpikeMonitor)
    return {
        "n_spikes": int(monitor.num_spikes),
        "v": np.asarray(neurons_of(network).v).tolist(),
        "statistics": dataclasses.asdict(current_store().statistics),
    }


def run() -> None:
    """Run the model at the same time as other processes; print the results."""
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(model_results()))


def killed(folder: Path, last: int) -> None:
    """Use stores in processes that are killed; print how they ended."""
    prefs.codegen.max_cache_dir_size = 1
    # Each process gets a copy of this one, in which only the code is not loaded
    due_after_a_step(folder / "first")
    print(json.dumps([_killed_at(number, folder) for number in range(last + 1)]))


def _killed_at(number: int, folder: Path) -> int:
    process = os.fork()
    if process == 0:
        try:
            _use_until(number, folder / str(number))
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def _use_until(number: int, path: Path) -> None:
    with Faults(
        path,
        strike=lambda path: os.kill(os.getpid(), signal.SIGKILL),
        strikes=lambda n, name: n == number,
    ):
        due, _ = due_after_a_step(path)
    assert due == DUE


if __name__ == "__main__":
    if sys.argv[1] == "run":
        run()
    else:
        killed(Path(sys.argv[2]), int(sys.argv[3]))
