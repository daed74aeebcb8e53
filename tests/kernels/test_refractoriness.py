"""When refractory neurons are looked at: agendas, and parts that threads have."""

import numpy as np
import pytest
from brian2.core.functions import timestep

from brian2numba.kernels.refractoriness import (
    AGENDA_STEPS,
    PART_GRAIN,
    Agenda,
    AgendaPart,
    agenda_step,
    begin_agenda,
    first_due,
    goes_on,
    look_after,
    next_due,
    steps_to_look,
)
from brian2numba.language import pointer_to

N = 40
DT = 0.0001


@pytest.fixture
def agenda():
    parts = (AgendaPart * (N // PART_GRAIN))()
    heads = np.zeros(N // PART_GRAIN * AGENDA_STEPS, np.int32)
    following = np.zeros(N, np.int32)
    record = Agenda()
    record.version = 1
    record.parts, record.heads = pointer_to(parts), pointer_to(heads)
    record.following = pointer_to(following)
    # A field does not keep what it points to alive
    yield record
    del parts, heads, following


def goes_on_from(agenda, start, end, step):
    """Tell whether a part goes on; if not, all its neurons are refractory."""
    if goes_on(agenda, start, end, step):
        return True
    begin_agenda(agenda, start, end, step, pointer_to(np.zeros(N, np.uint8)))
    return False


def due(agenda, start, step):
    """Return the neurons that are due in a step."""
    found, neuron = [], first_due(agenda, start, step)
    while neuron >= 0:
        found.append(neuron)
        neuron = next_due(agenda, neuron)
    return sorted(found)


def test_neurons_are_due_once_in_their_step(agenda):
    assert not goes_on_from(agenda, 0, N, 100)
    assert due(agenda, 0, 100) == list(range(N))
    for neuron in range(N):
        look_after(agenda, 0, neuron, 101 + neuron % 7)
    # What was said first counts
    look_after(agenda, 0, 3, 150)
    for k in range(7):
        assert goes_on_from(agenda, 0, N, 101 + k)
        assert due(agenda, 0, 101 + k) == list(range(k, N, 7))
    assert all(not due(agenda, 0, step) for step in range(108, 180))


def test_lists_begin_anew_where_python_ran_or_a_step_is_missing(agenda):
    assert not goes_on_from(agenda, 0, N, 5)
    assert goes_on_from(agenda, 0, N, 6)
    agenda.version += 1
    assert not goes_on_from(agenda, 0, N, 7)
    assert not goes_on_from(agenda, 0, N, 9)
    assert not goes_on_from(agenda, 0, N, 9)


def test_lists_begin_anew_where_threads_share_in_another_way(agenda):
    assert not goes_on_from(agenda, 0, N, 1)
    for start, end in ((0, 16), (16, N)):
        assert not goes_on_from(agenda, start, end, 2)
        assert due(agenda, start, 2) == list(range(start, end))
    for start, end in ((0, 16), (16, N)):
        assert goes_on_from(agenda, start, end, 3)
    assert not goes_on_from(agenda, 0, N, 4)
    for start, end in ((0, 16), (16, N)):
        assert not goes_on_from(agenda, start, end, 5)
    assert due(agenda, 0, 5) == list(range(16))


@pytest.mark.parametrize("dt", [DT, 0.1, 1e-5, 0.00007])
def test_no_neuron_is_released_before_it_is_looked_at(dt):
    draw = np.random.default_rng(5)
    for _ in range(300):
        now = draw.integers(0, 10**9)
        last = now - draw.integers(-5, 80) + draw.choice([0, draw.uniform(-1, 1)])
        n_steps = int(draw.integers(-3, 100))
        t, last_spike = now * dt, last * dt
        n_looked = steps_to_look(t, last_spike, n_steps, dt)
        assert 1 <= n_looked < AGENDA_STEPS
        assert agenda_step(t, dt) == now
        if timestep(t - last_spike, dt) < n_steps:
            early = (now + np.arange(1, n_looked)) * dt
            assert (timestep(early - last_spike, dt) < n_steps).all()


@pytest.mark.parametrize("last_spike", [np.nan, -np.inf, -1e300])
def test_times_that_are_none_are_looked_at_in_each_step(last_spike):
    assert steps_to_look(1.0, last_spike, 10, DT) == 1


@pytest.mark.parametrize("last_spike", [np.inf, 1e300, 100.0])
def test_spikes_that_are_yet_to_come_are_looked_at_in_between(last_spike):
    assert steps_to_look(1.0, last_spike, 10, DT) == AGENDA_STEPS - 1
