"""Functions of scripts and notebooks on their way to other processes."""

import linecache
import types

import pytest
from brian2 import NeuronGroup

from brian2numba.sweeps.failures import failure_of
from brian2numba.sweeps.pickling import pickled, unpickled
from brian2numba.user_functions.definition import definition_of

SOURCE = """
def helper(x):
    return 1 / x

def simulate(x):
    return helper(x)
"""


@pytest.fixture
def simulate(tmp_path):
    """Return a function of a script, and what there is in another process."""
    path = tmp_path / "script.py"
    path.write_text(SOURCE)
    module = types.ModuleType("__main__")
    exec(compile(SOURCE, str(path), "exec"), vars(module))
    sent = pickled(module.simulate, None)
    path.unlink()
    linecache.clearcache()
    return unpickled(sent)[0]


def test_tracebacks_have_the_lines_of_the_script(simulate, tmp_path):
    with pytest.raises(ZeroDivisionError) as raised:
        simulate(0)
    found = failure_of(raised.value)
    assert str(found.line) == "line 3 of script.py, in helper: return 1 / x"
    assert found.line.file == str(tmp_path / "script.py")


def test_functions_are_read_from_the_source_that_came_along(simulate):
    linecache.checkcache()
    assert definition_of(simulate.__globals__["helper"]).name == "helper"


def test_objects_of_brian_are_no_part_of_what_is_sent():
    group = NeuronGroup(1, "v : 1", name="cells")
    with pytest.raises(TypeError) as raised:
        pickled(lambda a: group, None)
    assert str(raised.value) == (
        "The function 'test_objects_of_brian_are_no_part_of_what_is_sent.<locals>."
        "<lambda>' of the sweep uses the NeuronGroup 'cells', which is made outside of "
        "it, and can't be sent to other processes. Make it in the function, or in one "
        "for 'build'."
    )


def test_what_can_not_be_sent_is_told():
    numbers = (n for n in range(3))
    with pytest.raises(TypeError, match="uses something that can't be sent to other"):
        pickled(lambda: next(numbers), None)
