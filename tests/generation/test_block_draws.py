"""Random numbers taken a block at a time are those that are drawn one by one."""

import numpy as np
import pytest
from brian2 import NeuronGroup, defaultclock, prefs, run, seed

from brian2numba.generation.block_draws import block_draws

RAND = "_rand(_vectorisation_idx, _random_streams)"
RANDN = "_randn(_vectorisation_idx, _random_streams)"
SIZE = 20_000


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"x = {RANDN}", "x = _drawn[_idx - _start]"),
        (f"x = 2.0 * {RAND} < p", "x = 2.0 * _drawn[_idx - _start] < p"),
        (
            f"x = {RANDN}\ny = x + sin({RANDN})",
            "x = _drawn[(_idx - _start) * 2 + 0]\n"
            "y = x + sin(_drawn[(_idx - _start) * 2 + 1])",
        ),
    ],
)
def test_the_loop_reads_what_was_taken(code, expected):
    draws = block_draws(code)
    assert draws.code == expected
    assert draws.take == ("_take_normal" if RANDN in code else "_take_uniform")


@pytest.mark.parametrize(
    "code",
    [
        "x = 1",
        f"if c:\n    x = {RAND}",
        f"x = c and {RAND} < 0.5",
        f"x = {RAND} < 0.5 or {RAND} < 0.2",
        f"x = a < b < {RAND}",
        f"x = {RAND} if c else 0.0",
        f"x = {RAND} + {RANDN}",
        f"x = {RAND} + _poisson(2.0, _vectorisation_idx, _random_streams)",
        f"x = f({RAND}, _random_streams)",
        "x = " + " + ".join([RAND] * 17),
    ],
)
def test_other_draws_are_made_one_by_one(code):
    assert block_draws(code) is None


def test_blocks_are_whole_vectors():
    sizes = [
        block_draws("x = " + " + ".join([RAND] * n)).block_size for n in (1, 3, 16)
    ]
    assert sizes == [512, 168, 32]


@pytest.mark.parametrize("n_draws", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 511, 512, 513, 20_001])
@pytest.mark.parametrize("kind", ["rand", "randn"])
def test_the_sequence_is_numpys(n, n_draws, kind):
    prefs.codegen.target = "numba"
    names = "xyz"[:n_draws]
    group = NeuronGroup(n, "\n".join(f"{name} : 1" for name in names))
    group.run_regularly("\n".join(f"{name} = {kind}()" for name in names))
    seed(1)
    run(2 * defaultclock.dt)
    assert "_drawn" in group.contained_objects[-1].codeobj.code["run"]
    seed(1)
    n_drawn = 2 * n * n_draws
    draw = getattr(np.random, kind)
    buffers = [draw(SIZE) for _ in range(-(-n_drawn // SIZE))]
    expected = np.concatenate(buffers)[:n_drawn].reshape(2, n, n_draws)[1]
    np.testing.assert_array_equal(
        [getattr(group, name)[:] for name in names], expected.T
    )


def test_thresholds_draw_blocks_too():
    prefs.codegen.target = "numba"
    group = NeuronGroup(1300, "last : 1", threshold="rand() < 0.3", reset="last = 1")
    seed(2)
    run(1 * defaultclock.dt)
    assert "_drawn" in group.thresholder["spike"].codeobj.code["run"]
    seed(2)
    expected = np.random.rand(SIZE)[:1300] < 0.3
    np.testing.assert_array_equal(group.last[:] == 1, expected)


def test_both_kinds_are_drawn_in_the_order_of_the_elements():
    prefs.codegen.target = "numba"
    group = NeuronGroup(300, "x : 1\ny : 1")
    group.run_regularly("x = randn()\ny = rand()")
    seed(3)
    run(1 * defaultclock.dt)
    seed(3)
    normal, uniform = np.random.randn(SIZE), np.random.rand(SIZE)
    np.testing.assert_array_equal(group.x[:], normal[:300])
    np.testing.assert_array_equal(group.y[:], uniform[:300])
