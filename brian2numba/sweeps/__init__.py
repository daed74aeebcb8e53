"""
Parameter sweeps: a function for many points, on joblib's processes or dask's workers.

There is no scheduler here. `plan` says what is to be computed, `local_engine` and
`dask_engine` hand it to those who compute, `worker` is what they do, `folder` keeps
what comes of it, and `results` is what users get.
"""

from brian2numba.sweeps.results import Point, Report, SweepResult
from brian2numba.sweeps.sweep import sweep

__all__ = ["Point", "Report", "SweepResult", "sweep"]
