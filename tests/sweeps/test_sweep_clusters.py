"""Sweeps on workers of dask, of which some have no disk in common."""

import pytest
from brian2 import ms, prefs

import brian2numba
from brian2numba.errors import SweepError
from brian2numba.store import current_store
from brian2numba.sweeps import dask_engine
from tests.sweeps import sweep_models
from tests.sweeps.sweep_models import GRID, build, run_built, simulate
from tests.sweeps.test_sweeps import assert_same_results

distributed = pytest.importorskip("distributed", reason="it tests sweeps on dask")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two workers in processes, with two threads each, and a cache of their own."""
    folders = [str(tmp_path_factory.mktemp("cache")) for _ in range(2)]
    workers = {
        k: {
            "cls": distributed.Nanny,
            "options": {
                "nthreads": 2,
                "env": {"BRIAN2NUMBA_CACHE_DIR": folder},
                "dashboard_address": None,
            },
        }
        for k, folder in enumerate(folders)
    }
    # Any port: another process of pytest may have the usual one
    scheduler = {"cls": distributed.Scheduler, "options": {"dashboard_address": ":0"}}
    with distributed.SpecCluster(workers, scheduler) as cluster:
        yield cluster


@pytest.fixture
def client(cluster, monkeypatch):
    # A loaded machine may take long for the first point, which the others wait for
    monkeypatch.setattr(dask_engine, "HEAD_START", 120.0)
    with distributed.Client(cluster) as client:
        client.wait_for_workers(2)
        yield client


def test_workers_without_a_common_disk_get_what_one_compiled(client):
    result = brian2numba.sweep(simulate, GRID, workers=client, seed=3)
    assert not result.errors
    works = [worker.work for worker in result.report.workers.values()]
    assert len(works) == 2
    compiled = sorted(work.compiled for work in works)
    assert compiled[0] == 0 < compiled[1] == works[0].n_kernels == works[1].n_kernels
    # This process has it, too
    assert len(list(current_store().entries())) >= compiled[1]
    assert brian2numba.sweep(simulate, GRID, workers=2, seed=3).report.n_failed == 0


def test_results_are_those_of_joblib(client):
    expected = brian2numba.sweep(simulate, GRID, workers=1, seed=3)
    assert_same_results(
        brian2numba.sweep(simulate, GRID, workers=client, seed=3), expected
    )


def test_a_network_that_is_built_once_and_functions_by_value(client):
    def run_longer(network, current, noise):
        return run_built(network, current, noise) | {"dt": 0.1 * ms}

    one, two = (
        brian2numba.sweep(run_longer, GRID, build=build, workers=workers)
        for workers in (client, 2)
    )
    assert_same_results(one, two)


@pytest.mark.long
def test_a_worker_that_is_killed_in_the_middle_costs_nothing(client, tmp_path):
    parameters = {"a": range(8), "folder": str(tmp_path), "always": False}
    result = brian2numba.sweep(sweep_models.dies, parameters, workers=client)
    assert (tmp_path / "died").exists()
    assert [point.results for point in result.points] == [
        {"result": 2 * a} for a in range(8)
    ]


def test_a_point_that_kills_its_workers_fails(client, tmp_path):
    parameters = {"a": [2], "folder": str(tmp_path)}
    allowed = client.run_on_scheduler(_allow_failures, n=0)
    with pytest.raises(SweepError) as raised:
        brian2numba.sweep(sweep_models.dies, parameters, workers=client)
    client.run_on_scheduler(_allow_failures, n=allowed)
    result = raised.value.result
    assert [point.status for point in result.points] == ["failed"]
    assert "The process that computed this point died" in result.errors[0].message


def _allow_failures(dask_scheduler, n):
    before = dask_scheduler.allowed_failures
    dask_scheduler.allowed_failures = n
    return before


def test_preferences_hold_on_workers(client):
    prefs.codegen.runtime.numba.random = "fast"
    result = brian2numba.sweep(sweep_models.preferences, [{}] * 4, workers=client)
    found = [point.results for point in result.points]
    assert [(f["target"], f["random"]) for f in found] == [("numba", "fast")] * 4


@pytest.mark.long
def test_an_asynchronous_client_and_a_cluster_are_refused(client):
    class Asynchronous(distributed.Client):
        asynchronous = True

        def __init__(self): ...

        def __del__(self): ...

    with pytest.raises(ValueError, match="The dask client is asynchronous"):
        brian2numba.sweep(simulate, GRID, workers=Asynchronous())
    with pytest.raises(TypeError, match=r"make a client: Client\(cluster\)"):
        brian2numba.sweep(simulate, GRID, workers=client.cluster)
