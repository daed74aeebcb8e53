"""Random functions do the same on the numba target and on Brian's numpy target."""

from dataclasses import replace

import pytest

from reliability.functions import verdicts
from reliability.functions.description import PLACES, Case
from reliability.functions.features import FEATURES, features_of
from reliability.functions.harness import compare_batch
from reliability.functions.script import write
from reliability.functions.verdicts import judge

#: Which functions are drawn. Another release of hypothesis may draw others
SEED = 3
#: Of which hypothesis draws some twice
N_FUNCTIONS = 40


# Numba compiles some of them
@pytest.mark.long
@pytest.mark.timeout(900)
def test_functions_agree():
    batch = compare_batch(N_FUNCTIONS, SEED)
    for failure in batch.failures:
        pytest.fail(f"{failure.scripts['numba']}\n{failure.detail}")
    assert len(batch.compared) >= 20
    assert len(batch.features) > len(FEATURES) // 2
    # Both ways are taken, and few are left out
    assert min(batch.ways[way] for way in ("compiled", "Python")) >= 2
    assert batch.kinds["refused"] + batch.kinds["ill-conditioned"] < 5
    assert batch.kinds["for one number"] < 5


def case_of(*function, **keywords):
    """Return a case of a function of x."""
    empty = Case((), (), ("x",), False, "run_regularly", (), ((),), (), (), True)
    lines = ("@check_units(x=1, result=1)", "def f(x):", *function)
    return replace(empty, function=lines, **keywords)


@pytest.mark.parametrize("place", PLACES)
def test_each_place(place):
    case = case_of("    return 0.5*x", place=place)
    assert judge(case).kind == "identical"
    assert features_of(write(case, "numba")) & {
        name for name in FEATURES if name.startswith("in ")
    }


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ("0.5*x", "0.5000001*x", "cells.y"),
        ("seen = {}", "seen = {'f': 1}", "seen.f"),
        ("return", "raise IndexError('k') #", "IndexError: k (at 0 ms)"),
        ("net.run(2*", "net.run(3*", "cells.x"),
    ],
)
def test_differences_are_found(before, after, differs, monkeypatch):
    def changed(case, target, nudge=0.0):
        script = write(case, target, nudge)
        return script.replace(before, after) if target == "numba" else script

    monkeypatch.setattr(verdicts, "write", changed)
    verdict = judge(case_of("    return 0.5*x"))
    assert verdict.kind == "different"
    assert differs in verdict.detail


@pytest.mark.parametrize("raised", ['ValueError("too large")', "IndexError(7)"])
def test_exceptions_that_both_raise(raised):
    lines = "    if np.any(x > 2):", f"        raise {raised}", "    return x"
    assert judge(case_of(*lines)).kind == "raised"


def test_what_numpy_refuses_is_not_compared():
    verdict = judge(case_of("    return 1.0 if x > 0 else 0.0"))
    assert verdict.kind == "refused"
    assert "ambiguous" in verdict.detail
    for_one = case_of("    return 1.0 if x > 0 else 0.0", one_number=True)
    assert judge(for_one).kind == "identical"


def test_what_is_for_one_number_and_fails_as_with_numpy(monkeypatch):
    as_written = case_of("    return 1.0 if x > 0 else 0.0")

    def without_numba(case, target, nudge=0.0):
        return write(case if target == "numpy" else as_written, "numpy")

    monkeypatch.setattr(verdicts, "write", without_numba)
    assert judge(replace(as_written, one_number=True)).kind == "for one number"


@pytest.mark.parametrize(
    ("result", "kind"), [("0", "different"), ("np.sum(x)", "close")]
)
def test_what_means_something_else_for_arrays(result, kind, monkeypatch):
    case = case_of("    return np.array([x]).sum()", one_number=True)
    other = case_of(f"    return x*0 + {result}")

    def without_numba(case, target, nudge=0.0):
        return write(case if target == "numpy" else other, "numpy")

    monkeypatch.setattr(verdicts, "write", without_numba)
    assert judge(case).kind.replace("identical", "close") == kind


def test_changes_are_seen():
    case = case_of(
        "    return gain*x",
        definitions=("gain = 0.5",),
        assigned=("gain",),
        changes=(("gain = 2.0",),),
        within=((1, "gain = -1.0"),),
    )
    script = write(case, "numba")
    assert {"changed between runs", "changed within a run"} <= features_of(script)
    assert judge(case).kind == "identical"


def test_ill_conditioned():
    # The first neuron's x is where the floor of the sum is decided by rounding errors
    case = case_of("    return np.floor(1e14*np.sin(x) % 7)")
    nudged = verdicts.run_script(write(case, "numpy", 1e-14))
    exact = verdicts.run_script(write(case, "numpy"))
    assert nudged.values["cells", "y"].tolist() != exact.values["cells", "y"].tolist()
    assert verdicts._is_ill_conditioned(case, exact, {("cells", "y")})
    assert not verdicts._is_ill_conditioned(case, exact, {("cells", "x")})


def test_a_small_function_that_differs_is_reported(monkeypatch):
    def changed(case, target, nudge=0.0):
        script = write(case, target, nudge)
        return (
            script.replace("cells.x = [", "cells.x = [1 +")
            if (target == "numpy")
            else script
        )

    monkeypatch.setattr(verdicts, "write", changed)
    batch = compare_batch(N_FUNCTIONS, 1)
    (failure,) = batch.failures
    assert "cells.x" in failure.detail
    script = failure.scripts["numba"]
    assert "np." not in script.partition("def f")[2].partition("cells = ")[0]
