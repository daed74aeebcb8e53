"""Random models that run in two ways, which may not differ in any bit."""

from brian2 import prefs

from reliability.random_models.execution import run_script
from reliability.random_models.harness import drawn_models
from reliability.random_models.script import write
from reliability.values import differing


def outcome(script, preference, value):
    """Return what a script does with another value of a preference."""
    prefs[f"codegen.runtime.numba.{preference}"] = value
    # A script begins with what was kept
    prefs._backup()
    return run_script(script)


def compare_models(n_models, seed, preference, values):
    """Compare two values of a preference; return how many models are not refused."""
    # Models that are refused leave objects behind
    prefs.logging.warn_for_unused_objects = False
    prefs._backup()
    n_same = 0
    for model in drawn_models(n_models, seed):
        script = write(model, "numba")
        usual, other = (outcome(script, preference, value) for value in values)
        said = (other.error, other.message)
        assert said == (usual.error, usual.message), script
        differences = list(differing(other.values, usual.values, 0))
        assert not differences, f"{script}\n{differences}"
        n_same += not usual.error
    return n_same
