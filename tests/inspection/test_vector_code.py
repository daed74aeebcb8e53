"""The kernels that big networks spend their time in are vector code."""

import platform
import re

import numpy as np
import pytest
from brian2 import Function, NeuronGroup, PoissonGroup, Synapses, ms, prefs, run, seed

from brian2numba.compilation import machine_code, mathematics, stored_code
from brian2numba.inspection import loops_of
from examples import cobahh

#: Arithmetic of several numbers at once, in the processor's own language
INSTRUCTIONS = {
    "x86_64": r"\bv?(add|sub|mul|f[n]?m(add|sub)\w*)p[sd]\b",
    "AMD64": r"\bv?(add|sub|mul|f[n]?m(add|sub)\w*)p[sd]\b",
    "aarch64": r"\bf(add|sub|mul|mla|mls)(\.2d|\.4s|\s+v)",
    "arm64": r"\bf(add|sub|mul|mla|mls)(\.2d|\.4s|\s+v)",
}

pytestmark = pytest.mark.skipif(
    not mathematics.vectorises(),
    reason="this processor has no fused multiply-add: kernels call the C library",
)


@pytest.fixture
def modules(monkeypatch):
    """Return the optimised modules of kernels by their name, as they are compiled."""
    found = {}
    compile_module = stored_code.object_code

    def noted(text, of, level, linked):
        name = re.search(r"^define i64 @(\w+)", text, re.MULTILINE)[1]
        found[name] = machine_code.optimised(text, of, level)
        return compile_module(text, of, level, linked)

    monkeypatch.setattr(stored_code, "object_code", noted)
    return found


def assert_arithmetic_is_vector_code(modules, kernel):
    """Check all that a kernel computes for each element."""
    module = modules[kernel]
    vectors = [loop for loop in loops_of(str(module)) if loop.is_vector]
    vectors = [loop for loop in vectors if loop.arithmetic]
    assert vectors, "there is no vector loop that computes"
    for loop in vectors:
        # Nor is a vector taken apart, to call a scalar function for each item
        assert loop.scalar_arithmetic == ()
        assert "fptosi" not in loop.text
    assembler = machine_code._machine(machine_code.processor("host"), 3)
    instructions = INSTRUCTIONS.get(platform.machine())
    if instructions is not None:
        assert re.search(instructions, assembler.emit_assembly(module))


MODELS = {
    "linear": """
        dv/dt = (g - v)/(10*ms) : 1 (unless refractory)
        dg/dt = -g/(5*ms) : 1
        """,
    "conductances": """
        dv/dt = (-v + g*(1 - v))/(10*ms) : 1 (unless refractory)
        dg/dt = -g/(5*ms) : 1
        """,
    "exponential": """
        dv/dt = (exp((v - 1)/0.2) - v + g)/(10*ms) : 1
        dg/dt = -g/(5*ms) : 1
        """,
    "transcendental": """
        dv/dt = (sin(v) + tanh(g) + log1p(v**2) - v)/(10*ms) : 1
        dg/dt = (-g + cos(v)**1.5 + arctan(v))/(5*ms) : 1
        """,
    "adaptive": """
        dv/dt = (1.2 - v)/(10*ms) : 1 (unless refractory)
        dg/dt = int(v > 0.5)*clip(g - 1, -2, 2)/(5*ms) : 1
        """,
    "noisy": """
        dv/dt = (g - v)/(10*ms) + 0.3*xi*ms**-0.5 : 1 (unless refractory)
        dg/dt = -g/(5*ms) : 1
        """,
}
METHODS = {"linear": "exact", "conductances": "exponential_euler"}


# Brian compares with a number that single precision does not have
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", MODELS)
def test_state_update_and_threshold(name, dtype, modules):
    prefs.core.default_float_dtype = dtype
    group = NeuronGroup(
        1000,
        MODELS[name],
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method=METHODS.get(name, "euler"),
    )
    run(0.1 * ms)
    del group
    assert_arithmetic_is_vector_code(modules, largest(modules))


def largest(modules):
    """Return the kernel with the most floating point arithmetic."""
    kernels = [name for name in modules if name.startswith("kernel_")]
    return max(kernels, key=lambda name: amount(loops_of(str(modules[name]))))


def amount(loops):
    return sum(len(loop.arithmetic) for loop in loops)


def test_hodgkin_huxley(modules):
    cobahh.build(100).run(0.1 * ms)
    assert_arithmetic_is_vector_code(modules, largest(modules))


def test_fast_random_numbers(modules):
    prefs.codegen.runtime.numba.random = "fast"
    seed(5)
    group = NeuronGroup(1000, MODELS["noisy"], threshold="v > 1", method="euler")
    run(0.1 * ms)
    del group
    assert_arithmetic_is_vector_code(modules, largest(modules))


def test_poisson_neurons_with_fast_random_numbers(modules):
    prefs.codegen.runtime.numba.random = "fast"
    group = PoissonGroup(1000, rates="20*Hz")
    run(0.1 * ms)
    del group
    assert_arithmetic_is_vector_code(modules, largest(modules))


def test_state_update_of_synapses(modules):
    group = NeuronGroup(100, "v : 1")
    synapses = Synapses(
        group, group, "dw/dt = (exp(-w) - w)/(10*ms) : 1 (clock-driven)", method="euler"
    )
    synapses.connect()
    run(0.1 * ms)
    assert_arithmetic_is_vector_code(modules, largest(modules))


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"),
    reason="elsewhere, LLVM may find single items cheaper",
)
@pytest.mark.parametrize("index", ["integer", "1"])
def test_a_lookup_in_a_table(index, modules):
    table = np.arange(10.0)

    def looked_up(k):
        return 2 * table[int(k)] + table[-1]

    kind = "integer" if index == "integer" else "float"
    function = Function(looked_up, arg_units=[1], arg_types=[kind], return_unit=1)
    group = NeuronGroup(1000, f"x : 1\nk : {index}", namespace={"f": function})
    group.run_regularly("x = f(k)")
    run(0.1 * ms)
    loops = loops_of(str(modules[largest(modules)]))
    assert any(loop.is_vector and loop.arithmetic for loop in loops)
