"""
Threads that build and run networks at once: one runs, and others are refused.

::

    python -m reliability.threads_at_once --threads 8 --n 50
"""

from __future__ import annotations

import argparse
import threading
import time
import traceback
from collections import Counter

import numpy as np
from brian2 import Network, NeuronGroup, StateMonitor, ms, prefs

import brian2numba  # noqa: F401 (registers the target)
from reliability import results
from reliability.children import RIGHT

__all__ = ["REFUSED", "hammer"]

REFUSED = "refused"
_STEPS = 2000


def build_and_run(number: int) -> str:
    """Build a network, run it, and tell how that ended."""
    try:
        group = NeuronGroup(5, "x : 1", name=f"group_of_thread_{number}*")
        group.run_regularly(f"x += {number + 1}")
        trace = StateMonitor(group, "x", record=True)
        network = Network(group, trace)
        network.run(_STEPS * 0.1 * ms, namespace={})
    except RuntimeError as error:
        is_clear = "is running in another thread" in str(error)
        return REFUSED if is_clear else f"{type(error).__name__}: {error}"
    except Exception as error:
        traceback.print_exc()
        return f"{type(error).__name__}: {error}"
    done = (np.asarray(group.x) == _STEPS * (number + 1)).all()
    n_recorded = np.asarray(trace.x).shape[1]
    return RIGHT if done and n_recorded == _STEPS else "wrong"


def hammer(n_threads: int, n: int) -> Counter[str]:
    """Build and run `n` networks in each of some threads; count how that ended."""
    ends: list[str] = []

    def work(number: int) -> None:
        for _ in range(n):
            ends.append(build_and_run(number))
            time.sleep(0.001)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def main() -> None:
    """Build and run in threads, and leave the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--n", type=int, default=50, help="networks of each thread")
    options = parser.parse_args()
    prefs.codegen.target = prefs.codegen.string_expression_target = "numba"
    ends = hammer(options.threads, options.n)
    figures: dict[str, object] = {"networks": ends.total()}
    for end in sorted({RIGHT, REFUSED, "wrong", *ends}):
        figures[f"runs that ended {end}"] = ends[end]
    given = f"--threads {options.threads} --n {options.n}"
    file = results.write("threads_at_once", given, figures)
    print(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
