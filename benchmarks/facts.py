"""What is known of a network that was run, to understand how long it took."""

from __future__ import annotations

import hashlib
from typing import Any

import brian2 as b2
import numpy as np

__all__ = ["bytes_per_neuron", "n_events", "of", "results_digest"]


def of(network: b2.Network, duration: float, profiled: bool) -> dict[str, Any]:
    """Return facts of a network that was run for some seconds of biological time.

    Returns
    -------
    dict
        ``digest`` of the results. If there is a group ``neurons``, ``neuron_steps``,
        ``bytes_per_neuron``, and ``working_set``, the bytes of all its state. If there
        are ``synapses``, ``events`` and ``bytes_per_event``, and ``working_set`` is of
        what the events need. If it was profiled, ``profile``, the seconds of each
        object.
    """
    found: dict[str, Any] = {"digest": results_digest(network)}
    if "neurons" in network:
        neurons = network["neurons"]
        n_steps = round(duration / float(neurons.clock.dt_))
        found |= _of_neurons(neurons, n_steps)
        if "synapses" in network and "g" in neurons.variables:
            found |= _of_events(network)
    if profiled:
        found["profile"] = {name: float(s) for name, s in network.profiling_info}
    return found


def _of_neurons(neurons: b2.NeuronGroup, n_steps: int) -> dict[str, int]:
    return {
        "neuron_steps": n_steps * len(neurons),
        "bytes_per_neuron": bytes_per_neuron(neurons),
        "working_set": len(neurons) * bytes_per_neuron(neurons, once=True),
    }


def _of_events(network: b2.Network) -> dict[str, int]:
    neurons, synapses = network["neurons"], network["synapses"]
    of_target, of_synapse = _item_size(neurons, "g"), _bytes_per_synapse(synapses)
    return {
        "events": n_events(network),
        "bytes_per_event": of_synapse + 2 * of_target,
        "working_set": len(synapses) * of_synapse + len(neurons) * of_target,
    }


def bytes_per_neuron(group: b2.NeuronGroup, once: bool = False) -> int:
    """Count what a time step of a group reads and writes for each neuron at least.

    Variables of differential equations are read and written, parameters are read. (To
    Brian, parameters of a refractory group are also the time of the last spike, which
    is read, and whether a neuron is refractory, which is written.) With `once`, return
    the size of all of these.
    """
    n_bytes = 0
    for equation in group.equations.values():
        if equation.type == "subexpression" or group.variables[equation.varname].scalar:
            continue
        n_times = 2 if equation.type == "differential equation" and not once else 1
        n_bytes += n_times * _item_size(group, equation.varname)
    return n_bytes


def _bytes_per_synapse(synapses: b2.Synapses) -> int:
    """Count what an event reads of its synapse: its target, and its weight, if any."""
    names = [name for name in ("_synaptic_post", "w") if name in synapses.variables]
    return sum(_item_size(synapses, name) for name in names)


def _item_size(group: b2.Group, name: str) -> int:
    return np.dtype(group.variables[name].dtype).itemsize


def n_events(network: b2.Network) -> int:
    """Count how often a synapse received a spike, delays left aside."""
    counts = np.asarray(network["spikes"].count[:])
    return int(np.dot(counts, np.asarray(network["synapses"].N_outgoing_pre)))


def results_digest(network: b2.Network) -> str:
    """Return a hash of all spikes and all variables of the neurons."""
    digest = hashlib.sha256()
    if "spikes" in network:
        digest.update(np.ascontiguousarray(network["spikes"].i[:]).tobytes())
        digest.update(np.asarray(network["spikes"].t[:]).tobytes())
    if "neurons" in network:
        state = network["neurons"].get_states(units=False, read_only_variables=False)
        for name in sorted(state):
            digest.update(np.ascontiguousarray(state[name]).tobytes())
    return digest.hexdigest()
