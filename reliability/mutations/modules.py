"""The modules on which the promises rest, with the tests that are meant for them."""

__all__ = ["CRITICAL"]

_QUEUE = (
    "containers/test_spike_queue.py",
    "containers/test_connectivity.py",
    "device/test_spikes_under_way.py",
)
_MEMORY = (
    "containers/test_dynamic_array.py",
    "reliability/test_allocation_failures.py",
)
_STORE = (
    "store/test_store.py",
    "store/test_store_faults.py",
    "store/test_store_runs.py",
)
_GUARDS = (
    "guards/test_guards.py",
    "guards/test_bad_input_runs.py",
    "reliability/test_bad_input_catalogue.py",
)
_CREATION = (
    "behaviours/test_synapse_creation.py",
    "kernels/test_synapse_machine.py",
    "guards/test_bad_input.py",
)
_LOOP = (
    "simulation/test_native_loop.py",
    "simulation/test_interrupts.py",
    "guards/test_bad_input.py",
)

#: The tests of each module
CRITICAL: dict[str, tuple[str, ...]] = {
    "containers/allocation.py": (*_MEMORY, *_QUEUE),
    "containers/connectivity.py": _QUEUE,
    "containers/dynamic_array.py": (*_MEMORY, "behaviours/test_recording.py"),
    "containers/pool.py": (*_QUEUE, "reliability/test_allocation_failures.py"),
    "containers/queue_operations.py": _QUEUE,
    "containers/queue_storage.py": _QUEUE,
    "containers/resizing.py": (*_MEMORY, "behaviours/test_recording.py"),
    "containers/spike_queue.py": _QUEUE,
    "kernels/synapse_creation.py": _CREATION,
    "behaviours/synapse_creation.py": _CREATION,
    "store/access.py": _STORE,
    "store/entry.py": _STORE,
    "store/folder.py": _STORE,
    "store/kernel_store.py": _STORE,
    "compilation/keys.py": ("compilation/test_keys.py",),
    "device/arrays.py": (
        "device/test_mixed_targets.py",
        "behaviours/test_recording.py",
    ),
    "simulation/driver.py": (*_LOOP, "simulation/test_progress.py"),
    "simulation/fusion.py": ("simulation/test_fusion.py",),
    "simulation/interruption.py": _LOOP,
    "simulation/loop.py": (
        "simulation/test_native_loop.py",
        "generation/test_differential.py",
    ),
    "guards/groups.py": _GUARDS,
    "guards/mechanism.py": _GUARDS,
    "guards/monitors.py": _GUARDS,
    "guards/numbers.py": _GUARDS,
    "guards/runs.py": _GUARDS,
    "guards/spike_generators.py": _GUARDS,
    "guards/synapses.py": _GUARDS,
    "guards/variables.py": _GUARDS,
    "generation/conditions.py": ("generation/test_conditions.py",),
    "generation/checking.py": ("generation/test_checked_kernels.py",),
    "language/checks.py": ("generation/test_checked_kernels.py",),
    "binding.py": (
        "device/test_mixed_targets.py",
        "guards/test_bad_input.py",
        "behaviours/test_recording.py",
    ),
}
