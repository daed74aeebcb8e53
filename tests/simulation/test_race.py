"""Races: whether threads are used is found by trying, and rarely tried in vain."""

from collections.abc import Callable

import numpy as np
import pytest

from brian2numba.language import address_of, pointer_to
from brian2numba.operations import operation
from brian2numba.simulation.parts import do_nothing
from brian2numba.simulation.race import Choice, Race, begin_turn, end_turn


@operation
def turn(race: Race, alone: int, together: int):
    """Run a turn that takes a given time with one thread, and with several."""
    is_together = begin_turn(race)
    race.counter.result[0] += together if is_together else alone
    end_turn(race)
    return 1 if is_together else 0


@pytest.fixture(params=["call", "python_call"])
def turns(request) -> Callable[..., int]:
    """Return what runs turns: how many of them were run by several threads."""

    def run(race, n_turns, alone, together):
        one = getattr(turn, request.param)
        return sum(one(address_of(race), alone, together) for _ in range(n_turns))

    return run


def new_race():
    race = Race()
    race.counter.function = do_nothing.address
    race.counter.result = pointer_to(CLOCK)
    return race


#: The time, in nanoseconds
CLOCK = np.zeros(1, np.int64)
#: The turns of a race between 40 and 20 µs: 1 ms is let pass, then eight count
RACE = 8 * (25 + 8 + 50 + 8)


def test_several_threads_that_are_faster_win(turns):
    race = new_race()
    assert turns(race, RACE, 40_000, 20_000) == 8 * (50 + 8)
    assert race.several_win
    assert turns(race, 1000, 40_000, 20_000) == 1000


def test_a_small_gain_is_not_worth_it(turns):
    race = new_race()
    turns(race, 2 * RACE, 40_000, 37_000)
    assert not race.several_win
    assert turns(race, 1000, 40_000, 37_000) == 0


def test_short_steps_are_not_tried(turns):
    race = new_race()
    assert turns(race, 4000, 5000, 1) == 0
    assert race.n_lost == 1


def test_short_steps_are_known_on_a_busy_machine(turns):
    race = new_race()
    turns(race, 3, 5_000_000, 1)
    assert turns(race, 4000, 5000, 1) == 0


def test_what_is_hopeless_is_given_up_early(turns):
    race = new_race()
    assert turns(race, 4000, 40_000, 90_000) == 2 * (12 + 8)


def test_races_that_are_lost_become_rare(turns):
    race = new_race()
    n_turns = 50_000
    assert turns(race, n_turns, 40_000, 41_000) < n_turns / 80


def test_a_busy_machine_is_noticed(turns):
    race = new_race()
    turns(race, RACE, 40_000, 20_000)
    assert race.several_win
    turns(race, 4096 + 2 * RACE, 40_000, 70_000)
    assert not race.several_win


def test_threads_that_become_slow_are_noticed_soon(turns):
    race = new_race()
    turns(race, RACE, 40_000, 20_000)
    assert turns(race, 2000, 40_000, 20_000) == 2000
    # They seem to be faster in races, but are not between them
    n_slow = 0
    for _ in range(3):
        n_slow += turns(race, 64, 40_000, 100_000)
        assert race.n_until_race == 0 or not race.several_win
        turns(race, RACE, 40_000, 20_000)
    assert n_slow <= 3 * 64
    assert not race.several_win
    assert race.n_lost == 1


def test_a_hiccup_is_no_alarm(turns):
    race = new_race()
    turns(race, RACE, 40_000, 20_000)
    for _ in range(20):
        turns(race, 1, 40_000, 5_000_000)
        turns(race, 99, 40_000, 20_000)
    assert race.several_win
    assert race.n_alarms == 0


def test_who_wants_to_decides(turns):
    race = new_race()
    race.choice = Choice.SEVERAL
    assert turns(race, 100, 1, 1000) == 100
    race.choice = Choice.ONE
    assert turns(race, 100, 1000, 1) == 0
