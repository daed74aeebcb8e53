"""What a magic run simulates: what its caller sees, as without this package."""

import inspect
import sys

import pytest
from brian2 import NeuronGroup, collect, ms, run
from brian2.core import magic

here = None


@pytest.fixture
def in_the_module(monkeypatch):
    cells = NeuronGroup(1, "x : 1", name="global_cells")
    monkeypatch.setattr(sys.modules[__name__], "here", cells)
    return cells


def test_local_and_global_objects_are_found(in_the_module):
    cells = NeuronGroup(1, "v : 1", name="cells")
    assert {obj.name for obj in collect()} == {"cells", "global_cells"}

    def inner():
        own = NeuronGroup(1, "v : 1", name="own")
        return own, {obj.name for obj in collect()}, collect(level=1)

    _, names, of_caller = inner()
    assert names == {"own", "global_cells"}
    assert of_caller == {cells, in_the_module}


def test_a_level_beyond_the_first_frame_is_an_error():
    with pytest.raises(IndexError):
        collect(level=len(inspect.stack()) + 5)


def test_no_source_is_read(monkeypatch):
    cells = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    run(1 * ms)

    def refuse(*_, **__):
        raise AssertionError("frames were looked at with their source")

    monkeypatch.setattr(magic.inspect, "stack", refuse)
    run(1 * ms)
    assert cells.v[0] == pytest.approx(2)
