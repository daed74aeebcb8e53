"""Kernels to be read: what is shown is what runs, and what is said of it is true."""

import platform
import re

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    check_units,
    ms,
    prefs,
    run,
)

import brian2numba
from brian2numba.compilation import compiler, machine_code, mathematics
from brian2numba.inspection import Vectorisation, loops_of
from brian2numba.store import current_store

VECTORISES = pytest.mark.skipif(
    not mathematics.vectorises(),
    reason="this processor has no fused multiply-add: kernels call the C library",
)


def state_update(equations, **keywords):
    """Return the kernel of a state update that has run."""
    group = NeuronGroup(100, equations, method="euler", **keywords)
    run(0 * ms)
    return brian2numba.inspect(group.state_updater)[0]


@pytest.fixture(autouse=True)
def no_kernels_of_other_tests(empty_cache):
    """Kernels are shown as they are compiled."""


@VECTORISES
def test_a_vectorised_kernel():
    kernel = state_update("dv/dt = (exp(-v) - v)/(10*ms) : 1")
    assert kernel.is_vectorised
    assert kernel.vectorisation == Vectorisation.ALL
    (vector,) = (loop for loop in kernel.loops if loop.label == "vector.body")
    assert vector.width > 1
    assert f"<{vector.width} x double>" in vector.text
    assert vector.scalar_arithmetic == ()
    assert re.search(rf"vector code, .*{vector.width} elements at a time", str(kernel))


@VECTORISES
def test_single_precision_is_twice_as_wide():
    widths = {}
    for dtype in (np.float32, np.float64):
        prefs.core.default_float_dtype = dtype
        group = NeuronGroup(100, "v : 1")
        group.run_regularly("v = 2*v + 1")
        run(0 * ms)
        (kernel,) = brian2numba.inspect(group)
        assert kernel.is_vectorised
        widths[dtype] = max(loop.width for loop in kernel.loops)
        del group
    assert widths[np.float32] == 2 * widths[np.float64]


def test_scalar_kernels():
    # Targets are anywhere, and may be the same, or the source
    group = NeuronGroup(20, "v : 1", threshold="v > 1")
    synapses = Synapses(group, group, "w : 1", on_pre="v_post += 0.3*w*v_pre")
    synapses.connect()
    run(0 * ms)
    kernel = brian2numba.inspect(synapses.pre)[-1]
    assert not kernel.is_vectorised
    assert kernel.vectorisation == Vectorisation.NONE
    assert "scalar code" in str(kernel)
    assert "elements at a time" not in str(kernel)


def test_a_loop_of_unknown_length_within_is_scalar_code():
    @check_units(v=1, result=1)
    def halved(v):
        while v > 0.5:
            v = 0.5 * v
        return v

    kernel = state_update("dv/dt = halved(v)/ms : 1", namespace={"halved": halved})
    assert kernel.vectorisation == Vectorisation.NONE


def test_the_c_librarys_functions_take_vectors_apart():
    prefs.codegen.runtime.numba.math = "libm"
    kernel = state_update("dv/dt = (sin(v) - v)/(10*ms) : 1")
    assert not kernel.is_vectorised
    if platform.machine() == "x86_64":
        assert re.search(r"\bcall\w*\b.*\bsin\b|\bcallq?\s+\*", kernel.assembly)


def test_kernels_without_arithmetic():
    group = NeuronGroup(3, "v : 1", threshold="v > 1")
    monitor = SpikeMonitor(group)
    Network(group, monitor).run(0 * ms)
    (kernel,) = brian2numba.inspect(monitor)
    assert kernel.vectorisation == Vectorisation.NOTHING_TO_DO


def test_what_is_shown_is_what_runs():
    kernel = state_update("dv/dt = (exp(-v) - v)/(10*ms) : 1")
    translation = kernel._compiled.listings.__self__
    made_again = machine_code.object_code(
        translation.lowered(), translation.processor, translation.level
    )
    stored = [entry.path.read_bytes() for entry in current_store().entries()]
    assert sum(made_again in content for content in stored) == 1


def test_kernels_from_the_store_are_shown_as_well():
    compiled = state_update("dv/dt = (exp(-v) - v)/(10*ms) : 1")
    assert (compiled.origin, compiled.work.compiled) == ("compiled", 1)
    assert compiled.work.compiling_time > 0
    compiler._compiled.clear()
    loaded = state_update("dv/dt = (exp(-v) - v)/(10*ms) : 1")
    assert (loaded.origin, loaded.work.loaded) == ("from the store", 1)
    assert loaded.llvm == compiled.llvm
    assert loaded.assembly == compiled.assembly
    assert loaded.is_vectorised == compiled.is_vectorised


