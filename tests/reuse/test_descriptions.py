"""Descriptions leave out nothing that generation reads."""

import sys
from collections import defaultdict
from pathlib import Path

import brian2 as b2
import numpy as np
import pytest
from brian2.core.functions import Function
from brian2.core.preferences import BrianGlobalPreferences
from brian2.core.variables import Constant, Variable, Variables
from jinja2.meta import find_undeclared_variables

import brian2numba
from brian2numba.generation.generator import NumbaCodeGenerator
from brian2numba.generation.templater import NumbaTemplate
from brian2numba.reuse import forget, requests
from brian2numba.reuse.descriptions import (
    NotDescribedError,
    described,
    described_value,
    kind_of_number,
)
from brian2numba.reuse.owners import Aliases
from brian2numba.target import NumbaCodeObject
from tests.comparison import simulate
from tests.models import DETERMINISTIC, RANDOM

#: Two of the models take long when each look at a variable is noted
MODELS = {
    name: model
    for name, model in {**DETERMINISTIC, **RANDOM}.items()
    if name not in ("connection_patterns", "plastic_synapses")
}

#: What a description has of variables, or says by their class
OF_VARIABLES = {
    *("array", "conditional_write", "dim", "dtype", "expr", "identifiers", "name"),
    *("read_only", "scalar", "unique", "is_boolean", "is_integer"),
}
#: ... and of functions, which are those of the library
OF_FUNCTIONS = {
    *("_arg_names", "_arg_types", "_arg_units", "_return_type", "_return_unit"),
    *("auto_vectorise", "implementations", "stateless"),
}
#: What variables and functions are asked for that do not have it
OF_OTHERS = {"auto_vectorise", "conditional_write", "dtype", "dim", "name", "_name"}
#: It is None or not, which decides, and the names of owners are replaced
OWNER = {"owner"}
#: Python's own, and Brian's cache, whose keys have all there is, but for what is found
PYTHONS = {"__class__", "__dict__", "_state_tuple", "_cache_irrelevant_attributes"}
COPIES = {"__getstate__", "__reduce__", "__reduce_ex__", "__setstate__"}
#: Whether arrays are dynamic, which their class says
OF_ARRAYS = {"resize"}


@pytest.fixture
def reads(empty_cache, monkeypatch):
    """Return what generation reads of variables, functions and preferences."""
    forget()
    found, depth = defaultdict(set), []

    def watched(function):
        def watching(*args, **kwds):
            depth.append(function)
            try:
                return function(*args, **kwds)
            finally:
                depth.pop()

        return watching

    def noting(owner, method, name_of):
        original = getattr(owner, method)

        def noted(self, name):
            if depth:
                found[name_of(self)].add((name, sys._getframe(1).f_code.co_name))
            return original(self, name)

        monkeypatch.setattr(owner, method, noted)

    for owner, method in (
        (NumbaCodeGenerator, "__init__"),
        (NumbaCodeGenerator, "translate"),
        (NumbaTemplate, "__call__"),
    ):
        monkeypatch.setattr(owner, method, watched(getattr(owner, method)))
    for owner in (Variable, Function):
        noting(owner, "__getattribute__", lambda of: type(of).__name__)
    noting(BrianGlobalPreferences, "__getitem__", lambda _: "preferences")
    return found


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_generation_reads_what_is_described(model, reads):
    with b2.utils.logger.catch_logs():
        simulate(model, "numba")
    preferences = {name for name, _ in reads.pop("preferences")}
    described = {*requests._PREFERENCES, "core.default_float_dtype"}
    assert preferences <= described
    values = {where for name, where in reads.get("Constant", ()) if name == "value"}
    # The kind of a number, its sign, and whether single precision has it
    assert values <= {"of_variable", "is_natural", "_of_variable"}
    known = OF_VARIABLES | OF_FUNCTIONS | OF_OTHERS | OWNER | PYTHONS | COPIES
    for kind, names in reads.items():
        # The time step is a number that timed arrays are given
        read = {n for n, where in names if where not in ("_get_dt_", "get_value")}
        others = read - known - OF_ARRAYS
        assert others <= ({"value"} if kind == "Constant" else set()), kind


