"""
What is found out of a model once is not found out again where the same model is built.

Brian analyses the code of each object, and a kernel's source is generated of it. Both
depend on the code and on what kinds of things its names stand for, on no number and on
no object: a notebook's cell that is run again, or a model in a loop over parameters,
has the same. `descriptions` writes down what they depend on, which takes much less
time. What was found is kept under that: in the process, and sources in the store.
"""

from brian2numba.reuse.code_objects import attach_known_sources, forget_sources
from brian2numba.reuse.identifiers import forget_identifiers, keep_identifiers

__all__ = ["attach_known_sources", "forget", "keep_identifiers"]


def forget() -> None:
    """Forget what this process knows, as a new process does not know it."""
    forget_sources()
    forget_identifiers()
