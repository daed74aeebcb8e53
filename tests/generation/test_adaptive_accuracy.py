"""Stiff models keep the error that is allowed, compared with solutions of 12 digits."""

import functools

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, StateMonitor, ms
from scipy.integrate import solve_ivp

from tests.adaptive_models import METHODS

#: What belongs together: equations, the same for scipy (of time in ms), where they
#: start, and how long the time steps are, in ms
MODELS = {
    # A buffer takes calcium up a thousand times faster than a pump
    "fast and slow reactions": (
        """dc/dt = (0.05 - 300*c*(1 - b) + 30*b - 0.3*c)/ms : 1
        db/dt = (300*c*(1 - b) - 30*b)/ms : 1""",
        lambda t, y: [
            0.05 - 300 * y[0] * (1 - y[1]) + 30 * y[1] - 0.3 * y[0],
            300 * y[0] * (1 - y[1]) - 30 * y[1],
        ],
        {"c": 0.5, "b": 0.1},
        0.5,
    ),
    # What is slow is followed by what is fast
    "fast relaxation": (
        """dx/dt = (-1000*(x - cos(a)) - sin(a))/ms : 1
        da/dt = 1/ms : 1""",
        lambda t, y: [-1000 * (y[0] - np.cos(y[1])) - np.sin(y[1]), 1],
        {"x": 0, "a": 0},
        0.5,
    ),
    # Long rests, and jumps between them
    "van der Pol": (
        """dx/dt = y/ms : 1
        dy/dt = (100*(1 - x**2)*y - x)/ms : 1""",
        lambda t, y: [y[1], 100 * (1 - y[0] ** 2) * y[1] - y[0]],
        {"x": 2, "y": 0},
        1,
    ),
}
N_STEPS = 24
#: The error is that of a step: where the estimate is close, those of many steps add up
WORSE = {"gsl_rk4": 15, "gsl_rkck": 2}


def traces(name, **keywords):
    """Return the variables after each time step."""
    equations, _, start, dt = MODELS[name]
    group = NeuronGroup(1, equations, dt=dt * ms, **keywords)
    for variable, value in start.items():
        setattr(group, variable, value)
    monitor = StateMonitor(group, list(start), record=True, when="end", dt=dt * ms)
    Network(group, monitor).run(N_STEPS * dt * ms)
    return np.array([getattr(monitor, variable)[0] for variable in start])


@functools.cache
def solution(name, method):
    """Return what scipy computes, with errors of 1e-12."""
    _, slopes, start, dt = MODELS[name]
    times = dt * np.arange(N_STEPS + 1)
    found = solve_ivp(
        slopes,
        (0, times[-1]),
        list(start.values()),
        method,
        times,
        rtol=1e-12,
        atol=1e-12,
    )
    assert found.success
    return found.y[:, 1:]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MODELS)
def test_error_is_kept(name, method):
    for error in (1e-4, 1e-5) if method == "gsl_rk2" else (1e-4, 1e-6, 1e-8):
        options = {"absolute_error": error, "max_steps": 0}
        found = traces(name, method=method, method_options=options)
        largest = np.abs(found - solution(name, "Radau")).max()
        assert largest <= error * WORSE.get(method, 1)


@pytest.mark.parametrize("name", MODELS)
def test_solutions_agree(name):
    one, other = solution(name, "Radau"), solution(name, "DOP853")
    np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", MODELS)
def test_other_methods_do_not_keep_it(name):
    exact = solution(name, "Radau")
    for method in ("rk4", "exponential_euler"):
        with np.errstate(all="ignore"):
            found = traces(name, method=method)
        assert not np.abs(found - exact).max() <= 1e-6
