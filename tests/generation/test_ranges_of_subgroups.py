"""The neurons of a subgroup follow each other: kernels compute which they are."""

import numpy as np
import pytest
from brian2 import Hz, Network, NeuronGroup, PoissonInput, defaultclock, prefs, seed

from brian2numba import inspect
from brian2numba.inspection.kernels import Kernel


def results(target: str) -> tuple[np.ndarray, np.ndarray]:
    prefs.codegen.target = target
    group = NeuronGroup(1000, "v : 1\nw : 1", threshold="v > 20", reset="v = w")
    part = group[100:900]
    part.w = "i * 2"
    part.v["i > 700"] = "0.5 * w"
    inner = part[50:700]
    drive = PoissonInput(inner, "v", 200, 80 * Hz, 0.5)
    operation = inner.run_regularly("w += i", dt=defaultclock.dt)
    seed(1)
    network = Network(group, drive, operation)
    network.run(20 * defaultclock.dt)
    return group.v[:].copy(), group.w[:].copy()


@pytest.mark.compiler
def test_subgroups_are_what_they_were():
    (v, w), (other_v, other_w) = results("numba"), results("cython")
    assert (v == other_v).all()
    assert (w == other_w).all()


def test_input_of_a_subgroup_is_vector_code():
    def kernel(of_subgroup: bool) -> Kernel:
        prefs.codegen.target = "numba"
        group = NeuronGroup(1000, "v : 1")
        target = group[100:900] if of_subgroup else group
        drive = PoissonInput(target, "v", 200, 80 * Hz, 0.5)
        Network(group, drive).run(defaultclock.dt)
        (found,) = inspect(drive)
        return found

    whole, part = kernel(of_subgroup=False), kernel(of_subgroup=True)
    assert "_sub_idx = (_array__sub_idx[0] + _idx)" in part.python
    assert "_array__sub_idx[_idx]" not in part.python
    # LLVM marks the loops that are vector code
    assert [k.is_marked for k in part.loops] == [k.is_marked for k in whole.loops]
