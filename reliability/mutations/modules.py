"""The modules on which the promises rest, with the tests that are meant for them."""

__all__ = ["CRITICAL"]

_QUEUE = ("test_spike_queue.py", "test_connectivity.py", "test_spikes_under_way.py")
_MEMORY = ("test_dynamic_array.py", "test_allocation_failures.py")
_STORE = ("test_store.py", "test_store_faults.py", "test_store_runs.py")
_GUARDS = ("test_guards.py", "test_bad_input_runs.py", "test_bad_input_catalogue.py")
_CREATION = ("test_synapse_creation.py", "test_synapse_machine.py", "test_bad_input.py")
_LOOP = ("test_native_loop.py", "test_interrupts.py", "test_bad_input.py")

#: The tests of each module
CRITICAL: dict[str, tuple[str, ...]] = {
    "containers/allocation.py": (*_MEMORY, *_QUEUE),
    "containers/connectivity.py": _QUEUE,
    "containers/dynamic_array.py": (*_MEMORY, "test_recording.py"),
    "containers/pool.py": (*_QUEUE, "test_allocation_failures.py"),
    "containers/queue_operations.py": _QUEUE,
    "containers/queue_storage.py": _QUEUE,
    "containers/resizing.py": (*_MEMORY, "test_recording.py"),
    "containers/spike_queue.py": _QUEUE,
    "kernels/synapse_creation.py": _CREATION,
    "behaviours/synapse_creation.py": _CREATION,
    "store/access.py": _STORE,
    "store/entry.py": _STORE,
    "store/folder.py": _STORE,
    "store/kernel_store.py": _STORE,
    "compilation/keys.py": ("test_keys.py",),
    "device/arrays.py": ("test_mixed_targets.py", "test_recording.py"),
    "simulation/driver.py": (*_LOOP, "test_progress.py"),
    "simulation/fusion.py": ("test_fusion.py",),
    "simulation/interruption.py": _LOOP,
    "simulation/loop.py": ("test_native_loop.py", "test_differential.py"),
    "guards/groups.py": _GUARDS,
    "guards/mechanism.py": _GUARDS,
    "guards/monitors.py": _GUARDS,
    "guards/numbers.py": _GUARDS,
    "guards/runs.py": _GUARDS,
    "guards/spike_generators.py": _GUARDS,
    "guards/synapses.py": _GUARDS,
    "guards/variables.py": _GUARDS,
    "generation/conditions.py": ("test_conditions.py",),
    "generation/checking.py": ("test_checked_kernels.py",),
    "lowering/checks.py": ("test_checked_kernels.py",),
    "binding.py": ("test_mixed_targets.py", "test_bad_input.py", "test_recording.py"),
}
