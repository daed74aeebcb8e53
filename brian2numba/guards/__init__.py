"""
Checks in front of Brian's own methods, of what the numba target would never see.

Brian makes 32-bit integers of indices and times, and arrays of what is given, before a
code object runs: what would be lost there is refused here, when it is given.
"""

from typing import Any

from brian2numba.guards import (
    groups,
    monitors,
    morphologies,
    runs,
    spike_generators,
    synapses,
    variables,
)

__all__ = ["install_guards"]

_TABLES = (groups, monitors, morphologies, runs, spike_generators, synapses, variables)


def install_guards(device: Any) -> None:
    """Put all guards in front of Brian's methods.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device that some methods ask for an override.
    """
    for table in _TABLES:
        for guard in table.GUARDS:
            guard.install(device)
