"""Points that are done quickly go to processes several at a time."""

import time
from concurrent.futures import Future

import pytest

import brian2numba
from brian2numba.sweeps import local_engine, worker
from brian2numba.sweeps.plan import Plan
from tests.sweeps.sweep_models import dies, noted


def quick(k):
    """Return at once."""
    return k


def plan_of(n):
    return Plan.of(quick, {"k": list(range(n))}, None, 0)


class Executor:
    """Computes at once, and keeps how many points it was given at a time."""

    def __init__(self, seconds):
        self.sizes = []
        self._seconds = seconds

    def submit(self, function, tasks, limit):
        self.sizes.append(len(tasks))
        future, outcomes = Future(), []
        for task in tasks:
            seconds = self._seconds(task.index)
            results = worker.encoded({"result": task.index}, "result")
            outcomes.append(worker.Outcome(task.index, results, seconds))
            if sum(outcome.seconds for outcome in outcomes) > limit:
                break
        future.set_result(outcomes)
        return future


def computed_by(executor, n):
    queue = local_engine._Queue(plan_of(n).tasks, 2)
    found = [outcome.index for outcome in queue.outcomes(executor)]
    assert not queue.has_tasks
    return found


def test_quick_points_go_together_and_share_the_end():
    executor = Executor(lambda index: 0.001)
    assert sorted(computed_by(executor, 1000)) == list(range(1000))
    assert executor.sizes[:1] == [1]
    assert max(executor.sizes) > 20
    assert executor.sizes[-4:] == [1] * 4
    assert len(executor.sizes) < 150


def test_slow_points_go_one_by_one():
    executor = Executor(lambda index: 0.2)
    assert sorted(computed_by(executor, 50)) == list(range(50))
    assert set(executor.sizes) == {1}


def test_points_after_a_slow_one_wait_for_whoever_is_free():
    executor = Executor(lambda index: 10.0 if index >= 300 else 0.001)
    assert sorted(computed_by(executor, 400)) == list(range(400))
    # From the first slow one on, none has others behind it
    n_quick = sum(size > 1 for size in executor.sizes)
    assert set(executor.sizes[n_quick + 20 :]) == {1}


def test_a_process_returns_what_it_has_after_a_while(monkeypatch):
    tasks = plan_of(5).tasks
    computed = []

    def compute(task):
        computed.append(task.index)
        time.sleep(0.02 if task.index == 2 else 0)
        return task.index

    monkeypatch.setattr(worker, "compute", compute)
    assert worker.compute_some(tasks, 0.01) == computed == [0, 1, 2]
    del computed[:]
    assert worker.compute_some(tasks[2:], 0.0) == computed == [2]


def test_each_point_has_its_results():
    result = brian2numba.sweep(quick, {"k": list(range(300))}, workers=2)
    assert [point.results["result"] for point in result.points] == list(range(300))
    assert result.report.n_failed == 0


def test_errors_cost_their_points_alone(tmp_path):
    parameters = {"a": list(range(200)), "folder": str(tmp_path), "bad": "7 77 177"}
    result = brian2numba.sweep(noted, parameters, workers=2)
    assert [error.parameters["a"] for error in result.errors] == [7, 77, 177]


@pytest.mark.long
def test_a_point_that_ends_its_process_costs_itself_alone(tmp_path):
    parameters = {"a": list(range(150)), "folder": str(tmp_path)}
    result = brian2numba.sweep(dies_at_70, parameters, workers=2)
    assert [error.parameters["a"] for error in result.errors] == [70]
    assert "The process that computed this point died" in result.errors[0].message


def dies_at_70(a, folder):
    """End the process at one of many points."""
    return dies(2, folder) if a == 70 else a
