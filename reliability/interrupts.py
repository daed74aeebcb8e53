"""
Ctrl+C at random times, and signals all the time: results stay the same.

::

    python -m reliability.interrupts --n 1000

A run is interrupted, and continued until its end, which has to be that of a run that
was not interrupted. Others run while a timer's signal calls a Python function each
millisecond.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import brian2
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    network_operation,
    prefs,
)

import brian2numba  # noqa: F401 (registers the target)
from reliability import results
from reliability.values import Values, differing, values_of

__all__ = ["Interrupts", "continued", "network", "same", "signals", "whole"]

_STEP = 0.1 * ms


def network(calls_python: bool = False) -> Network:
    """Return a network that draws random numbers and learns.

    Parameters
    ----------
    calls_python : bool, optional
        Whether it calls a function at each step, which may be interrupted as well.
        Defaults to ``False``.
    """
    brian2.seed(5)
    group = NeuronGroup(
        100,
        "dv/dt = (1.2 - v)/(5*ms) + 0.3*xi*(5*ms)**-0.5 : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="group",
    )
    synapses = Synapses(
        group,
        group,
        "w : 1",
        on_pre="v_post += w; w *= 0.99",
        delay=0.7 * ms,
        name="synapses",
    )
    synapses.connect()
    synapses.w = 0.002
    spikes = SpikeMonitor(group, name="spikes")
    trace = StateMonitor(group, "v", record=range(10), dt=1 * ms, name="trace")
    made = Network(group, synapses, spikes, trace)
    if calls_python:

        @network_operation(when="thresholds")
        def operation() -> None:
            group.v[0] = group.v[1]

        made.add(operation)
    return made


def whole(n_steps: int, calls_python: bool = False) -> Values:
    """Return what a run that nothing interrupts gives."""
    made = network(calls_python)
    made.run(n_steps * _STEP)
    return values_of(made)


def same(found: Values, expected: Values) -> bool:
    """Tell whether two results are equal, bit by bit; show where they are not."""
    differences = list(differing(found, expected, 0))
    for where, how in differences:
        print(where, how, flush=True)
    return not differences


class Interrupts:
    """Sends Ctrl+C to this process while it runs networks.

    Parameters
    ----------
    longest : float
        The seconds that the longest pause before one lasts.

    Attributes
    ----------
    delays : list of float
        The seconds from each interrupt to the end of the run.
    """

    def __init__(self, longest: float) -> None:
        self.longest = longest
        self.delays: list[float] = []

    def run(self, made: Network, n_steps: int) -> bool:
        """Run a network for some steps, or until it is interrupted: return whether."""
        sent: list[float] = []
        is_over = threading.Event()

        def interrupt() -> None:
            while not Network._globally_running and not is_over.is_set():
                time.sleep(0.0005)
            time.sleep(random.random() * self.longest)
            if not is_over.is_set():
                sent.append(time.perf_counter())
                os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        is_interrupted = False
        try:
            # One may come before, after or within the run
            try:
                made.run(n_steps * _STEP)
            finally:
                is_over.set()
                if sent:
                    self.delays.append(time.perf_counter() - sent[0])
                thread.join()
        except KeyboardInterrupt:
            is_interrupted = True
        return is_interrupted


def continued(
    interrupts: Interrupts, n_steps: int, n: int, calls_python: bool = False
) -> Values:
    """Run until the end, with up to `n` interrupts; return what comes out."""
    made = network(calls_python)
    n_before = len(interrupts.delays)
    while (n_done := round(float(made.t) / 1e-4)) < n_steps:
        if len(interrupts.delays) - n_before < n:
            interrupts.run(made, n_steps - n_done)
        else:
            made.run((n_steps - n_done) * _STEP)
    return values_of(made)


@contextmanager
def signals(seconds: float) -> Iterator[list[int]]:
    """Let a timer's signal call a Python function again and again; yield its count."""
    count = [0]

    def handle(number: int, frame: object) -> None:
        count[0] += 1

    before = signal.signal(signal.SIGALRM, handle)
    signal.siginterrupt(signal.SIGALRM, False)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield count
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def storm(n_runs: int, n_steps: int, figures: dict[str, object]) -> None:
    """Run networks while signals come each millisecond."""
    expected = whole(n_steps, True)
    with signals(0.001) as count:
        n_same = sum(same(whole(n_steps, True), expected) for _ in range(n_runs))
    figures["runs while signals come each millisecond"] = n_runs
    figures["signals that came"] = count[0]
    figures["runs that differed, of these"] = n_runs - n_same


def main() -> None:
    """Interrupt, and leave the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="how many interrupts")
    parser.add_argument("--steps", type=int, default=20_000, help="of each run")
    options = parser.parse_args()
    prefs.codegen.target = prefs.codegen.string_expression_target = "numba"
    figures: dict[str, object] = {}
    interrupts, n_runs, n_differing = Interrupts(0.02), 0, 0
    for calls_python in (False, True):
        n_wanted = options.n // (1 if calls_python else 2)
        expected = whole(options.steps, calls_python)
        while len(interrupts.delays) < n_wanted:
            found = continued(interrupts, options.steps, 20, calls_python)
            n_runs += 1
            n_differing += not same(found, expected)
    figures["interrupts at random times"] = len(interrupts.delays)
    figures["runs that were continued until their end"] = n_runs
    figures["runs that differed from one never interrupted"] = n_differing
    delays = sorted(interrupts.delays)
    figures["median ms until an interrupted run ended"] = round(
        1000 * delays[len(delays) // 2], 1
    )
    storm(max(1, options.n // 50), options.steps, figures)
    given = f"--n {options.n} --steps {options.steps}"
    print(results.write("interrupts", given, figures).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
