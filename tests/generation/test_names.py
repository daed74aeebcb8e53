"""No name of a model is taken for one that generated code has for itself."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2 import Network, NeuronGroup, Synapses, check_units, ms, prefs
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.utils.stringtools import get_identifiers

from brian2numba import pipeline
from brian2numba.generation import library, names
from reliability.names.trials import TRIALS
from reliability.names.verdicts import verdicts
from reliability.names.words import words
from tests.comparison import simulate
from tests.models import DETERMINISTIC, RANDOM

#: Names that were taken for those of generated code, or may well be one day
TELLING = """
min max range kernel abs any all idx end start stop mask first target n new slots
details table exp2 pow main malloc memcpy llvm double register int64 float64 np math
numba lock nan
"""

#: How many of the other words are tried in a place: some take long to make models of
N_OTHERS = {
    "variables": 50,
    "synaptic_variables": 50,
    "constants": 90,
    "functions": 60,
    "temporaries": 60,
    "iterated": 0,
    "groups": 0,
}
N_OF_A_MODEL = 40


def names_for(place):
    """Return the names to try: other ones in each place."""
    telling = TELLING.split()
    others = [word for word in words() if word not in telling]
    first = sorted(TRIALS).index(place)
    step = len(others) // (N_OTHERS[place] + 1)
    chosen = telling if N_OTHERS[place] else telling[4:12]
    return chosen + others[first::step][: N_OTHERS[place]]


@pytest.mark.long
@pytest.mark.parametrize("place", TRIALS)
def test_names(place):
    tried = names_for(place)
    found = []
    for k in range(0, len(tried), N_OF_A_MODEL):
        found += verdicts(place, tried[k : k + N_OF_A_MODEL])
    assert [verdict.name for verdict in found if verdict.kind == "different"] == []
    working = [verdict.name for verdict in found if verdict.kind == "works"]
    assert len(working) > 0.8 * len(tried)


# What is ours


def test_words_of_kernels_begin_with_one_underscore():
    for name in library.namespace().keys() - library.OF_SOURCES.keys():
        assert re.match(r"_[^_]", name), name


def test_templates_have_no_other_names():
    folder = Path(str(files("brian2numba.generation") / "templates"))
    for file in folder.rglob("*.py_"):
        text = file.read_text(encoding="utf-8")
        # Fields of records and members of enums are no names of their own
        text = re.sub(r"\{[#%{].*?[#%}]\}|#.*|\.\w+", "", text, flags=re.DOTALL)
        others = {name for name in get_identifiers(text) if not name.startswith("_")}
        words_of_python = (
            "and break continue else elif for if in not or pass return while"
        )
        # What a refractory period is compared with, which no model calls otherwise
        brians = {"t", "dt", "lastspike", "not_refractory"}
        others -= brians if file.name == "releases.py_" else set()
        # The time within a step is what a model calls so
        others -= {"t"} if file.name == "adaptive_steps.py_" else set()
        assert others <= {*words_of_python.split(), "True", "False"}, file.name


@pytest.mark.parametrize("name", sorted({*DETERMINISTIC, *RANDOM}))
def test_kernels_have_no_other_names(name, monkeypatch):
    sources, made = [], pipeline.kernel_source

    def kept(*arguments):
        sources.append((arguments[0], made(*arguments)))
        return sources[-1][1]

    monkeypatch.setattr(pipeline, "kernel_source", kept)
    simulate({**DETERMINISTIC, **RANDOM}[name], "numba", 0.2 * ms)
    assert sources
    for codeobj, source in sources:
        kernel = ast.parse(source.text).body[-1]
        found = {node.id for node in ast.walk(kernel) if isinstance(node, ast.Name)}
        own = {n for n in found if not n.startswith("_")}
        brians = get_identifiers(source.model_code)
        assert own <= codeobj.variables.keys() | brians


# What is the model's


def test_numbers_of_a_script_may_begin_with_an_underscore():
    _end, _idx = 2.5, 1.0
    group = NeuronGroup(3, "v : 1")
    group.run_regularly("v = v + _end + _idx*i", name="adder")
    network = Network(group)
    network.run(0.1 * ms)
    assert group.v[:].tolist() == [2.5, 3.5, 4.5]
    group.v = "_end*i"
    assert group.v[:].tolist() == [0, 2.5, 5]


def test_what_a_generator_goes_through_may_begin_with_an_underscore():
    group = NeuronGroup(3, "v : 1")
    synapses = Synapses(group, group)
    synapses.connect(j="_start for _start in range(i, 3) if _start != 1")
    assert synapses.j[:].tolist() == [0, 2, 2, 2]


def test_what_a_function_refers_to_is_no_variable_of_a_template():
    target = 5.0

    @check_units(x=1, result=1)
    def first(x):
        return x + target

    group = NeuronGroup(3, "total : 1")
    synapses = Synapses(group, group, "w : 1\ntotal_post = first(w) : 1 (summed)")
    synapses.connect(i=[0, 1], j=[1, 2])
    Network(group, synapses).run(0.1 * ms)
    assert group.total[:].tolist() == [0, 5, 5]


def test_variables_with_the_name_of_a_group_in_their_own():
    group = NeuronGroup(3, "v : 1\ng = 2*v : 1", threshold="True", reset="", name="a")
    group.v = "i"
    synapses = Synapses(
        group,
        group,
        "x_a_y : 1\nz : 1",
        on_pre="x_of_y = 2 + 0*g_post; x_a_y += x_of_y; xx_a_yz = 3; z = xx_a_yz",
    )
    synapses.connect(j="i")
    synapses.x_a_y = 1
    Network(group, synapses).run(0.1 * ms)
    assert synapses.x_a_y[:].tolist() == [3, 3, 3]
    assert synapses.z[:].tolist() == [3, 3, 3]


def test_names_of_two_functions_with_namespaces_that_are_alike():
    @brian2.implementation(
        "numba", "def f(x):\n    return x + g_x", namespace={"g_x": 1}
    )
    @check_units(x=1, result=1)
    def f(x):
        raise NotImplementedError

    @brian2.implementation(
        "numba", "def f_g(z):\n    return z + x", namespace={"x": 16}
    )
    @check_units(z=1, result=1)
    def f_g(z):
        raise NotImplementedError

    group = NeuronGroup(1, "v : 1")
    group.v = "f(0) + 100*f_g(0)"
    assert group.v[0] == 1601


def test_names_of_functions():
    assert names.function_name("f") == names.function_name("_f") == "__f"
    assert names.models_name("f") == "f"
    assert names.models_name("_f") == "__f"


# Functions that a script has from Brian


def functions_of_brian():
    """Return what `from brian2 import *` brings and equations may call."""
    return sorted(
        name
        for name, thing in vars(brian2).items()
        if hasattr(thing, "_arg_units") and hasattr(thing, "_return_unit")
    )


def values_of(name, target):
    """Return the values of a function of Brian's, or the kind of error."""
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    given = getattr(brian2, name)
    namespace = {} if name in DEFAULT_FUNCTIONS else {name: given}
    arguments = ", ".join(["x"] * len(given._arg_units))
    group = NeuronGroup(6, "x : 1\ny : 1", namespace=namespace)
    group.x = [-0.75, 0, 0.25, 1, 1.5, np.nan]
    group.run_regularly(f"y = {name}({arguments})")
    try:
        Network(group).run(0.1 * ms, namespace={})
    except Exception as error:
        return type(error)
    return group.y[:]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", functions_of_brian())
def test_functions_of_brian(name):
    expected = values_of(name, "numpy")
    if not isinstance(expected, type):
        prefs.codegen.runtime.numba.functions = "compiled"
    found = values_of(name, "numba")
    if isinstance(expected, type):
        assert found is expected
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_functions_of_brian_are_known():
    known = {"arcsinh", "arccosh", "arctanh", "ones_like", "zeros_like"}
    assert known <= set(functions_of_brian()) - set(DEFAULT_FUNCTIONS)
