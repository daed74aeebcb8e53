"""The classes of objects of which it is known how they are prepared."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

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
    "_get_refractory_code",
    "resolve_all",
    "_resolve",
    "_resolve_external",
)
#: The methods that each class had when this package was imported
_known: dict[type, tuple[Any, ...]] = {}
#: ... and the class below all of them
_of_all: list[Any] = []


def _methods(cls: type) -> tuple[Any, ...]:
    return tuple(getattr(cls, name, None) for name in _METHODS)


def note_methods() -> None:
    """Take the methods that classes have now for Brian's."""
    for cls in CLASSES:
        _known[cls] = _methods(cls)
    _of_all[:] = _methods(BrianObject)


def methods_are_brians(cls: type) -> bool:
    """Tell whether all that prepares objects of a class is Brian's own.

    That is so for a class of a user's that adds to one of Brian's without changing it.
    """
    base = next((known for known in cls.__mro__ if known in _known), None)
    if base is None or _methods(cls) != _known[base] or _are_replaced():
        return False
    if cls not in _additions:
        _additions[cls] = cls is base or _only_adds(cls, base)
    return _additions[cls]


def _are_replaced() -> bool:
    """Tell whether somebody has replaced a method that those of all classes call."""
    return list(_methods(BrianObject)) != _of_all


#: Whether classes only add to Brian's
_additions: WeakKeyDictionary[type, bool] = WeakKeyDictionary()
#: What a class has of its own, or may have: no preparation of an object asks for it
_OWN = {
    *("__init__", "__repr__", "__str__", "_repr_html_", "__doc__", "__module__"),
    *("__dict__", "__weakref__", "__firstlineno__", "__static_attributes__"),
    *("__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__"),
    *("__orig_bases__", "__parameters__", "__abstractmethods__", "_abc_impl"),
}


def _only_adds(cls: type, base: type) -> bool:
    """Tell whether a class, and all between it and its base, change nothing of it."""
    between = cls.__mro__[: cls.__mro__.index(base)]
    own = {name: value for one in between for name, value in vars(one).items()}
    own = {name: value for name, value in own.items() if name not in _OWN}
    # A property may stand for an attribute that Brian gives to each object
    has_properties = any(hasattr(type(value), "__set__") for value in own.values())
    return own.keys().isdisjoint(dir(base)) and not has_properties


def is_known(obj: Any) -> bool:
    """Tell whether all that prepares an object is Brian's own."""
    return methods_are_brians(type(obj)) and vars(obj).keys().isdisjoint(_METHODS)
