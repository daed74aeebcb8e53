"""Solutions of equations come from the store, and are those that sympy finds."""

import itertools

import brian2
import pytest
from brian2 import Equations, NeuronGroup, TimedArray, ms, prefs

from brian2numba.store import current_store

#: What others have compiled makes a difference
pytestmark = pytest.mark.usefixtures("empty_cache")

EQUATIONS = """
dv/dt = (g - v + drive) / tau : volt
dg/dt = -g / tau_g : volt
drive = 2*mV : volt
"""
CONSTANTS = {"tau": 10 * ms, "tau_g": 5 * ms}


# Brian remembers what it found for a group of the same name
_numbers = itertools.count()


def code(method="exact", equations=EQUATIONS, dt=0.1 * ms, options=None, **namespace):
    """Return the abstract code of a group's state update."""
    group = NeuronGroup(
        2,
        equations,
        name=f"solved_{next(_numbers)}",
        method=method,
        method_options=options,
        dt=dt,
        namespace={**CONSTANTS, **namespace},
    )
    group.state_updater.update_abstract_code({})
    return group.state_updater.abstract_code


@pytest.mark.parametrize(
    "method", ["exact", "exponential_euler", "euler", "rk2", "rk4", "heun"]
)
def test_what_is_stored_is_what_was_found(method):
    with_store = code(method)
    n_loaded = current_store().statistics.n_loaded
    assert code(method) == with_store
    assert current_store().statistics.n_loaded == n_loaded + 1
    prefs.codegen.runtime.numba.store_state_updates = False
    assert code(method) == with_store
    assert current_store().statistics.n_loaded == n_loaded + 1


def n_entries(action):
    """Return how many entries an action adds to the store."""
    before = current_store().statistics.n_published
    action()
    return current_store().statistics.n_published - before


def test_numbers_and_names_of_groups_do_not_matter():
    assert n_entries(code) == 1
    assert n_entries(lambda: code(tau=20 * ms)) == 0
    assert n_entries(lambda: code(dt=0.5 * ms)) == 0


OTHER = {
    "equation": {"equations": EQUATIONS.replace("-g /", "-2*g /")},
    "unit": {"equations": EQUATIONS.replace("volt", "1").replace("mV", "1")},
    "flag": {"equations": EQUATIONS.replace("dg/dt = -g / tau_g : volt", "g : volt")},
    "constant": {
        "equations": EQUATIONS.replace("drive = 2*mV : volt", "drive : volt (constant)")
    },
    "method": {"method": "euler"},
    "options": {"options": {"simplify": False}},
}


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_what_matters_is_part_of_the_key(change):
    code()
    assert n_entries(lambda: code(**change)) == 1


def test_an_unsupported_method_is_remembered():
    nonlinear = "dv/dt = -v**3 / tau : 1"
    method = ("exact", "euler")
    assert n_entries(lambda: code(method, nonlinear)) == 2
    n_loaded = current_store().statistics.n_loaded
    assert "v" in code(method, nonlinear)
    assert current_store().statistics.n_loaded == n_loaded + 2
    with pytest.raises(Exception, match=r"linear|support"):
        code("exact", nonlinear)


def test_functions_of_users_are_not_stored():
    @brian2.check_units(x=1, result=1)
    def f(x):
        return x

    assert n_entries(lambda: code("euler", "dv/dt = f(v) / tau : 1", f=f)) == 0


def test_a_timed_array_that_is_constant_for_some_steps_only():
    equations = "dv/dt = (wave(t) - v) / tau : 1"
    wave = TimedArray([1, 2], dt=1 * ms)
    assert n_entries(lambda: code("exact", equations, wave=wave)) == 1
    assert n_entries(lambda: code("exact", equations, wave=wave)) == 0
    # Whether it is constant during a step depends on the length of the step
    assert n_entries(lambda: code("exact", equations, dt=2 * ms, wave=wave)) == 1


def test_other_targets_are_left_alone():
    prefs.codegen.target = "numpy"
    assert n_entries(code) == 0


def test_methods_work_on_equations_alone():
    assert "v" in brian2.euler(Equations("dv/dt = -v / (10*ms) : 1"))
