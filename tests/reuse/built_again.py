"""
Models that are built again, and how much is generated for them.

Run as ``python -m tests.reuse.built_again``, it prints the templates for which a kernel
was generated.
"""

import brian2 as b2
import pytest
from brian2 import ms, mV

from brian2numba.reuse import code_objects, forget, identifiers
from brian2numba.reuse.code_objects import _CodeObjects
from brian2numba.target import NumbaCodeObject


@pytest.fixture
def generated(empty_cache, monkeypatch):
    """Return the templates of the kernels that are generated, as a list that grows."""
    forget()
    templates = []
    monkeypatch.setattr(_CodeObjects, "_anew", noting(templates))
    return templates


def noting(templates, generate=_CodeObjects._anew):
    """Return a method that notes for which template it generates a kernel."""

    def noted(code_objects, request, of_class):
        if of_class is NumbaCodeObject:
            templates.append(request.template_name)
        return generate(code_objects, request, of_class)

    return noted


def neurons(n=5, threshold=-50, equations="", **kwds):
    """Return neurons with a threshold in millivolts."""
    kwds = {"name": "cells*", "refractory": 2 * ms, **kwds}
    return b2.NeuronGroup(
        n,
        f"""
        dv/dt = (drive - v)/tau : volt (unless refractory)
        dg/dt = -g/(5*ms) : volt
        total = v + g : volt
        {equations}
        """,
        threshold="v > limit",
        reset="v = -70*mV",
        method="euler",
        namespace={"drive": -45 * mV, "tau": 10 * ms, "limit": threshold * mV},
        **kwds,
    )


def simulated(n=5, threshold=-50, weight=1, **kwds):
    """Build and run a network with most kinds of objects; return what it computed."""
    b2.seed(5)
    group = neurons(n, threshold, **kwds)
    group.v = "-70*mV + rand()*20*mV"
    group.g["i > 1"] = "i*mV"
    synapses = b2.Synapses(
        group,
        group,
        "w : volt",
        on_pre="g_post += w",
        delay=0.5 * ms,
        # Fast random numbers depend on it
        name=f"{group.name}_synapses",
    )
    synapses.connect("i != j", p=0.8)
    synapses.w = f"{weight}*mV*(i + 1)/N_pre"
    state = b2.StateMonitor(group, ("v", "total"), record=[0, 2])
    spikes = b2.SpikeMonitor(group, "g")
    rate = b2.PopulationRateMonitor(group)
    b2.Network(group, synapses, state, spikes, rate).run(20 * ms)
    return [
        *(a.tolist() for a in (group.v[:], group.g[:], synapses.w[:], spikes.g[:])),
        *(a.tolist() for a in (state.v[:], state.total[:], spikes.t[:], rate.rate[:])),
    ]


def tables():
    """Return all that is kept in this process: keys, and what is found under them."""
    kept = (code_objects._known._table, identifiers._found)
    return [(table._new, table._old) for table in kept]


if __name__ == "__main__":
    found = []
    _CodeObjects._anew = noting(found)
    b2.prefs.codegen.target = b2.prefs.codegen.string_expression_target = "numba"
    simulated()
    print(*found)
