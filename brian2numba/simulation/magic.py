"""The objects that a magic run simulates, found without reading any source."""

from __future__ import annotations

import sys
from itertools import chain
from typing import Any
from weakref import ref

from brian2.core import magic
from brian2.core.base import BrianObject

from brian2numba.hooks import is_brians

__all__ = ["find_objects_at_once"]


def find_objects_at_once() -> None:
    """Let magic networks find objects in less time; for good.

    Brian asks for all frames, with the text around the line that each of them is at: in
    a notebook that takes longer than a short run.
    """
    find = magic.get_objects_in_namespace
    if not is_brians(find):
        return

    def get_objects_in_namespace(level: int) -> set[Any]:
        try:
            frame = sys._getframe(level + 1)
        except ValueError:
            # Brian says that there is no such frame
            return set(find(level + 1))
        names = chain(frame.f_globals.items(), frame.f_locals.items())
        return {ref(value) for _, value in names if isinstance(value, BrianObject)}

    get_objects_in_namespace.__doc__ = find.__doc__
    magic.get_objects_in_namespace = get_objects_in_namespace
