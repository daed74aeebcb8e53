"""Random models do the same on the numba target and on numpy."""

from dataclasses import replace

import numpy as np
import pytest

from reliability.random_models import verdicts
from reliability.random_models.description import (
    Model,
    Population,
    Projection,
    Settings,
)
from reliability.random_models.deviations import DEVIATIONS, Case
from reliability.random_models.dressing import dressed
from reliability.random_models.execution import Outcome, run_script
from reliability.random_models.features import FEATURES, features_of
from reliability.random_models.harness import Batch, compare_batch
from reliability.random_models.script import write
from reliability.random_models.verdicts import judge

#: Which models are drawn. Another release of hypothesis may draw others; where these
#: don't have all features, take other numbers
SEEDS = 11, 15
#: Of which hypothesis draws some twice
N_MODELS = 40


# It runs some 70 models on each of two targets
@pytest.mark.long
@pytest.mark.timeout(900)
def test_models_agree():
    batch = Batch()
    for seed in SEEDS:
        batch.add(compare_batch(N_MODELS, seed))
    for script, detail in batch.failures:
        pytest.fail(f"{script}\n{detail}")
    assert len(batch.verdicts) >= 60
    assert not set(FEATURES).difference(*map(features_of, batch.verdicts))
    # Of a few, both targets refuse all models
    assert len(set(FEATURES).difference(batch.features)) <= 3
    # They are not refused, or explained away. How many are the same in the last bit is
    # numpy's to say, whose functions are others in each release and on each processor
    assert batch.kinds["identical"] > len(batch.verdicts) // 3
    same = batch.kinds["identical"] + batch.kinds["close"]
    assert same > len(batch.verdicts) // 2
    assert batch.kinds["explained"] <= N_MODELS // 5


def small_model(drive="1.0", keywords=(), setup=(), actions=("net.run(4*DT)",)):
    """Return a model of four neurons."""
    flags = " (unless refractory)" if "refractory" in dict(keywords) else ""
    group = Population(
        "pop0",
        4,
        (f"dv/dt = ({drive} - v)/(4*DT) : 1{flags}", "p : 1"),
        (*keywords, ("method", '"euler"')),
        setup,
    )
    return Model("second/1024", (), (group,), (), (), actions, False, Settings())


def test_identical_models():
    assert judge(small_model()).kind == "identical"


def test_models_written_in_another_way():
    model = small_model(
        keywords=(("threshold", '"v > 0.75"'), ("reset", '"v = u"')),
        setup=("pop0.v = 'i % 2'", "pop0.u = 0.5"),
        actions=("net.run(4*DT)", 'pop0.v["v > 0.5"] = 0.25', "net.run(4*DT)"),
    )
    (group,) = model.populations
    group = replace(group, equations=(*group.equations, "u : 1"))
    others = ("m0 = SpikeMonitor(pop0, name='m0')",)
    for size in (4, 5, 6):
        other = replace(group, size=size, setup=group.setup)
        model = replace(model, populations=(other,), others=others)
        changed = dressed(model)
        assert "pop0.u" not in write(changed, "numba")
        assert judge(changed).kind == "identical"


def test_models_that_both_refuse():
    verdict = judge(small_model(actions=("pop0.w = 1",)))
    assert verdict.kind == "refused"
    assert "w" in verdict.detail


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ("(0.5 - v)", "(0.5000001 - v)", "pop0.v"),
        ("v > 0.5", "v > 0.7", "pop0.p"),
        ('seen["x"] = 1', 'seen["x"] = 2', "seen.x"),
        ("net.run(4*DT)", "net.run(5*DT)", "pop0.v"),
        ("net.run(4*DT)", "raise ValueError", "ValueError"),
    ],
)
def test_differences_are_found(before, after, differs, monkeypatch):
    model = small_model(
        drive="0.5",
        keywords=(("threshold", '"v > 0.5"'), ("reset", '"p += 1"')),
        setup=("pop0.v = [0.25, 0.75, 0.25, 0.625]",),
        actions=("net.run(4*DT)", 'seen["x"] = 1', 'seen["x"] = np.array(seen["x"])'),
    )
    assert judge(model).kind == "identical"

    def changed(model, target, nudge=0.0):
        script = write(model, target, nudge)
        return script.replace(before, after) if target == "numba" else script

    monkeypatch.setattr(verdicts, "write", changed)
    verdict = judge(model)
    assert verdict.kind == "unexplained"
    assert differs in verdict.detail


