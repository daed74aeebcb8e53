"""
What counter-based random numbers depend on, kept with a device.

Kernels find the key of their object, and how often its code has run, in a record of
their own, `brian2numba.kernels.counter_based.CountedBuffers`. All keys follow from one
seed. It is made of the state of numpy's global generator when Brian seeds that, or when
a kernel first needs it: random without a seed, and the same for the same seed.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from brian2numba.device.random_methods import ExtendedMethods
from brian2numba.kernels.counter_based import CountedBuffers
from brian2numba.kernels.counter_streams import (
    N_MANY,
    N_NUMBERS,
    refill_normal,
    refill_uniform,
)
from brian2numba.language import address_of, pointer_to

__all__ = ["RandomCounters", "attach_random_counters", "key_of", "role_of"]

type _Array = np.ndarray[Any, Any]

#: The attribute of a device with its counters
_ATTRIBUTE = "_brian2numba_random_counters"
#: Our part in the states of devices
_STATE_KEY = "brian2numba_counters"
_BYTES_OF_SEED, _BYTES_OF_KEY = 32, 8


class RandomCounters:
    """Keys and numbers of runs, by what the random numbers are for."""

    def __init__(self) -> None:
        self._seed = b""
        # What numpy's generator was seeded with, as long as nobody asked for more
        self._seeded_with: int | None = None
        self._counted: dict[str, _Counted] = {}
        # Of those that have no record yet
        self._runs: dict[str, int] = {}

    def address(self, role: str) -> int:
        """Return the address of the record; it never changes.

        Parameters
        ----------
        role : str
            What the numbers are for; usually the name of an object.
        """
        self.know_seed()
        if role not in self._counted:
            self._counted[role] = _Counted()
            self._fill(role, self._runs.pop(role, 0))
        record = self._counted[role].record
        # Each time: what Python runs gives way to what is compiled
        record.refill_uniform = refill_uniform.address
        record.refill_normal = refill_normal.address
        return address_of(record)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Leave it open which seed there will be, if it was open before."""
        is_open = not self._seed and self._seeded_with is None
        try:
            yield
        finally:
            if is_open:
                self._seed = b""

    def reseed(self, seeded_with: Any = None) -> None:
        """Take the seed from the present state of numpy's global generator.

        Parameters
        ----------
        seeded_with : int, optional
            The number that this generator was just seeded with: its state, which takes
            long to read, is looked at when a kernel needs it.
        """
        # Records get their keys now
        is_later = not self._counted and _is_number_of_state(seeded_with)
        if is_later:
            self._seed, self._seeded_with = b"", int(seeded_with)
        else:
            self._seed, self._seeded_with = _digest_of_numpys_state(), None
        self._set_runs({})

    def get_state(self) -> dict[str, Any]:
        """Return the seed, and the numbers of runs of all roles."""
        runs = {role: counted.record.run for role, counted in self._counted.items()}
        return {"seed": self.know_seed(), "runs": {**self._runs, **runs}}

    def set_state(self, state: dict[str, Any]) -> None:
        """Restore a state that `get_state` returned."""
        self._seed, self._seeded_with = state["seed"], None
        self._set_runs(state["runs"])

    def _set_runs(self, runs: dict[str, int]) -> None:
        self._runs = dict(runs)
        for role in self._counted:
            self._fill(role, self._runs.pop(role, 0))

    def _fill(self, role: str, run: int) -> None:
        """Write the key of a role, and how often its code has run."""
        record = self._counted[role].record
        record.key_low, record.key_high = key_of(self.know_seed(), role).tolist()
        record.run = run

    def know_seed(self) -> bytes:
        """Return the seed; it is found now if nobody has said which it is."""
        if self._seeded_with is not None:
            self._seed = _digest_after_seeding(self._seeded_with)
            self._seeded_with = None
        if not self._seed:
            self._seed = _digest_of_numpys_state()
            # What has a record already was given another seed, which was not to stay
            for role, counted in self._counted.items():
                self._fill(role, counted.record.run)
        return self._seed


