"""Steps that adapt to an error: the library's rules, written down a second time."""

import math

import numpy as np
import pytest

from brian2numba.generation.tableaus import TABLEAUS
from brian2numba.kernels.adaptive_steps import (
    LANES,
    NO_ERROR,
    TOO_LARGE,
    Doing,
    Journal,
    Lanes,
    Limits,
    end_trial,
    note_failure,
    set_out,
)
from brian2numba.language import Pointer, Record, address_of, float64, int64
from brian2numba.operations import operation

WAYS = ["call", "python_call"]
ADAPTIVE = sorted(TABLEAUS)


class Problem(Record):
    """Two equations for each of some lanes, and what is needed to integrate them."""

    n_lanes: int64
    n_stages: int64
    order: float64
    nodes: Pointer[float64]
    weights: Pointer[float64]
    error: Pointer[float64]
    allowed: Pointer[float64]
    longest: float64
    most_steps: int64
    adapts: int64
    t: float64
    dt: float64
    numbers: Pointer[float64]
    whole: Pointer[int64]
    #: Rows of lanes: for each variable, and for each variable of each stage
    state: Pointer[float64]
    trial: Pointer[float64]
    slopes: Pointer[float64]
    #: How fast each lane is, and where it has a singularity
    speeds: Pointer[float64]
    poles: Pointer[float64]


@operation
def integrate(problem: Problem, journal: Journal):  # noqa: PLR0912 (one function)
    """Integrate x' = speed*y/(pole - t), y' = -speed*x over a time step.

    This is what generated code does, for each lane. (Operations can call functions of
    the package only.)
    """
    limits = Limits(
        problem.order, problem.longest, problem.most_steps, problem.adapts != 0
    )
    numbers, whole, n_stages = problem.numbers, problem.whole, problem.n_stages
    lanes = Lanes(
        whole,
        whole + LANES,
        whole + 2 * LANES,
        numbers,
        numbers + LANES,
        numbers + 2 * LANES,
        numbers + 3 * LANES,
        whole + 3 * LANES,
        whole + 4 * LANES,
    )
    state, trial, slopes = problem.state, problem.trial, problem.slopes
    for k in range(LANES):
        lanes.doing[k] = Doing.IS_IDLE
        lanes.length[k] = 0.0
        if k < problem.n_lanes:
            set_out(lanes, limits, k, problem.t, problem.dt)
    n_going = problem.n_lanes
    while n_going > 0:
        for k in range(problem.n_lanes):
            length, worst, is_lost = lanes.length[k], NO_ERROR, False
            # The slopes of each stage, the solution, and the error
            for row in range(n_stages + 2):
                weights = problem.weights + row * n_stages
                if row == n_stages + 1:
                    weights = problem.error
                for i in range(2):
                    total = 0.0
                    for stage in range(min(row, n_stages)):
                        if weights[stage] != 0.0:
                            total += (
                                weights[stage] * slopes[(2 * stage + i) * LANES + k]
                            )
                    if row <= n_stages:
                        trial[i * LANES + k] = state[i * LANES + k] + length * total
                    else:
                        ratio = abs(length * total) / problem.allowed[i]
                        worst = ratio if ratio > worst else worst
                if row < n_stages:
                    left = problem.poles[k] - lanes.t[k] - problem.nodes[row] * length
                    speed, first = problem.speeds[k], 2 * row * LANES + k
                    slopes[first] = speed * trial[LANES + k] / left
                    slopes[first + LANES] = -speed * trial[k]
            for i in range(2):
                before, after = state[i * LANES + k], trial[i * LANES + k]
                is_lost |= after != after and before == before  # noqa: PLR0124
            lanes.worst[k] = math.inf if is_lost and worst <= TOO_LARGE else worst
            if lanes.worst[k] <= TOO_LARGE:
                for i in range(2):
                    state[i * LANES + k] = trial[i * LANES + k]
        failed = end_trial(lanes, limits, problem.t + problem.dt)
        if failed < LANES:
            note_failure(journal, lanes, failed)
            return failed + 1
        n_going = 0
        for k in range(LANES):
            n_going += lanes.doing[k] == Doing.IS_ON_ITS_WAY
    return 0