def test_templates_do_not_name_what_is_not_described():
    folder = Path(brian2numba.__file__).parent / "generation" / "templates"
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py_")]
    assert len(texts) > 20
    parse = NumbaCodeObject.templater.env.parse
    names = set().union(*(find_undeclared_variables(parse(text)) for text in texts))
    assert {"variables", "eventspace_variable"} <= names
    assert not names & requests.NEVER_READ


def description(**variables):
    return described(sorted(variables.items()), Aliases(variables, []))


def test_values_are_not_described():
    first, second = (Constant("x", value) for value in (1.5, 2.5))
    assert description(x=first) == description(x=second)
    assert description(x=first) != description(x=Constant("x", 2))
    assert description(x=first) != description(x=Constant("x", 1.5, b2.volt.dim))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1.5, "float"),
        (np.float64(1.5), "float"),
        (3, "integer"),
        (0, "integer"),
        (-3, "negative integer"),
        (True, "boolean"),
    ],
)
def test_kinds_of_numbers(value, kind):
    assert kind_of_number(Constant("x", value).value) == kind


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 1j, np.float32(1), "1"])
def test_what_no_slot_holds_is_not_described(value):
    with pytest.raises(NotDescribedError):
        kind_of_number(value)


def test_which_names_are_one_variable_is_described():
    one, other = (Constant("x", 1.5) for _ in range(2))
    assert description(x=one, y=one) != description(x=one, y=other)
    assert description(x=one, y=other) == description(x=other, y=one)


def test_a_class_that_is_not_known_is_not_described():
    class OtherConstant(Constant):
        pass

    with pytest.raises(NotDescribedError):
        description(x=OtherConstant("x", 1.5))


@pytest.mark.parametrize("value", [np.zeros(2), object(), [1], {1: object()}])
def test_what_a_template_is_given_may_not_be_described(value):
    with pytest.raises(NotDescribedError):
        described_value(value)


def test_numbers_and_truth_values_are_told_apart():
    assert len({described_value(value) for value in (1, True, 1.0, "1")}) == 4


# Names of objects


@pytest.fixture
def referring():
    """Return what gives variables that refer to a subexpression of an object."""
    groups = []

    def refer(name):
        groups.append(b2.NeuronGroup(2, "v : 1\nhalf = v/2 : 1", name=name))
        variables = Variables(None)
        variables.add_reference("half_post", groups[-1], "half")
        return dict(variables)

    return refer


def test_names_of_objects_are_left_out(referring):
    first, second = (Aliases(referring(name), []) for name in ("one", "another_1"))
    assert first.of("_half_post_one_v") == second.of("_half_post_another_1_v")
    assert first.of("_half_post_one_v") == "_half_post_<>_v"
    assert first.in_code("_half_post_one_v/2") == "_half_post_<>_v/2"
    assert first.are_in({"_half_post_one_v", "v"})
    assert not first.are_in({"v"})
    assert description(**referring("first")) == description(**referring("second_2"))


def test_names_of_objects_come_back(referring):
    aliases = Aliases(referring("one"), [])
    name = "_num_array__half_post_one_v"
    assert aliases.shortened()(name) == "_num_array__half_post_<>_v"
    assert aliases.lengthened()(aliases.shortened()(name)) == name


def test_names_stay_where_they_would_be_the_same(referring):
    variables = {**referring("one"), **referring("two")}
    (one,) = (v for n, v in variables.items() if n == "_half_post_one_v")
    aliases = Aliases(variables, [])
    assert aliases.owners == ("_one_", "_two_")
    assert not aliases
    assert aliases.of("_half_post_one_v") == "_half_post_one_v"
    # Nor may another name end with one of them
    aliases = Aliases({**referring("one"), "x_half_post_one_v": one}, [])
    assert aliases.owners == ("_one_",)
    # Or a name that code makes
    for name in ("_half_post_one_v", "x_half_post_one_v"):
        aliases = Aliases(referring("one"), [f"{name} = 1"])
        assert aliases.owners == ("_one_",)
