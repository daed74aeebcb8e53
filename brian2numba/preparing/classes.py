"""The classes of objects of which it is known how they are prepared."""

from __future__ import annotations

from typing import Any

from brian2.core.base import BrianObject
from brian2.groups.group import CodeRunner
from brian2.groups.neurongroup import (
    NeuronGroup,
    Resetter,
    StateUpdater,
    SubexpressionUpdater,
    Thresholder,
)
from brian2.groups.subgroup import Subgroup
from brian2.input.poissongroup import PoissonGroup
from brian2.input.poissoninput import PoissonInput
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import EventMonitor, SpikeMonitor
from brian2.monitors.statemonitor import StateMonitor
from brian2.spatialneuron.spatialneuron import SpatialNeuron, SpatialStateUpdater
from brian2.synapses import synapses as of_synapses
from brian2.synapses.synapses import SummedVariableUpdater, Synapses, SynapticPathway

__all__ = ["CLASSES", "is_known", "methods_are_brians", "note_methods"]

CLASSES: tuple[type, ...] = (
    NeuronGroup,
    StateUpdater,
    SubexpressionUpdater,
    Thresholder,
    Resetter,
    Synapses,
    SynapticPathway,
    SummedVariableUpdater,
    of_synapses.StateUpdater,
    of_synapses.SubexpressionUpdater,
    SpatialNeuron,
    SpatialStateUpdater,
    CodeRunner,
    PoissonGroup,
    PoissonInput,
    SpikeGeneratorGroup,
    EventMonitor,
    SpikeMonitor,
    StateMonitor,
    PopulationRateMonitor,
    Subgroup,
)
#: The methods of theirs that a preparation calls
_METHODS = (
    "before_run",
    "create_code_objects",
    "create_default_code_object",
    "update_abstract_code",
    "resolve_all",
    "_resolve",
    "_resolve_external",
)
#: The methods that each class had when this package was imported
_known: dict[type, tuple[Any, ...]] = {}


def _methods(cls: type) -> tuple[Any, ...]:
    return tuple(getattr(cls, name, None) for name in _METHODS)


def note_methods() -> None:
    """Take the methods that classes have now for Brian's."""
    for cls in (*CLASSES, BrianObject):
        _known[cls] = _methods(cls)


def methods_are_brians(cls: type) -> bool:
    """Tell whether all that prepares objects of a class is Brian's own."""
    are_theirs = _methods(cls) == _known.get(cls)
    return are_theirs and _methods(BrianObject) == _known[BrianObject]


def is_known(obj: Any) -> bool:
    """Tell whether all that prepares an object is Brian's own."""
    return methods_are_brians(type(obj)) and vars(obj).keys().isdisjoint(_METHODS)
