"""Kernels are vector code on ARM's processors, for which LLVM compiles anywhere."""

import re

import llvmlite.binding as llvm
import numpy as np
import pytest
from brian2 import NeuronGroup, PoissonGroup, ms, prefs, run

from brian2numba.compilation import machine_code, mathematics, stored_code
from brian2numba.compilation.known_processors import Processor
from brian2numba.inspection import Vectorisation, loops_of
from examples import cobahh

#: With vectors of 128 bits (NEON), and of a length that is not known (SVE)
NEON, APPLE, SVE = "neoverse-n1", "apple-m1", "neoverse-v1"
TRIPLES = {APPLE: "arm64-apple-darwin"}
MODELS = {
    "linear": """
        dv/dt = (g - v)/(10*ms) : 1 (unless refractory)
        dg/dt = -g/(5*ms) : 1
        """,
    "adaptive": """
        dv/dt = (1.2 - v)/(10*ms) : 1 (unless refractory)
        dg/dt = int(v > 0.5)*clip(g - 1, -2, 2)/(5*ms) : 1
        """,
    "noisy": """
        dv/dt = (g - v)/(10*ms) + 0.3*xi*ms**-0.5 : 1 (unless refractory)
        dg/dt = -g/(5*ms) : 1
        """,
    "noisy and exponential": """
        dv/dt = (exp(v - 1) + g/v)/(10*ms) + 0.3*xi*ms**-0.5 : 1 (unless refractory)
        dg/dt = -g/(5*ms) : 1
        """,
}

pytestmark = [
    pytest.mark.skipif(
        not mathematics.vectorises(),
        reason="this processor has no fused multiply-add: kernels call the C library",
    ),
    # Brian compares with a number that single precision does not have
    pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning"),
]


@pytest.fixture
def compiled_for(empty_cache, monkeypatch):
    """Return what compiles for a processor what a model needs most instructions for."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    found = {}
    compile_module = stored_code.object_code

    def noted(text, of, level, linked):
        name = re.search(r"^define i64 @(\w+)", text, re.MULTILINE)[1]
        if name.startswith("kernel_"):
            found[name] = text, level, linked
        return compile_module(text, of, level, linked)

    def for_processor(cpu):
        largest = max(found.values(), key=lambda compiled: len(compiled[0]))
        of = Processor(TRIPLES.get(cpu, "aarch64-unknown-linux-gnu"), cpu, "")
        try:
            llvm.Target.from_triple(of.triple)
        except RuntimeError:
            pytest.skip("this LLVM was built without code for ARM")
        return loops_of(str(machine_code.optimised(largest[0], of, *largest[1:])))

    monkeypatch.setattr(stored_code, "object_code", noted)
    return for_processor


def simulate(name):
    group = NeuronGroup(
        1000,
        MODELS[name],
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="euler",
    )
    run(0.1 * ms)
    return group


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", MODELS)
def test_state_update_and_threshold(name, dtype, compiled_for):
    prefs.core.default_float_dtype = dtype
    simulate(name)
    for cpu in (NEON, APPLE, SVE):
        loops = compiled_for(cpu)
        # What looks for neurons to be released may be scalar code
        assert Vectorisation.of(loops) != Vectorisation.NONE, cpu
        assert not any(loop.scalar_arithmetic for loop in loops if loop.is_vector)


def test_hodgkin_huxley(compiled_for):
    cobahh.build(100).run(0.1 * ms)
    for cpu in (NEON, SVE):
        vectors = [loop for loop in compiled_for(cpu) if loop.is_vector]
        assert any(loop.arithmetic for loop in vectors)
        assert not any(loop.scalar_arithmetic for loop in vectors)


def test_poisson_neurons_with_fast_random_numbers(compiled_for):
    prefs.codegen.runtime.numba.random = "fast"
    group = PoissonGroup(1000, rates="20*Hz")
    run(0.1 * ms)
    del group
    for cpu in (NEON, SVE):
        vectors = [loop for loop in compiled_for(cpu) if loop.is_vector]
        assert any(loop.arithmetic for loop in vectors), cpu


def test_vectors_whose_length_the_processor_knows(compiled_for):
    simulate("linear")
    scalable = [loop for loop in compiled_for(SVE) if loop.is_scalable]
    assert any(loop.arithmetic for loop in scalable)
    assert min(loop.width for loop in scalable) > 1
    assert not any(loop.is_scalable for loop in compiled_for(NEON))


SCALABLE = """
define i64 @f(i64 %n) {
entry:
  br label %vector.body
vector.body:
  %a = fmul <vscale x 2 x double> %x, %y
  %b = call <vscale x 2 x double> @llvm.sqrt.nxv2f64(<vscale x 2 x double> %a)
  br i1 %p, label %vector.body, label %exit, !llvm.loop !1
exit:
  ret i64 0
}
!1 = distinct !{!1, !2}
!2 = !{!"llvm.loop.isvectorized", i32 1}
"""


def test_their_types_are_known():
    (loop,) = loops_of(SCALABLE)
    assert (loop.is_vector, loop.is_scalable, loop.width) == (True, True, 2)
    assert len(loop.arithmetic) == 2
    assert loop.scalar_arithmetic == ()
