"""The words of kernels mean in Python what they mean in machine code."""

import subprocess
import sys
import types

import numpy as np
import pytest

from brian2numba import language
from brian2numba.kernels.mersenne_twister import Twister, fill_uniform
from brian2numba.language import (
    ceil,
    float32s,
    float64_from_bits,
    float64s,
    floor,
    int32,
    int32s,
    int64,
    int64s,
    interleaved,
    items_on_stack,
    prefetch,
    same_memory,
    uint8s,
    uint32,
)
from brian2numba.language.word import WORDS
from brian2numba.lowering import lower_function
from brian2numba.operations import operation

NUMBERS = [0.0, -0.0, 1.5, -1.5, 2.0**31, 1e18, -3.999, 0.1]


@operation
def use_each_word(numbers: int, results: int, n: int):
    """Write what words make of numbers; of results, each line belongs to a word."""
    integers, floats = int64s(results), float64s(results)
    singles = float32s(results + 8 * 6 * n)
    words = items_on_stack(int64, 6)
    for i in range(n):
        x = float64s(numbers)[i]
        floats[i] = floor(x)
        floats[n + i] = ceil(x)
        integers[2 * n + i] = int32(x)
        integers[3 * n + i] = uint8s(numbers)[8 * i + 7]
        floats[4 * n + i] = float64_from_bits(int64s(numbers)[i])
        words[i % 6] = int32s(numbers)[2 * i + 1]
        integers[5 * n + i] = words[i % 6]
        singles[i] = x
        # has no effect that can be seen, wherever it points
        prefetch(float64s(numbers), i + 8 * n)
    return same_memory(int64s(numbers), uint32)[5]


@operation
def uniform_numbers(state: int, buffer: int, n: int):
    """Draw uniform numbers."""
    fill_uniform(Twister.from_address(state), float64s(buffer), n)
    return 0


def both_ways(function, make, n):
    """Call an operation compiled and in Python; return what both wrote."""
    given, written = zip(*(make() for _ in range(2)), strict=True)
    for call, source, target in zip(
        (function.call, function.function), given, written, strict=True
    ):
        call(source.ctypes.data, target.ctypes.data, n)
    return written


def test_each_word():
    n = len(NUMBERS)
    compiled, interpreted = both_ways(
        use_each_word, lambda: (np.array(NUMBERS), np.zeros(7 * n)), n
    )
    assert compiled.tobytes() == interpreted.tobytes()
    assert compiled.any()


def test_a_function_of_the_library():
    def state():
        words = np.random.RandomState(5).get_state()[1]
        return np.append(words, [624]).astype(np.uint32)

    compiled, interpreted = both_ways(
        uniform_numbers, lambda: (state(), np.zeros(1000)), 1000
    )
    expected = np.random.RandomState(5).random_sample(1000)
    assert (compiled == expected).all()
    assert (interpreted == expected).all()


def test_every_word_means_something_everywhere():
    from brian2numba.with_numba.words import word_for_numba  # noqa: PLC0415

    words = {
        name
        for name in language.__all__
        if isinstance(getattr(language, name), types.FunctionType)
    }
    # What Python alone calls
    for name in words - {"new_items", "pointer_to"}:
        word = getattr(language, name)
        assert word in WORDS, name
        # numba compiles no checked kernels
        assert (word_for_numba(word) is None) == (name == "bounded"), name
        assert word.__doc__ or name.endswith("s")


SCRIPT = """
import sys
from brian2 import *
import brian2numba

prefs.codegen.target = "numba"
neurons = NeuronGroup(
    100, "dv/dt = (2 - v) / (10*ms) : 1", threshold="v > 1", reset="v = 0"
)
synapses = Synapses(neurons, neurons, "w : 1", on_pre="v += w", delay=1*ms)
synapses.connect(p=0.1)
synapses.w = "0.01 * rand()"
neurons.v = "rand()"
monitor = SpikeMonitor(neurons)
run(20*ms)
assert monitor.num_spikes > 0
modules = [name for name in sys.modules if name.split(".")[0] == "numba"]
print(modules)
"""


@pytest.mark.long
@pytest.mark.parametrize("run", ["first", "second"])
def test_a_model_without_functions_of_users_does_not_import_numba(run, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    result = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "['numba.core.runtime._nrt_python']"


def test_numba_that_is_imported_later_has_the_same_runtime():
    script = (
        "from brian2numba import reference_counting\n"
        "from numba.core.runtime import _nrt_python\n"
        "from numba.core.runtime.nrt import MemInfo\n"
        "assert _nrt_python is reference_counting._nrt\n"
        "assert MemInfo is reference_counting.MemInfo\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@operation
def squares(address: int, n: int):
    """Write squares in a loop that LLVM mixes the steps of."""
    numbers = int64s(address)
    for k in interleaved(n):
        numbers[k] = k * k
    return 0


def test_interleaved_loops_do_what_others_do():
    text = lower_function(squares.function, "squares")
    assert "br label %b1, !llvm.loop !1000001" in text
    assert '!1000000 = !{!"llvm.loop.interleave.count", i32 4}' in text
    results = [np.zeros(1001, np.int64) for _ in range(2)]
    for call, result in zip((squares.call, squares.function), results, strict=True):
        call(result.ctypes.data, 1001)
    assert (results[0] == np.arange(1001) ** 2).all()
    assert (results[1] == results[0]).all()