def test_numbers_of_synapses_in_numpy():
    pattern = "k for k in range(N_pre) if k <= j"
    connect = f"""syn0.connect(i="{pattern}", n="1 + i % 2")"""
    look = """seen["n"] = np.array([syn0.i[:], syn0.j[:]])"""
    synapses = Projection("syn0", "pop0", "pop0", ("w : 1",), (), (connect, look))
    model = replace(small_model(), projections=(synapses,))
    assert judge(model).deviation == "numbers of synapses in numpy"
    before, after = run_script(write(model, "numba")).values["seen", "n"]
    # As many as n says
    assert np.bincount(before).tolist() == [4, 6, 2, 2]
    assert np.all(before <= after)


def test_scalars_and_refractoriness_in_numpy():
    model = small_model(
        keywords=(("threshold", '"v > 2"'), ("refractory", "2*DT")),
        setup=('pop0.run_regularly("p = 0.5; v = p + 1")',),
    )
    assert judge(model).deviation == "scalars in numpy"
    assert set(run_script(write(model, "numba")).values["pop0", "p"]) == {0.5}


@pytest.mark.parametrize("value", ["0.5", "sqrt(0.25)"])
def test_scalars_and_conditions_in_numpy(value):
    look = 'seen["x"] = np.array(pop0.s["i > 1"])'
    model = small_model(actions=("net.run(4*DT)", look))
    (group,) = model.populations
    group = replace(group, equations=(*group.equations, f"s = {value} : 1"))
    model = replace(model, populations=(group,))
    assert judge(model).deviation == "scalars in numpy"
    seen = run_script(write(model, "numba")).values["seen", "x"]
    assert seen.tolist() == [0.5, 0.5]


def test_products_of_conditions_in_numpy():
    code = "v = int(b)*int((i > 0) and b)"
    model = small_model(setup=(f'pop0.run_at("{code}", times=[3]*DT)',))
    (group,) = model.populations
    group = replace(group, equations=(*group.equations, "b = (i == 1) : boolean"))
    model = replace(model, populations=(group,))
    assert judge(model).deviation == "products of conditions in numpy"
    after = run_script(write(model, "numba")).values["pop0", "v"]
    assert after.tolist() == [0.25, 1, 0.25, 0.25]


def delayed(on_pre, *actions):
    """Return a model whose neurons send spikes in each step, 12 steps long."""
    setup = ("syn0.connect(j='i')", "syn0.pre.delay = 12*DT")
    code = (("on_pre", f'"{on_pre}"'),)
    synapses = Projection("syn0", "pop0", "pop0", ("w : 1",), code, setup)
    model = small_model(keywords=(("threshold", '"True"'),), actions=actions)
    return replace(model, projections=(synapses,))


def test_spikes_under_way_at_longer_steps():
    actions = "net.run(20*DT)", "defaultclock.dt = 2*DT", "net.run(6*DT)"
    model = delayed("p_post += 1", *actions)
    assert judge(model).deviation == "spikes under way at longer steps"
    # 8 spikes of 20 arrived, and 5 that were under way
    assert set(run_script(write(model, "numba")).values["pop0", "p"]) == {13}


def test_spikes_under_way_before_a_step_without_any():
    # Due in 9 steps; that step and the one after it, without spikes, become one
    actions = "net.run(10*DT)", "defaultclock.dt = 2*DT", "net.run(12*DT)"
    model = delayed("p_post += 1", *actions)
    (group,) = model.populations
    in_one_step = '"t > 6.5*DT and t < 7.5*DT"'
    group = replace(group, keywords=(("threshold", in_one_step), *group.keywords[1:]))
    model = replace(model, populations=(group,))
    assert judge(model).deviation == "spikes under way at longer steps"
    assert set(run_script(write(model, "numba")).values["pop0", "p"]) == {1}


