"""Small models in which many names stand in one place."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    check_units,
    defaultclock,
    ms,
    prefs,
)
from brian2.devices.device import reinit_devices

__all__ = ["TRIALS", "Trial", "outcome"]

#: Runs a model with some names; returns arrays
Trial = Callable[[Sequence[str]], list[Any]]

_N_STEPS = 3


def _run(*objects: Any) -> None:
    Network(*objects).run(_N_STEPS * defaultclock.dt, namespace={})


def variables(names: Sequence[str]) -> list[Any]:
    """Name variables of neurons: computed, compared, set, recorded and spiked with."""
    lines = [f"d{n}/dt = ({k + 1} - {n})/(2*ms) : 1" for k, n in enumerate(names)]
    group = NeuronGroup(
        4,
        "\n".join([*lines, f"total = {' + '.join(names)} : 1"]),
        threshold=" or ".join(f"{n} > {k / 8 + 1.01}" for k, n in enumerate(names)),
        reset="\n".join(f"{n} -= 0.25" for n in names),
        method="euler",
    )
    for k, name in enumerate(names):
        group.variables[name].set_value(np.arange(4) / 2 + k / 8)
    group.run_regularly("\n".join(f"{n} = {n}*(1 + 0.125*i)" for n in names))
    seen = list(dict.fromkeys([names[0], names[-1], "total"]))
    states = StateMonitor(group, seen, record=True)
    spikes = SpikeMonitor(group, variables=names[-1])
    _run(group, states, spikes)
    recorded = [np.array(m[names[-1]]) for m in (_values(states), _values(spikes))]
    chosen = group.get_states([names[0]], units=False)[names[0]]
    after = [group.variables[n].get_value().copy() for n in names]
    return [*recorded, chosen, np.array(spikes.i), *after]


def _values(monitor: Any) -> dict[str, Any]:
    return {
        name: variable.get_value().copy()
        for name, variable in monitor.variables.items()
        if name in monitor.record_variables
    }


def synaptic_variables(names: Sequence[str]) -> list[Any]:
    """Name variables of synapses, which spikes change, and which targets add up."""
    group = NeuronGroup(3, "v : 1\nI : 1", threshold="True", reset="")
    synapses = Synapses(
        group,
        group,
        "\n".join([*(f"{n} : 1" for n in names), f"I_post = {names[0]} : 1 (summed)"]),
        on_pre="\n".join(f"{n} += 0.5*i + j" for n in names)
        + f"\nv_post += {' + '.join(names)}",
    )
    synapses.connect(j="k for k in range(i, N_post)")
    for k, name in enumerate(names[:2]):
        getattr(synapses, name)[:] = f"i + {k}*j"
    _run(group, synapses)
    after = [synapses.variables[n].get_value().copy() for n in names]
    return [group.v[:], group.I[:], *after]


def constants(names: Sequence[str]) -> list[Any]:
    """Name numbers that Brian finds in a namespace."""
    numbers = {name: k + 0.5 for k, name in enumerate(names)}
    total = " + ".join(f"{n}*i" for n in names)
    group = NeuronGroup(
        3,
        f"dv/dt = ({total})/ms : 1\nw : 1",
        threshold=f"v > {names[0]}",
        reset=f"v -= {names[-1]}",
        method="euler",
        namespace=numbers,
    )
    group.run_regularly("\n".join(f"w = {n} + 0.5*w" for n in names))
    synapses = Synapses(group, group, "x : 1", on_pre="x += v_post", namespace=numbers)
    synapses.connect(f"i != j and abs({names[0]}) + abs({names[-1]}) > 0")
    synapses.x[:] = total
    _run(group, synapses)
    return [group.v[:], group.w[:], synapses.variables["x"].get_value().copy()]


def functions(names: Sequence[str]) -> list[Any]:
    """Name functions of users, which call others and refer to numbers and arrays."""
    given = {name: _function(k) for k, name in enumerate(names)}
    group = NeuronGroup(
        4,
        "v : 1\nw : 1",
        threshold=f"{names[0]}(v) > 3",
        reset=f"v = {names[-1]}(v)",
        namespace=given,
    )
    group.v[:] = "i"
    group.run_regularly("\n".join(f"w = 0.5*w + {n}(v)" for n in names))
    synapses = Synapses(group, group, "x : 1", on_pre=f"x += {names[-1]}(v_post)")
    synapses.namespace.update(given)
    synapses.connect(j=f"k for k in range(N_post) if {names[0]}(k) > 2")
    _run(group, synapses)
    return [group.v[:], group.w[:], synapses.variables["x"].get_value().copy()]


def _function(k: int) -> Any:
    end = k + 0.5
    start = np.array([0.25, 0.5, 0.75])

    def stop(x: Any) -> Any:
        return np.minimum(x, 100) * 0.5

    @check_units(x=1, result=1)
    def function(x: Any) -> Any:
        return stop(np.abs(x)) + end + start[k % 3]

    return function


def temporaries(names: Sequence[str]) -> list[Any]:
    """Name what statements compute in between, also with underscores in front."""
    group = NeuronGroup(3, "v : 1\nw : 1", threshold="v > 4", reset=_lines("w", names))
    group.v[:] = "3*i"
    group.run_regularly(_lines("v", [f"_{n}" for n in names]))
    synapses = Synapses(group, group, "x : 1", on_pre=_lines("x", names))
    synapses.connect(j="i")
    _run(group, synapses)
    return [group.v[:], group.w[:], synapses.variables["x"].get_value().copy()]


def _lines(result: str, names: Sequence[str]) -> str:
    return "\n".join(
        f"{n} = {k} + 0.5*i\n{result} = 0.5*{result} + {n}" for k, n in enumerate(names)
    )


def iterated(names: Sequence[str]) -> list[Any]:
    """Name what the generator of a pattern of synapses goes through."""
    group = NeuronGroup(4, "v : 1")
    found = []
    for name in itertools.chain(names, (f"_{n}" for n in names)):
        synapses = Synapses(group, group)
        synapses.connect(j=f"{name} for {name} in range(i, N_post) if {name} != 1")
        found += [np.array(synapses.i), np.array(synapses.j)]
    return found


def groups(names: Sequence[str]) -> list[Any]:
    """Name groups, whose names Brian makes part of those of variables."""
    found: list[Any] = []
    objects: list[Any] = []
    for name in names:
        equations = f"v : 1\nw_{name}_x : 1\nhalf = v/2 + w_{name}_x : 1"
        group = NeuronGroup(3, equations, threshold="v > 1", reset="v = 0", name=name)
        group.v[:] = "i"
        synapses = Synapses(group, group, "x : 1", on_pre="x += half_post + i")
        synapses.connect()
        objects += [group, synapses]
    _run(*objects)
    for thing in objects:
        name = "v" if isinstance(thing, NeuronGroup) else "x"
        found.append(thing.variables[name].get_value().copy())
    return found


TRIALS: dict[str, Trial] = {
    trial.__name__: trial
    for trial in (
        variables,
        synaptic_variables,
        constants,
        functions,
        temporaries,
        iterated,
        groups,
    )
}


def outcome(trial: Trial, names: Sequence[str], target: str) -> list[Any] | Exception:
    """Return what a model with some names does on a target."""
    reinit_devices()
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    defaultclock.dt = 0.1 * ms
    try:
        return [np.array(array) for array in trial(names)]
    except Exception as error:
        return error
