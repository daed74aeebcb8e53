"""
The store of compiled kernels: one file each, found by the content of what was compiled.

Any number of processes may share a folder. An entry appears at once and complete, or
not at all; what is damaged, foreign or incomplete is not there. Nothing is locked, and
a folder that can't be used costs time, never a simulation.
"""

from brian2numba.store.kernel_store import KernelStore, current_store, store_in

__all__ = ["KernelStore", "current_store", "store_in"]