def test_a_synapse_twice_in_a_step():
    actions = "net.run(20*DT)", "syn0.pre.delay = 2*DT", "net.run(6*DT)"
    model = delayed("w += 1", *actions)
    assert judge(model).deviation == "a synapse twice in a step"
    assert set(run_script(write(model, "numba")).values["syn0", "w"]) == {8 + 6 + 4}


def test_integers_in_numpy():
    model = small_model(setup=('pop0.run_regularly("v = ceil(p); v += 0.25")',))
    assert judge(model).deviation == "integers in numpy"
    assert set(run_script(write(model, "numba")).values["pop0", "v"]) == {0.4375}


@pytest.mark.parametrize("group", ["synapses", "linked variable"])
def test_refractoriness_of_another_neuron(group):
    model = small_model(
        keywords=(
            ("threshold", '"v > 0.75"'),
            ("reset", '"v = 0"'),
            ("refractory", "2*DT"),
        ),
        setup=("pop0.v = [1, 0.25, 0.25, 1]",),
    )
    if group == "synapses":
        code = (("on_pre", '"v_post += 0.5*v_pre"'),)
        setup = ("syn0.connect(i=0, j=1)",)
        extra = Projection("syn0", "pop0", "pop0", ("w : 1",), code, setup)
        model = replace(model, projections=(extra,))
    else:
        extra = Population(
            "pop1",
            3,
            ("dv/dt = (z - v)/(4*DT) : 1", "z : 1 (linked)"),
            (("threshold", '"v > 2"'), ("refractory", '"v > 0.125"')),
            ('pop1.z = linked_var(pop0, "v", index=np.arange(3))',),
        )
        model = replace(model, populations=(*model.populations, extra))
    assert judge(model).deviation == "refractoriness of another neuron"


def sums_itself(name):
    """Return a model with a summed variable of its own values, by one of its names."""
    (group,) = small_model().populations
    group = replace(group, equations=(*group.equations, "I : 1", "s = I : 1"))
    equations = "w : 1", f"I_post = 1 + 0.5*{name}_pre : 1 (summed)"
    synapses = Projection("syn0", "pop0", "pop0", equations, (), ("syn0.connect()",))
    return replace(small_model(), populations=(group,), projections=(synapses,))


@pytest.mark.parametrize("name", ["I", "s"])
def test_a_summed_variable_of_itself(name):
    assert judge(sums_itself(name)).kind == "identical"


@pytest.mark.compiler
@pytest.mark.parametrize("name", ["I", "s"])
def test_a_summed_variable_of_itself_with_cython(name):
    verdict = judge(sums_itself(name), cython=True)
    assert verdict.deviation == "a summed variable of itself"


def case_of(model, result):
    """Return the case that numba had another result than numpy."""

    def run(nudge):
        return run_script(write(model, "numpy", nudge))

    return Case(model, result, run(0.0), "numpy", run)


def test_ill_conditioned():
    model = small_model(
        drive="0.5",
        keywords=(("threshold", '"v > 0.5"'), ("reset", '"v = 0"')),
        setup=("pop0.v = 0.5",),
    )
    # v is at the threshold, and half of the rounding errors make it spike
    above = run_script(write(model, "numpy", 1e-13))
    (ill_conditioned,) = (d for d in DEVIATIONS if d.name == "ill-conditioned")
    assert ill_conditioned.explains(case_of(model, above))
    other = {**above.values, ("pop0", "p"): np.ones(4)}
    assert not ill_conditioned.explains(case_of(model, Outcome(other)))


@pytest.mark.long
def test_a_small_model_that_differs_is_reported(monkeypatch):
    def changed(model, target, nudge=0.0):
        script = write(model, target, nudge)
        return (
            script.replace("net = ", "pop0.v = 4\nnet = ")
            if target == "numpy"
            else script
        )

    monkeypatch.setattr(verdicts, "write", changed)
    batch = compare_batch(N_MODELS, 1)
    ((script, detail),) = batch.failures
    assert "pop0.v" in detail
    assert "Synapses" not in script