def key_of(seed: bytes, role: str) -> _Array:
    """Return the generator's key for a seed and a role: two words of 32 bits."""
    digest = hashlib.blake2b(role.encode(), digest_size=_BYTES_OF_KEY, key=seed)
    return np.frombuffer(digest.digest(), "<u4")


def _digest_of_numpys_state() -> bytes:
    """Return bytes that stand for the state of numpy's global generator."""
    return _digest_of(np.random.get_state(legacy=False))


def _is_number_of_state(seed: Any) -> bool:
    """Tell whether a seed alone says in which state numpy's global generator is."""
    generator = np.random.mtrand._rand._bit_generator
    is_number = isinstance(seed, int | np.integer)
    return is_number and type(generator) is np.random.MT19937


@functools.lru_cache(maxsize=64)
def _digest_after_seeding(seed: int) -> bytes:
    """Return the digest of numpy's global generator when it was just seeded."""
    return _digest_of(np.random.RandomState(seed).get_state(legacy=False))


def _digest_of(state: Any) -> bytes:
    text = json.dumps(state, sort_keys=True, default=lambda array: array.tolist())
    return hashlib.blake2b(text.encode(), digest_size=_BYTES_OF_SEED).digest()


class _Counted:
    """The record of a role, with the memory for its streams."""

    def __init__(self) -> None:
        self._numbers = np.zeros((2, N_MANY))
        self._positions = np.zeros((2, 1), np.int32)
        self.record = CountedBuffers()
        self.record.uniform = pointer_to(self._numbers[0])
        self.record.normal = pointer_to(self._numbers[1])
        self.record.uniform_position = pointer_to(self._positions[0])
        self.record.normal_position = pointer_to(self._positions[1])
        self.record.size = N_NUMBERS


def role_of(code_object_name: str, owner: Any) -> str:
    """Return what a code object is for, by its name and its place in its owner.

    Brian numbers names that are taken: those of code objects when an object is run
    again, and those of what a group does regularly, also if another group of the same
    name has taken them, which is not yet deleted. The number here is that within the
    group.
    """
    name = re.sub(r"_codeobject(_\d+)?$", "", code_object_name)
    kind = _without_number(name, owner.name)
    parts = [part.name for part in getattr(owner, "contained_objects", ())]
    peers = [part for part in parts if _without_number(part, owner.name) == kind]
    if name not in peers:
        return name
    position = peers.index(name)
    return f"{kind}_{position}" if position else kind


def _without_number(name: str, owner: str) -> str:
    """Return a name without the number at its end, unless it is the owner's."""
    return owner + re.sub(r"_\d+$", "", name.removeprefix(owner))


def attach_random_counters(device: Any) -> RandomCounters:
    """Return the counters of a device, which it gets if it has none.

    Parameters
    ----------
    device : `brian2.devices.device.RuntimeDevice`
        The device. Its methods ``seed``, ``get_random_state`` and ``set_random_state``
        include ours from now on.
    """
    counters: RandomCounters | None = device.__dict__.get(_ATTRIBUTE)
    if counters is None:
        counters = RandomCounters()
        _DeviceMethods(device, counters).install()
        setattr(device, _ATTRIBUTE, counters)
    return counters


class _DeviceMethods(ExtendedMethods):
    """A device's methods for its random state, extended by our counters."""

    def __init__(self, device: Any, counters: RandomCounters) -> None:
        super().__init__(device)
        self._counters = counters

    def seed(self, seed: int | None = None) -> None:
        """Seed numpy's generator; see the device's method."""
        self._seed(seed)
        self._counters.reseed(seed)

    def get_random_state(self) -> dict[str, Any]:
        """Return the device's state with our counters."""
        return {**self._get_random_state(), _STATE_KEY: self._counters.get_state()}

    def set_random_state(self, state: dict[str, Any]) -> None:
        """Restore a state, also one that was stored without our counters."""
        self._set_random_state(state)
        if _STATE_KEY in state:
            self._counters.set_state(state[_STATE_KEY])
        else:
            self._counters.reseed()
