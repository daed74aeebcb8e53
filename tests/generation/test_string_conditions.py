"""Strings that choose elements, or say when: as with Brian's numpy target."""

import pytest
from brian2 import (
    NeuronGroup,
    Synapses,
    check_units,
    prefs,
)

#: Conditions, and what they mean
CONDITIONS = {
    "blank before": (" i > 2", "i > 2"),
    "tab before": ("\ti > 2", "i > 2"),
    "blank after": ("i > 2  ", "i > 2"),
    "line break after": ("i > 2\n", "i > 2"),
    "comment": ("i > 2  # the others", "i > 2"),
    "semicolon": ("i > 2;", "i > 2"),
    "boolean": ("flag", "i > 3"),
    "integer": ("k", "i != 2"),
    "fraction": ("v - 2.5", "True"),
    "product": ("(v > 1) * (v < 5)", "i > 1 and i < 5"),
    "conversion": ("int(v > 1)", "i > 1"),
    "function of a number": ("is_large(v)", "i > 2"),
    "none": ("k > 100", "False"),
}


@check_units(a=1, result=1)
def is_large(a):
    return a > 2


@pytest.fixture(params=["numba", "numpy"])
def string_target(request):
    prefs.codegen.string_expression_target = request.param
    return request.param


def chosen(condition, target):
    """Set and get elements of neurons and synapses; return what came of it."""
    prefs.codegen.target = target
    if target == "numpy":
        prefs.codegen.string_expression_target = "numpy"
    variables = "v : 1\nx : 1\nflag : boolean\nk : integer"
    namespace = {"is_large": is_large}
    group = NeuronGroup(6, variables, namespace=namespace)
    bare = NeuronGroup(6, "u : 1")
    synapses = Synapses(bare, bare, variables, namespace=namespace)
    synapses.connect(j="i")
    results = []
    for owner in (group, synapses):
        owner.v = "i"
        owner.flag = "i > 3"
        owner.k = "i - 2"
        owner.x[condition] = 5
        results.append(owner.v[condition].tolist())
        owner.x[condition] = "x + i"
        results.append(owner.x[:].tolist())
    return results


@pytest.mark.parametrize(("condition", "meaning"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions_that_choose_elements(condition, meaning, string_target):
    result = chosen(condition, "numba")
    assert result == chosen(meaning, "numpy")


def test_numbers_as_conditions_of_synapses():
    group = NeuronGroup(2, "v : 1")
    synapses = Synapses(group, group)
    synapses.connect(j="k for k in range(2) if k")
    assert synapses.j[:].tolist() == [1, 1]
