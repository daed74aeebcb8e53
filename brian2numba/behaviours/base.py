"""What code objects do in Python around their kernels: the usual case."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any

from brian2numba.binding import BoundKernel
from brian2numba.containers import append_rows
from brian2numba.generation.slots import Slot
from brian2numba.kernels.refractoriness import Agenda
from brian2numba.kernels.sharing import NO_END
from brian2numba.kernels.sleep import Sleep

__all__ = [
    "EVENT_COUNT",
    "PART_END",
    "PART_START",
    "PYTHON_TAKES_OVER",
    "Behaviour",
    "Offer",
]

#: The slots for which elements a kernel does its work, and for where the threshold says
#: how many events it found: what differs between threads that share a kernel's work
PART_START, PART_END, EVENT_COUNT = "_part_start", "_part_end", "_event_count"

#: An obstacle: Python has work before and after the kernel
PYTHON_TAKES_OVER = "Python prepares its kernel and takes over what that makes"

#: A number that is asked for only if the kernel's source uses it
type Offer = Callable[[], int]


class Behaviour:
    """The behaviour of most code objects: to call the kernel.

    Parameters
    ----------
    codeobj : NumbaCodeObject
        The code object.
    keywords : mapping
        What its template was given.
    """

    #: When the kernel has to look at refractory neurons; None where it looks at all of
    #: them each time
    agenda: Agenda | None = None

    #: Which neurons sleep; None where none does
    sleep: Sleep | None = None

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        self.codeobj = weakref.proxy(codeobj)

    def slots(self) -> list[Slot]:
        """Return slots that are no plain numbers and that the kernel can use."""
        return []

    def offers(self) -> dict[str, Offer]:
        """Return the numbers and addresses that the kernel can use, by name."""
        return {
            "_append_rows": lambda: append_rows.address,
            # All elements, unless several threads share them
            PART_START: lambda: 0,
            PART_END: lambda: NO_END,
        }

    def before_run(self) -> None:
        """Prepare a run of the network."""

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what runs the code object once: the kernel itself, if no more."""
        return kernel

    def obstacle(self) -> str | None:
        """Return why to run the code object is more than to call its kernel, if it is.

        Compiled code can't run it then.
        """
        return None

    def after_run(self) -> None:
        """Finish a run of the network."""