class Group:
    """Elements that are integrated together, with what they need for it."""

    def __init__(self, name, speeds, poles=None, **limits):
        self.name = name
        self.speeds = np.array(speeds, float)
        n = len(self.speeds)
        self.poles = np.full(n, 1e3) if poles is None else np.array(poles, float)
        self.limits = {"allowed": 1e-6, "longest": 1.0, "most_steps": 0, "adapts": True}
        self.limits |= limits
        self.state = np.array([np.linspace(1, 2, n), np.linspace(-1, 0.5, n)])
        self.lengths = np.full(n, self.limits["longest"])
        self.n_steps, self.n_failed = np.zeros((2, n), int)
        self.doing = np.zeros(n, int)
        self.t = 0.0
        self.journal = Journal()

    def step(self, way, dt=1.0):
        """Integrate over a time step with the kernels; return what they return."""
        tableau, n = TABLEAUS[self.name], len(self.speeds)
        numbers, whole = np.full((4, LANES), np.nan), np.full((5, LANES), 77)
        numbers[2, :n] = self.lengths
        state = np.full((2, LANES), np.nan)
        state[:, :n] = self.state
        arrays = {
            "nodes": tableau.nodes,
            "weights": np.ascontiguousarray(tableau.weights),
            "error": tableau.error,
            "allowed": np.full(2, self.limits["allowed"]),
            "numbers": numbers,
            "whole": whole,
            "state": state,
            "trial": np.full((2, LANES), np.nan),
            "slopes": np.full((tableau.n_stages, 2, LANES), np.nan),
            "speeds": self.speeds,
            "poles": self.poles,
        }
        problem = Problem()
        for field, array in arrays.items():
            setattr(problem, field, array.ctypes.data)
        problem.n_lanes, problem.n_stages = n, tableau.n_stages
        problem.order, problem.t, problem.dt = tableau.order, self.t, dt
        for field in ("longest", "most_steps", "adapts"):
            setattr(problem, field, self.limits[field])
        with np.errstate(all="ignore"):
            found = getattr(integrate, way)(
                address_of(problem), address_of(self.journal)
            )
        self.doing, self.n_steps, self.n_failed = whole[[0, 3, 4], :n]
        self.lengths, self.state = numbers[2, :n].copy(), state[:, :n].copy()
        self.t += dt
        return found

    def step_by_rules(self, dt=1.0):
        """Integrate each element by itself, by the library's rules."""
        for k in range(len(self.speeds)):
            found = integrated_alone(self, k, self.t, self.t + dt)
            self.state[:, k], self.lengths[k] = found[:2]
            self.n_steps[k], self.n_failed[k] = found[2:]
        self.t += dt


def slope(group, k, t, y):
    speed = group.speeds[k]
    return np.array([speed * y[1] / (group.poles[k] - t), -speed * y[0]])


def tried(group, k, t, length, y):
    """Return where a step leads, and its largest error in units of what is allowed."""
    tableau, slopes = TABLEAUS[group.name], []
    for node, row in zip(tableau.nodes, tableau.weights, strict=True):
        moved = sum((w * s for w, s in zip(row, slopes, strict=False) if w), 0 * y)
        slopes.append(slope(group, k, t + node * length, y + length * moved))
    error = sum(w * s for w, s in zip(tableau.error, slopes, strict=False) if w)
    ratios = np.abs(length * error) / group.limits["allowed"]
    return y + length * moved, max(2.2250738585072014e-308, *ratios)


def integrated_alone(group, k, t, end):
    """Return state, next length and numbers of steps of an element by itself."""
    order, longest = TABLEAUS[group.name].order, group.limits["longest"]
    y, length, n, failed = group.state[:, k], group.lengths[k], 0, 0
    while end - t > 0:
        rest, h = end - t, length
        while True:
            final = h > rest
            h = rest if final else h
            new, worst = tried(group, k, t, h, y)
            reached = end if final else t + h
            if worst <= 1.1:
                break
            h *= max(0.9 / worst ** (1 / order), 0.2)
            assert reached + h != reached
            failed += 1
        if not final:
            length = h
            if worst < 0.5:
                length *= min(max(0.9 / worst ** (1 / (order + 1)), 1.0), 4.9)
        t, y, length, n = reached, new, min(length, longest), n + 1
    return y, length, n, failed


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ADAPTIVE)
def test_steps_are_those_of_the_rules(name, way):
    speeds = [0.3, 1, 30, 70, 0, 300, 2, 0.1]
    group, alone = Group(name, speeds), Group(name, speeds)
    for _ in range(5):
        assert group.step(way) == 0
        alone.step_by_rules()
        assert group.n_steps.tolist() == alone.n_steps.tolist()
        assert group.n_failed.tolist() == alone.n_failed.tolist()
        # What is planned feels each last digit of an error
        np.testing.assert_allclose(group.lengths, alone.lengths, rtol=1e-6)
        np.testing.assert_allclose(group.state, alone.state, rtol=1e-10)
    assert group.n_steps.max() > 3
    assert (group.doing == Doing.HAS_ARRIVED).all()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n", [1, 3, 7, LANES])
def test_elements_do_not_depend_on_their_neighbours(n, way):
    speeds = (2 * [30, 1, 0.1, 5, 8, 2, 0, 4])[:n]
    together = Group("rkf45", speeds)
    assert together.step(way) == 0
    for k in range(n):
        alone = Group("rkf45", speeds)
        alone.speeds, alone.poles = alone.speeds[[k]], alone.poles[[k]]
        alone.state, alone.lengths = alone.state[:, [k]], alone.lengths[[k]]
        assert alone.step(way) == 0
        assert alone.state[:, 0].tolist() == together.state[:, k].tolist()
        assert alone.n_steps[0] == together.n_steps[k]


