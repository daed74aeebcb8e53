"""What `benchmarks.adaptive` measures, and what readers call it."""

from __future__ import annotations

__all__ = ["ADAPTIVE", "FIXED", "FORMS", "GOALS", "STIFF", "TARGETS"]

#: Methods whose steps are the time step, ...
FIXED = ("euler", "exponential_euler", "rk2", "rk4")
#: ... and those that adapt their steps
ADAPTIVE = ("gsl_rk2", "gsl_rk4", "gsl_rkf45", "gsl_rkck", "gsl_rk8pd")
TARGETS = {
    "numba": "numba",
    "cython": "Cython with GSL",
    "standalone": "C++ standalone with GSL",
}
#: How many times as long as numba others should take
GOALS = {"cython": 8.0, "standalone": 4.0}
#: How the rates of gates are written
FORMS = {
    "exprel": "with `exprel`",
    "quotients": "quotients with `exp`, as in Brian's tests",
}
#: Stiff models by their names in `benchmarks.adaptive.models`
STIFF = {
    "van_der_pol": "van der Pol's oscillator, mu = 100",
    "calcium": "spikes with calcium and a fast buffer",
}
