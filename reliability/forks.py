"""
Forks while another thread compiles or runs: the children compile and run, too.

::

    python -m reliability.forks --n 200
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

import numpy as np
from brian2 import Network, NeuronGroup, check_units, ms, prefs

import brian2numba  # noqa: F401 (registers the target)
from reliability import results
from reliability.children import HUNG, RIGHT, fork, outcome

__all__ = ["WAYS", "storm"]

#: Nothing that is compiled twice is compiled once only
_numbers = itertools.count()


def compile_with_llvm() -> bool:
    """Compile and run a model; tell whether the result is right."""
    added = next(_numbers) + 0.5
    group = NeuronGroup(3, "x : 1")
    group.run_regularly(f"x += {added!r}")
    Network(group).run(0.2 * ms)
    return bool((np.asarray(group.x) == 2 * added).all())


def compile_with_numba() -> bool:
    """Do the same with a function that only numba can compile."""
    added = next(_numbers) + 0.5
    group = NeuronGroup(3, "x : 1", namespace={"plus_one": plus_one})
    group.run_regularly(f"x = plus_one(x) + {added!r}")
    Network(group).run(0.2 * ms)
    return bool((np.asarray(group.x) == 2 * (added + 1)).all())


@check_units(x=1, result=1)
def plus_one(x: float) -> float:
    """Add 1, with a list."""
    total = 0.0
    for number in [x, 1.0]:
        total += number
    return total


def run_noisy_network() -> bool:
    """Run a network that draws random numbers, for as long as nobody stops it."""
    group = NeuronGroup(1000, "dv/dt = xi*ms**-0.5 : 1", method="euler")
    Network(group).run(500 * ms)
    return bool(np.isfinite(np.asarray(group.v)).all())


#: What a thread does while the process forks, and what the children do
WAYS: dict[str, tuple[Callable[[], bool], Callable[[], bool]]] = {
    "LLVM compiles": (compile_with_llvm, compile_with_llvm),
    "numba compiles": (compile_with_numba, compile_with_numba),
    "a network runs": (run_noisy_network, run_noisy_network),
}


@contextmanager
def repeated_in_a_thread(function: Callable[[], bool]) -> Iterator[list[bool]]:
    """Call a function again and again in a thread; yield what it returned."""
    returned: list[bool] = []
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.is_set():
            returned.append(function())

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield returned
    finally:
        is_over.set()
        thread.join()


def storm(way: str, n: int) -> Counter[str]:
    """Fork `n` times at any moment of what a thread does; count how children end."""
    in_thread, in_child = WAYS[way]
    ends: Counter[str] = Counter()
    pauses = np.random.default_rng(1).uniform(0, 0.03, n)
    in_child()
    with repeated_in_a_thread(in_thread) as returned:
        for pause in pauses:
            time.sleep(pause)
            ends[outcome(fork(in_child))] += 1
    assert all(returned), "the parent's results are wrong"
    assert returned, "the thread did nothing"
    return ends


def in_worker(number: int) -> bool:
    """Compile and run in a process of a pool, however that was started."""
    prefs.codegen.target = "numba"
    next(_numbers)
    return compile_with_llvm() and number >= 0


def pool(method: str, n: int) -> Counter[str]:
    """Do `n` tasks in a pool of processes while a thread compiles; count the ends."""
    context = multiprocessing.get_context(method)
    with (
        repeated_in_a_thread(compile_with_llvm),
        ProcessPoolExecutor(2, mp_context=context) as executor,
    ):
        done = list(executor.map(in_worker, range(n), timeout=300))
    return Counter({RIGHT: sum(done), "wrong": n - sum(done)})


def main() -> None:
    """Fork, and leave the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="forks for each way")
    n = parser.parse_args().n
    prefs.codegen.target = "numba"
    figures: dict[str, object] = {}
    for way in WAYS:
        ends = storm(way, n)
        figures[f"forks while {way}"] = n
        for end in sorted({RIGHT, HUNG, *ends}):
            figures[f"children that ended {end}, while {way}"] = ends[end]
    for method in ("fork", "forkserver", "spawn"):
        ends = pool(method, n)
        figures[f"tasks in a pool started by {method}"] = n
        figures[f"tasks that ended right, in a pool started by {method}"] = ends[RIGHT]
    print(results.write("forks", f"--n {n}", figures).read_text())


if __name__ == "__main__":
    main()
