"""Models whose names, in the sets that Brian keeps them in, have an order by chance.

Run as ``python -m tests.reliability.hash_seed_model``, it prints a digest of the
kernels' sources, and what each model came to.
"""

import hashlib
import itertools

import brian2
from brian2 import (
    Network,
    NeuronGroup,
    StateMonitor,
    Synapses,
    ms,
    prefs,
    run,
    start_scope,
)

from brian2numba import pipeline

NOISY = {
    "euler": """
    dv/dt = (-v + xi_b*ms**0.5 + 2*xi_a*ms**0.5) / ms : 1
    du/dt = (-u + xi_10*ms**0.5 - xi_a*ms**0.5) / ms : 1
    """,
    "heun": """
    dv/dt = (-v + v*u*xi_2*ms**0.5 + u*xi_1*ms**0.5) / ms : 1
    du/dt = (-u + xi_10*ms**0.5 + u*xi*ms**0.5) / ms : 1
    """,
    "milstein": """
    dv/dt = (-v + v*xi_2*ms**0.5) / ms : 1
    du/dt = (-u + u*xi_10*ms**0.5) / ms : 1
    dw/dt = (-w*v + w*xi_1*ms**0.5) / ms : 1
    """,
}
MIXED = """
dv/dt = (-v + a*tanh(u) + sub1)/ms : 1 (unless refractory)
du/dt = (-u*exp(w) + sub2)/ms : 1
w : 1
sub1 = a*v + b*u + sub3 : 1
sub2 = sub1*b + sin(sub3) : 1
sub3 = cos(u*c) : 1
awake : boolean
asleep : boolean
"""
CODE = """
v = v + int(awake)*u*rand() + int(asleep)*w
u = u*int(awake and asleep)*a*b + c*randn()
"""
sources: list[str] = []


def watch_kernels():
    """Keep the sources of the kernels that are made."""
    compiled_kernel = pipeline.compiled_kernel

    def watched(code_object, source, *args, **kwds):
        sources.append(source.text)
        return compiled_kernel(code_object, source, *args, **kwds)

    pipeline.compiled_kernel = watched


def noisy(method, name):
    """Return what a model with several noise terms comes to."""
    start_scope()
    brian2.seed(6)
    group = NeuronGroup(2, NOISY[method], method=method, name=name)
    group.v = group.u = 1
    if method == "milstein":
        group.w = 1
    run(1 * ms)
    return [*map(float, group.v), *map(float, group.u)]


def mixed():
    """Run a model with all sorts of code."""
    start_scope()
    brian2.seed(6)
    constants = {"a": 1.5, "b": 2.5, "c": 3.5}
    group = NeuronGroup(
        3,
        MIXED,
        threshold="v > 1",
        reset="v = 0; w += a*b",
        refractory="abs(sin(sub1))*ms",
        method="exponential_euler",
        name="mixed",
        namespace=constants,
    )
    group.run_regularly(CODE, dt=0.5 * ms)
    synapses = Synapses(
        group,
        group,
        "x : 1\nis_on : boolean",
        on_pre="v_post += x*a + b*int(is_on)\nw_post += x*u_pre\nx = clip(x, b, c)",
        on_post="x *= a*v_pre",
        name="pairs",
        namespace=constants,
    )
    synapses.connect(condition="i != j and abs(i - j) < 2", p="0.5*int(v_pre < a)*b")
    synapses.x = "rand()*a + b*i + j*c"
    monitor = StateMonitor(group, ["w", "v", "u", "sub2"], record=True, name="all")
    network = Network(group, synapses, monitor)
    network.run(2 * ms)
    return [float(x) for x in (*group.v, *group.u, *monitor.sub2[:, -1])]


if __name__ == "__main__":
    prefs.codegen.target = prefs.codegen.string_expression_target = "numba"
    # Others may have generated it
    prefs.codegen.runtime.numba.reuse_sources = False
    watch_kernels()
    ways = itertools.product(("numpy", "fast"), (True, False))
    for number, (generator, is_stored) in enumerate(ways):
        prefs.codegen.runtime.numba.random = generator
        prefs.codegen.runtime.numba.store_state_updates = is_stored
        for method in NOISY:
            # Brian remembers the state updates of groups by their names
            name = f"noisy_{method}_{number}"
            print(name, noisy(method, name))
    print(mixed())
    print(hashlib.sha256("\n".join(sources).encode()).hexdigest())