def test_a_kernel_is_shown_as_it_was_compiled_whatever_the_preferences_are_now():
    group = NeuronGroup(100, "dv/dt = (exp(-v) - v)/(10*ms) : 1", method="euler")
    run(0 * ms)
    (kernel,) = brian2numba.inspect(group)
    prefs.codegen.runtime.numba.math = "libm"
    (again,) = brian2numba.inspect(group.state_updater.codeobj)
    assert again.llvm == kernel.llvm


def test_python_llvm_and_assembly():
    group = NeuronGroup(5, "dv/dt = -v/(10*ms) : 1", method="euler")
    run(0 * ms)
    (kernel,) = brian2numba.inspect(group)
    assert kernel.python == group.state_updater.codeobj.code["run"]
    assert kernel.python in str(kernel)
    assert re.search(r"^define .*i64 @kernel_\w+\(i64", kernel.llvm, re.MULTILINE)
    returns = r"^\s*(ret|retq|bx\s+lr)\b"
    if platform.machine() in ("x86_64", "AMD64", "arm64", "aarch64"):
        assert re.search(returns, kernel.assembly, re.MULTILINE)


def test_kernels_that_numba_compiles():
    @check_units(x=1, result=1)
    def from_a_list(x):
        values = [x, 2 * x]
        return values[1]

    kernel = state_update(
        "dv/dt = from_a_list(v)/ms : 1", namespace={"from_a_list": from_a_list}
    )
    assert kernel.origin == "compiled, with functions by numba"
    assert "from_a_list" in kernel.llvm
    assert kernel.assembly.count("\n") > 20
    assert kernel.loops
    assert str(kernel).startswith(f"{kernel.name}: compiled, with functions")


def test_kernels_that_python_runs():
    prefs.codegen.runtime.numba.jit = False
    kernel = state_update("dv/dt = -v/ms : 1")
    assert kernel.origin == "Python runs it"
    assert "def kernel" in str(kernel)
    with pytest.raises(ValueError, match="is not compiled: Python runs its source"):
        _ = kernel.llvm


def test_what_can_not_be_inspected():
    group = NeuronGroup(1, "v : 1", name="quiet")
    run(0 * ms)
    with pytest.raises(ValueError, match="NeuronGroup 'quiet' has no compiled kernel"):
        brian2numba.inspect(group)
    with pytest.raises(TypeError, match="and 3 is neither"):
        brian2numba.inspect(3)


MODULE = """
define i64 @f(i64 %n) {
entry:
  br label %outer
outer:
  %a = fadd double 1.0, 2.0
  br label %inner
inner:
  %b = fmul <4 x double> %x, %y
  %c = call double @exp(double %a)
  br i1 %p, label %inner, label %"end of outer"
"end of outer":
  switch i64 %n, label %exit [ i64 1, label %outer ]
exit:
  ret i64 0
}
"""


def test_loops_within_loops():
    outer, inner = sorted(loops_of(MODULE), key=lambda loop: loop.label, reverse=True)
    assert (outer.label, inner.label) == ("outer", "inner")
    assert [line.split()[2] for line in outer.arithmetic] == ["fadd"]
    assert [line.split()[2] for line in inner.arithmetic] == ["fmul", "call"]
    assert [line.split()[2] for line in inner.scalar_arithmetic] == ["call"]
    # Without LLVM's mark, nothing counts as vector code
    assert not inner.is_vector
    assert Vectorisation.of([outer, inner]) == Vectorisation.NONE


def test_vectors_that_are_taken_apart_are_partly_vector_code():
    mark = 'br i1 %p, label %vector.body, label %"end of outer", !llvm.loop !1\n'
    text = MODULE.replace("inner", "vector.body").replace(
        'br i1 %p, label %vector.body, label %"end of outer"\n', mark
    )
    text += '!1 = distinct !{!1, !2}\n!2 = !{!"llvm.loop.isvectorized", i32 1}\n'
    vector = next(loop for loop in loops_of(text) if loop.label == "vector.body")
    assert (vector.is_vector, vector.width) == (True, 4)
    assert Vectorisation.of([vector]) == Vectorisation.NONE
    whole = next(
        loop
        for loop in loops_of(re.sub(r"\n.*@exp.*", "", text))
        if loop.label == "vector.body"
    )
    assert Vectorisation.of([whole]) == Vectorisation.ALL
    assert Vectorisation.of([whole, vector]) == Vectorisation.PART
