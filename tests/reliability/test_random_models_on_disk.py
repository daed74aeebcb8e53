"""Monitors of random models record the same, bit by bit, on disk and in memory."""

import pytest
from brian2 import prefs

from reliability.random_models.execution import run_script
from reliability.random_models.harness import drawn_models
from reliability.random_models.script import write
from reliability.values import differing

N_MODELS, SEED = 30, 12
NETWORK = "net = Network(collect())\n"
#: So few bytes that some rows leave memory in each run
TO_DISK = """
on_disk = [obj for obj in net.sorted_objects
           if isinstance(obj, (StateMonitor, EventMonitor, PopulationRateMonitor))]
if on_disk:
    brian2numba.record_to_disk(on_disk, {path!r}, block_bytes={n_bytes})
"""


# Each of them runs several times, with changes in between
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("n_bytes", [100, 10**6])
def test_random_models_record_on_disk(n_bytes, tmp_path):
    assert n_the_same(N_MODELS, SEED + n_bytes, n_bytes, tmp_path) > N_MODELS // 3


def n_the_same(n_models, seed, n_bytes, folder):
    """Compare models; return how many record something on disk."""
    # Models that are refused leave objects behind
    prefs.logging.warn_for_unused_objects = False
    prefs._backup()
    n_recording = 0
    for k, model in enumerate(drawn_models(n_models, seed)):
        script = write(model, "numba")
        assert NETWORK in script
        usual = run_script(script)
        path = str(folder / f"{k}.zarr")
        added = TO_DISK.format(path=path, n_bytes=n_bytes)
        other = run_script(script.replace(NETWORK, NETWORK + added))
        said = (other.error, other.message)
        assert said == (usual.error, usual.message), f"{script}\n{said}"
        differences = list(differing(other.values, usual.values, 0))
        assert not differences, f"{script}\n{differences}"
        n_recording += not usual.error and (folder / f"{k}.zarr").exists()
    return n_recording