@pytest.mark.parametrize("way", WAYS)
def test_python_and_machine_code_take_the_same_steps(way):
    found = [Group("rk8pd", [3, 40, 1]) for _ in WAYS]
    for group, each in zip(found, WAYS, strict=True):
        group.step(each)
    assert found[0].n_steps.tolist() == found[1].n_steps.tolist()
    np.testing.assert_allclose(found[0].state, found[1].state, rtol=1e-13)


@pytest.mark.parametrize("way", WAYS)
def test_last_step_says_nothing_of_the_next_one(way):
    group = Group("rkf45", [0.0])
    group.lengths[:] = 0.75
    group.step(way, dt=0.5)
    # One step, shorter than planned
    assert (group.n_steps[0], group.lengths[0]) == (1, 0.75)
    group.step(way, dt=1.0)
    # The first one was not the last: the next may be longer, up to the limit
    assert (group.n_steps[0], group.lengths[0]) == (2, 1.0)


@pytest.mark.parametrize("way", WAYS)
def test_step_of_just_what_is_left_is_not_the_last(way):
    group = Group("rkf45", [0.0], longest=0.5)
    group.lengths[:] = 0.125
    group.step(way, dt=0.125)
    assert (group.n_steps[0], group.lengths[0]) == (1, 0.5)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("length", [0.0, -0.1, math.nan, math.inf, 3.0])
def test_useless_lengths_are_as_long_as_may_be(way, length):
    group = Group("rkf45", [0.1], longest=0.25)
    group.lengths[:] = length
    assert group.step(way) == 0
    assert group.n_steps[0] == 4
    assert group.lengths[0] == 0.25


@pytest.mark.parametrize("way", WAYS)
def test_so_many_steps_may_be_done(way):
    needed = Group("rk2", [20.0])
    assert needed.step(way) == 0
    n = int(needed.n_steps[0])
    assert n > 20
    # The library allows one more than it is told
    for most_steps, is_enough in ((n, True), (n - 1, True), (n - 2, False), (0, True)):
        group = Group("rk2", [20.0], most_steps=most_steps)
        assert (group.step(way) == 0) == is_enough
        if not is_enough:
            assert group.doing[0] == Doing.TAKES_TOO_MANY_STEPS
            assert group.journal.n_steps == n - 1
            # It is not done any more
            assert 0.9 < group.journal.t < 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ADAPTIVE)
def test_singularity_makes_steps_too_short(name, way):
    group = Group(name, [1, 1, 1], poles=[1e3, 0.7031, 1e3])
    assert group.step(way) == 2
    assert group.doing[1] == Doing.STEP_IS_TOO_SHORT
    assert 0.69 < group.journal.t < 0.71
    assert 0 < group.journal.length < 1e-10


@pytest.mark.parametrize("way", WAYS)
def test_fixed_steps_do_not_adapt(way):
    group = Group("rkf45", [0.3, 8, 0.2], adapts=False)
    before = group.state.copy()
    assert group.step(way) == 2
    assert group.doing[1] == Doing.ERROR_IS_TOO_LARGE
    assert (group.journal.t, group.journal.length) == (0, 1)
    group = Group("rkf45", [0.3, 0.1, 0.2], adapts=False, longest=0.5)
    assert group.step(way) == 0
    assert group.n_steps.tolist() == [1, 1, 1]
    assert group.n_failed.tolist() == [0, 0, 0]
    expected = tried(group, 1, 0.0, 1.0, before[:, 1])[0]
    np.testing.assert_allclose(group.state[:, 1], expected, rtol=1e-14)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("adapts", [True, False])
def test_what_becomes_nan_fails(way, adapts):
    group = Group("rkf45", [0.1, math.nan], adapts=adapts)
    assert group.step(way) == 2
    assert group.doing[1] == Doing.IS_NOT_A_NUMBER


@pytest.mark.parametrize("way", WAYS)
def test_what_was_nan_before_may_stay_so(way):
    group = Group("rkf45", [0.1, 0.1])
    group.state[:, 1] = math.nan
    assert group.step(way) == 0
    assert np.isnan(group.state[:, 1]).all()
    assert np.isfinite(group.state[:, 0]).all()


@pytest.mark.parametrize("way", WAYS)
def test_overflow_in_a_trial_shortens_the_step(way):
    # All of the first trial is infinite or NaN; shorter steps are fine
    group = Group("rkck", [3e60], longest=1.0, allowed=1e-3)
    group.limits["most_steps"] = 50
    assert group.step(way, dt=1e-61) == 0
    assert np.isfinite(group.state).all()
