"""
What code objects do in Python, around their kernels.

Most code objects only call their kernel. Some give it more than variables (a spike
queue, arrays for results), prepare a run, or put what the kernel produced in its place.
"""

from brian2numba.behaviours.adaptive_steps import AdaptiveStepsBehaviour
from brian2numba.behaviours.base import Behaviour, Offer
from brian2numba.behaviours.cable import CableBehaviour
from brian2numba.behaviours.recording import StateMonitorBehaviour
from brian2numba.behaviours.results import ResultBehaviour
from brian2numba.behaviours.spikes import (
    DeliverBehaviour,
    PushBehaviour,
    ThresholdBehaviour,
)
from brian2numba.behaviours.summed_variable import SummedVariableBehaviour
from brian2numba.behaviours.synapse_creation import SynapseCreationBehaviour

__all__ = ["BEHAVIOURS", "Behaviour", "Offer"]

#: The behaviour of code objects by the name of their template
BEHAVIOURS: dict[str, type[Behaviour]] = {
    "adaptive_stateupdate": AdaptiveStepsBehaviour,
    "threshold": ThresholdBehaviour,
    "synapses_push_spikes": PushBehaviour,
    "synapses": DeliverBehaviour,
    "summed_variable": SummedVariableBehaviour,
    "group_get_indices": ResultBehaviour,
    "group_variable_get": ResultBehaviour,
    "group_variable_get_conditional": ResultBehaviour,
    "statemonitor": StateMonitorBehaviour,
    "spatialstateupdate": CableBehaviour,
    "synapses_create_array": SynapseCreationBehaviour,
    "synapses_create_generator": SynapseCreationBehaviour,
}
