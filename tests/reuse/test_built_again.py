"""The same model built again generates nothing; another one finds nothing of it."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import brian2 as b2
import numpy as np
import pytest
from brian2 import NeuronGroup, Synapses, ms, mV, prefs
from brian2.codegen import translation
from brian2.codegen.generators import base
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.utils.logger import catch_logs

from brian2numba import pipeline
from brian2numba.compilation import compiler
from brian2numba.generation.generator import NumbaCodeGenerator
from brian2numba.generation.templater import NumbaTemplate
from brian2numba.reuse import code_objects, forget, identifiers
from brian2numba.reuse.comparison import Comparison, NotTheSameError
from brian2numba.store import current_store
from tests.reuse.built_again import generated, neurons, simulated, tables

__all__ = ["generated"]

ROOT = Path(__file__).parents[2]


def test_the_same_model_generates_nothing(generated):
    expected = simulated()
    assert len(generated) > 10
    generated.clear()
    assert simulated() == expected
    assert generated == []


def test_other_values_and_sizes_and_names_generate_nothing(generated):
    simulated()
    generated.clear()
    others = {"n": 8, "threshold": -55, "weight": 3, "name": "others"}
    found = simulated(**others)
    # Its number is a part of the code that sets the weights
    assert generated == ["group_variable_set_conditional"]
    prefs.codegen.runtime.numba.reuse_sources = False
    assert simulated(**others) == found


def test_without_the_preference_all_is_generated(generated):
    prefs.codegen.runtime.numba.reuse_sources = False
    expected = simulated()
    n_first = len(generated)
    assert simulated() == expected
    assert len(generated) == 2 * n_first
    assert all(not part for table in tables() for part in table)


def test_groups_in_a_loop(generated):
    groups, counts = [], []
    for k in range(3):
        # They stay, so that each one has another name
        groups.append(neurons(threshold=-50 - k))
        groups[-1].v = -52 * mV
        b2.Network(groups[-1]).run(1 * ms)
        counts.append(len(generated))
    assert counts[0] == counts[1] == counts[2] > 1
    assert len({group.name for group in groups}) == 3


def test_another_process_finds_the_sources(generated):
    expected = simulated()
    published = current_store().statistics.n_published
    generated.clear()
    compiler._compiled.clear()
    forget()
    assert simulated() == expected
    assert generated == []
    assert current_store().statistics.n_published == published


def test_keys_do_not_depend_on_chance(empty_cache):
    found = []
    for seed in ("1", "2"):
        result = subprocess.run(
            [sys.executable, "-m", "tests.reuse.built_again"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(result.stdout.split())
    assert len(found[0]) > 10
    assert found[1] == []


def test_without_a_store_the_process_knows_its_sources(generated, tmp_path):
    (tmp_path / "file").write_text("no directory")
    prefs.codegen.runtime.numba.cache_dir = str(tmp_path / "file")
    with catch_logs():
        expected = simulated()
        generated.clear()
        assert simulated() == expected
    assert generated == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"slots": 1}', b"\xff"])
def test_content_of_another_kind_is_no_source(content):
    assert code_objects.KnownSource.unpacked(content) is None


def changed(name, value):
    """Return an action that changes a preference."""
    return lambda: prefs.__setitem__(name, value)


#: What makes other kernels of some code
CHANGES = {
    "random": changed("codegen.runtime.numba.random", "fast"),
    "checked": changed("codegen.runtime.numba.checked", True),
    "invariants": changed("codegen.loop_invariant_optimisations", False),
    "precision": changed("core.default_float_dtype", np.float32),
}


# Brian compares what it looks for in arrays with a number too large for these
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_preference_is_seen(generated, change):
    simulated()
    n_first = len(generated)
    change()
    simulated()
    assert len(generated) == 2 * n_first
    found = simulated(name="the_same")
    gc.collect()
    prefs.codegen.runtime.numba.reuse_sources = False
    assert simulated(name="the_same") == found


def evaluated(code, equations="v : 1", **namespace):
    """Return what the variable v is after code that sets it."""
    group = NeuronGroup(3, equations, namespace=namespace)
    group.v = code
    return group.v[:].tolist()


#: Code, and two namespaces with which it has other kernels
OTHER_KINDS = {
    "integer and float": ("i // k", {"k": 2}, {"k": 0.5}),
    "integer and truth value": ("i * k", {"k": 2}, {"k": True}),
    "a sign": ("2 ** k", {"k": 3}, {"k": -3}),
    "constant and function": ("exp(-i) * k", {"k": 2}, {"exp": 0, "k": 2.0}),
}


@pytest.mark.parametrize(
    ("code", "first", "second"), OTHER_KINDS.values(), ids=OTHER_KINDS
)
def test_other_kinds_of_constants_are_seen(generated, code, first, second):
    if "exp" in second:
        second = {"k": 2.0}
    results = [evaluated(code, **names) for names in (first, second, first, second)]
    assert len(generated) == 2
    prefs.codegen.runtime.numba.reuse_sources = False
    assert [evaluated(code, **names) for names in (first, second)] == results[:2]
    assert results[2:] == results[:2]


EQUATIONS = {
    "type": ("v : 1\nx : 1", "v : 1\nx : integer"),
    "shared": ("v : 1\nx : 1", "v : 1\nx : 1 (shared)"),
    "expression": ("v : 1\nx = i + 1 : 1", "v : 1\nx = i + 2 : 1"),
    "subexpression of it": (
        "v : 1\ny = i + 1 : 1\nx = 2*y : 1",
        "v : 1\ny = i - 1 : 1\nx = 2*y : 1",
    ),
}


@pytest.mark.parametrize("pair", EQUATIONS.values(), ids=EQUATIONS)
def test_other_variables_are_seen(generated, pair):
    results = [evaluated("x + i/2", equations) for equations in (*pair, *pair)]
    assert len(generated) == 2
    assert results[2:] == results[:2]
    prefs.codegen.runtime.numba.reuse_sources = False
    assert [evaluated("x + i/2", equations) for equations in pair] == results[:2]


def test_two_names_for_one_variable_are_seen(generated):
    def connected(target):
        source = NeuronGroup(2, "v : 1", threshold="True", name="source")
        synapses = Synapses(
            source, target or source, on_pre="v_pre += 1; v_post *= 2", name="s"
        )
        synapses.connect(i=[0, 0], j=[0, 1])
        objects = [source, synapses, *([target] if target else [])]
        b2.Network(objects).run(0.2 * ms)
        return source.v[:].tolist()

    with catch_logs():
        alone = connected(None)
        other = connected(NeuronGroup(2, "v : 1", threshold="False", name="target"))
        assert alone != other
        prefs.codegen.runtime.numba.reuse_sources = False
        assert connected(None) == alone


# Errors and warnings


def test_units_that_depend_on_a_value_are_checked_each_time():
    def updated(exponent):
        group = NeuronGroup(1, "x : metre**2", namespace={"n": exponent})
        group.run_regularly("x = (2*metre)**n")
        b2.Network(group).run(0.1 * ms)
        return float(group.x[0])

    assert updated(2) == 4
    assert updated(2) == 4
    with pytest.raises(b2.BrianObjectException) as error:
        updated(3)
    assert isinstance(error.value.__cause__, b2.DimensionMismatchError)


def test_a_unit_that_changes_is_seen():
    def updated(step):
        group = NeuronGroup(1, "v : volt", namespace={"step": step})
        group.run_regularly("v += step")
        b2.Network(group).run(0.1 * ms)

    updated(1 * mV)
    with pytest.raises(b2.BrianObjectException) as error:
        updated(1 * ms)
    assert isinstance(error.value.__cause__, b2.DimensionMismatchError)


def test_warnings_come_each_time():
    def warned():
        group = NeuronGroup(2, "v : 1\nw : 1", threshold="True", name="warned")
        synapses = Synapses(group, group, on_pre="v_post += w_post; w_post = v_post")
        synapses.connect()
        with catch_logs() as logs:
            b2.Network(group, synapses).run(0.1 * ms)
        return [text for level, _, text in logs if level == "WARNING"]

    first = warned()
    assert "may not be well-defined" in first[0]
    assert warned() == warned() == first


# What is not known to depend on nothing else


def test_functions_of_users_are_looked_at_each_time(generated):
    def doubled(factor):
        @b2.check_units(x=1, result=1)
        def function(x):
            return factor * x

        return evaluated("function(i)", function=function)

    assert doubled(2) == [0, 2, 4]
    assert doubled(3) == [0, 3, 6]
    assert len(generated) == 2


def test_another_implementation_of_a_brian_function_is_seen(generated):
    assert evaluated("2*int(sin(i) > 2)") == [0, 0, 0]
    sin = DEFAULT_FUNCTIONS["sin"].implementations
    brians = dict(sin._implementations)
    sin.add_implementation("numba", "def sin(x):\n    return 5.0")
    try:
        assert evaluated("2*int(sin(i) > 2)") == [2, 2, 2]
    finally:
        sin._implementations.clear()
        sin._implementations.update(brians)
    assert evaluated("2*int(sin(i) > 2)") == [0, 0, 0]


def test_timed_arrays_and_binomial_functions_are_known(generated):
    def run(values, p):
        b2.seed(3)
        drive = b2.TimedArray(values, dt=1 * ms)
        draws = b2.BinomialFunction(5, p)
        group = NeuronGroup(
            3,
            "dv/dt = (drive(t) - v)/ms + draws()/ms : 1",
            method="euler",
            namespace={"drive": drive, "draws": draws},
        )
        b2.Network(group).run(3 * ms)
        return group.v[:].tolist()

    first = run([1.0, 2, 3], 0.25)
    n_first = len(generated)
    second = run([5.0, 7], 0.75)
    assert len(generated) == n_first
    assert second != first
    prefs.codegen.runtime.numba.reuse_sources = False
    assert run([5.0, 7], 0.75) == second


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (NumbaCodeGenerator, "translate_expression"),
        (NumbaTemplate, "__call__"),
        (pipeline, "kernel_source"),
        (translation, "optimise_statements"),
        (base, "make_statements"),
    ],
)
def test_what_is_made_by_something_else_is_not_known(
    generated, monkeypatch, owner, name
):
    evaluated("i + 0.5")
    original = getattr(owner, name)
    with monkeypatch.context() as context:
        # Another function, as somebody may put there
        other = lambda *args, **kwds: original(*args, **kwds)  # noqa: E731, PLW0108
        context.setattr(owner, name, other)
        for _ in range(2):
            evaluated("i + 0.5")
            evaluated("i + 0.25")
        assert len(generated) == 5
    evaluated("i + 0.5")
    assert len(generated) == 5
    # Nor was it kept
    evaluated("i + 0.25")
    assert len(generated) == 6


def test_who_has_replaced_the_method_is_asked_each_time(generated):
    class Device:
        code_object_class = b2.get_device().code_object_class
        asked = 0

        def code_object(self, owner, name, *args, **kwds):
            Device.asked += 1
            return type(b2.get_device()).code_object(
                b2.get_device(), owner, name, *args, **kwds
            )

    device = Device()
    code_objects.attach_known_sources(device)
    group = NeuronGroup(2, "v : 1")
    for _ in range(2):
        device.code_object(
            owner=group,
            name="any*",
            abstract_code={None: "v = 0.5*i"},
            variables={n: group.variables[n] for n in ("v", "i", "N")},
            template_name="stateupdate",
            variable_indices=group.variables.indices.copy(),
        )()
    assert Device.asked == len(generated) == 2
    assert group.v[:].tolist() == [0, 0.5]


# What is kept


def test_nothing_of_a_model_is_kept():
    def build_and_run():
        group = neurons()
        b2.Network(group).run(0.1 * ms)
        return [weakref.ref(o) for o in (group, group.variables["v"])]

    # Python 3.12 keeps the variables of a frame that was looked at as long as the frame
    references = build_and_run()
    gc.collect()
    assert [reference() for reference in references] == [None, None]
    kept = list(tables())
    while kept:
        part = kept.pop()
        if isinstance(part, code_objects.KnownSource):
            part = vars(part)
        if isinstance(part, dict):
            kept += [*part.keys(), *part.values()]
        elif isinstance(part, (list, tuple, frozenset)):
            kept += part
        else:
            plain = (str, int, float, bool, type(None))
            assert isinstance(part, plain) or part in (np.float64, np.float32)


def test_the_tables_are_bounded(monkeypatch):
    for table in (identifiers._found, code_objects._known._table):
        monkeypatch.setattr(table, "_size", 10)
    for k in range(40):
        evaluated(f"{k}*i + 0.25")
    for new, old in tables():
        assert 0 < len(new) <= 10
        assert len(old) <= 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX systems fork")
def test_a_forked_process_finds_what_its_parent_knew(generated):
    expected = simulated()
    generated.clear()
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if simulated() == expected and not generated else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0


def test_other_targets_know_nothing():
    prefs.codegen.target = prefs.codegen.string_expression_target = "numpy"
    forget()
    assert evaluated("i + 0.5") == [0.5, 1.5, 2.5]
    assert all(not part for table in tables() for part in table)


# The mode that compares


def test_what_is_found_is_compared():
    forget()
    with Comparison.switched_on():
        before = Comparison.n_compared
        expected = simulated()
        assert simulated() == expected
        assert Comparison.n_compared > before + 100


def test_a_source_that_is_another_one_is_noticed():
    forget()
    evaluated("i + 0.5")
    table = code_objects._known._table._new
    ((key, known),) = [(k, v) for k, v in table.items() if "0.5" in v.text]
    table[key] = code_objects.KnownSource(
        **{**vars(known), "text": known.text.replace("0.5", "0.25")}
    )
    assert evaluated("i + 0.5") == [0.25, 1.25, 2.25]
    with Comparison.switched_on(), pytest.raises(NotTheSameError, match="source of"):
        evaluated("i + 0.5")
    forget()


def test_names_that_are_other_ones_are_noticed():
    forget()
    b2.prefs.codegen.runtime.numba.prepare = "always"
    network = b2.Network(neurons())
    network.run(0.1 * ms)
    known = identifiers._found._new
    for key, names in known.items():
        if key[0] == "names":
            known[key] = names[0], names[1], frozenset({"nothing"})
    with Comparison.switched_on(), pytest.raises(b2.BrianObjectException) as error:
        network.run(0.1 * ms)
    assert isinstance(error.value.__cause__, NotTheSameError)
    forget()
