"""
The random numbers of a device: what kernels draw from, stored and restored with it.

Brian 2.11's runtime device owns two buffers of random numbers, which the Cython target
draws from. We use the same ones, so that a script that mixes the targets draws one
common sequence. Up to Brian 2.10 the buffers belong to the compiled Cython modules. We
have our own there, and extend the device's methods that seed, store and restore.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from brian2.utils.logger import get_logger

from brian2numba.device.random_methods import ExtendedMethods
from brian2numba.device.random_reserve import normal_in_reserve
from brian2numba.kernels.random_buffers import (
    RandomBuffers,
    Reserve,
    complete_uniform,
    find_shorts,
    refill_normal,
    refill_uniform,
)
from brian2numba.kernels.twister_words import Words
from brian2numba.language import address_of, pointer_to

__all__ = ["RandomStreams", "attach_random_streams"]

type _Array = np.ndarray[Any, Any]

# Below "brian2", whose handlers show and store messages
logger = get_logger(f"brian2.{__name__}")

#: Random numbers that Brian's targets draw at a time.
_BUFFER_SIZE = 20_000
#: The size of a line of the processor's cache
_LINE = 64
#: The attribute of a device with its streams.
_ATTRIBUTE = "_brian2numba_random_streams"
#: Our part in the states of devices that we extend.
_STATE_KEY = "brian2numba"


class RandomStreams:
    """The random numbers that kernels draw, and what draws more.

    Parameters
    ----------
    uniform, normal : `numpy.ndarray`
        The buffers, float64, of the same size.
    uniform_index, normal_index : `numpy.ndarray`
        The position of the next number in each, int32 with one item; at 0 the buffer
        is refilled first.
    """

    def __init__(
        self,
        uniform: _Array,
        uniform_index: _Array,
        normal: _Array,
        normal_index: _Array,
    ) -> None:
        #: The arrays, by the names that Brian gives them in a random state.
        self.arrays = {
            "rand_buffer": uniform,
            "rand_buffer_index": uniform_index,
            "randn_buffer": normal,
            "randn_buffer_index": normal_index,
        }
        self._buffers = RandomBuffers()
        self._buffers.uniform = pointer_to(uniform)
        self._buffers.uniform_position = pointer_to(uniform_index)
        self._buffers.normal = pointer_to(normal)
        self._buffers.normal_position = pointer_to(normal_index)
        self._buffers.size = uniform.size
        # Vectors of words are whole lines of a cache
        self._words = np.zeros(ctypes.sizeof(Words) + _LINE, np.uint8)
        address = -(-self._words.ctypes.data // _LINE) * _LINE
        self._buffers.words = Words.array_at(address)
        self._reserve = normal_in_reserve()
        self._generator: Any = None

    @classmethod
    def with_own_buffers(cls, size: int = _BUFFER_SIZE) -> RandomStreams:
        """Return streams with new buffers of `size` numbers."""
        index = np.zeros((2, 1), np.int32)
        return cls(np.zeros(size), index[0], np.zeros(size), index[1])

    def __reduce__(self) -> Any:
        """Pickle the arrays; the addresses are new in another process."""
        return RandomStreams, tuple(self.arrays.values())

    @property
    def address(self) -> int:
        """The address of the `RandomBuffers`; it never changes."""
        # Each time: what Python runs gives way to what is compiled
        self._buffers.refill_uniform = refill_uniform.address
        self._buffers.refill_normal = refill_normal.address
        self._buffers.find_shorts = find_shorts.address
        self._buffers.complete_uniform = complete_uniform.address
        return address_of(self._buffers)

    def enter(self) -> None:
        """Take over from numpy; call it before compiled code that draws.

        Nothing else may draw from numpy's global generator until `leave`.
        """
        generator = np.random.mtrand._rand._bit_generator
        if generator is not self._generator:
            self._connect(generator)
        self._reserve.enter()

    def leave(self) -> None:
        """Hand back to numpy; call it when the compiled code has returned."""
        if self._buffers.is_in_words:
            complete_uniform.call(address_of(self._buffers))
        self._reserve.leave()

    def _connect(self, generator: Any) -> None:
        interface = generator.ctypes
        next_double = ctypes.cast(interface.next_double, ctypes.c_void_p).value or 0
        self._buffers.generator = interface.state_address
        self._buffers.next_double = next_double
        is_twister = type(generator) is np.random.MT19937
        self._buffers.is_mersenne_twister = is_twister
        self._buffers.reserve = Reserve.array_at(self._reserve.address)
        # also keeps the generator alive, whose state compiled code changes
        self._generator = generator

    def forget(self) -> None:
        """Refill both buffers before the next number."""
        self.arrays["rand_buffer_index"][:] = 0
        self.arrays["randn_buffer_index"][:] = 0

    def get_state(self) -> dict[str, _Array]:
        """Return copies of the buffers and of their positions."""
        return {name: array.copy() for name, array in self.arrays.items()}

    def set_state(self, state: dict[str, _Array]) -> None:
        """Restore a state that `get_state` returned."""
        for name, array in self.arrays.items():
            array[:] = state[name]


def attach_random_streams(device: Any) -> RandomStreams:
    """Return the random streams of a device, which it gets if it has none.

    Parameters
    ----------
    device : `brian2.devices.device.RuntimeDevice`
        The device. If its buffers can't be shared (Brian 2.10), its methods ``seed``,
        ``get_random_state`` and ``set_random_state`` include ours from now on.
    """
    streams = device.__dict__.get(_ATTRIBUTE)
    if streams is None:
        if _has_shared_buffers(device):
            names = "rand_buffer", "rand_buffer_index"
            normal_names = "randn_buffer", "randn_buffer_index"
            streams = RandomStreams(
                *(getattr(device, name) for name in names + normal_names)
            )
        else:
            streams = RandomStreams.with_own_buffers()
            _DeviceMethods(device, streams).install()
        setattr(device, _ATTRIBUTE, streams)
    return streams


def _has_shared_buffers(device: Any) -> bool:
    """Whether the device's buffers hold numbers; in Brian 2.10 they hold pointers."""
    buffer: _Array = device.rand_buffer
    return buffer.dtype == np.float64 and buffer.size > 1


class _DeviceMethods(ExtendedMethods):
    """A device's methods for its random state, extended by our buffers."""

    def __init__(self, device: Any, streams: RandomStreams) -> None:
        super().__init__(device)
        self._streams = streams

    def seed(self, seed: int | None = None) -> None:
        """Seed numpy's generator; see the device's method."""
        self._seed(seed)
        self._streams.forget()

    def get_random_state(self) -> dict[str, Any]:
        """Return the device's state with our buffers."""
        state = self._get_random_state()
        return state | {_STATE_KEY: self._streams.get_state()}

    def set_random_state(self, state: dict[str, Any]) -> None:
        """Restore a state, also one of another version or without our buffers."""
        ours = state.get(_STATE_KEY)
        if ours is None and self._is_ours(state):
            # stored by Brian 2.11: its buffers are what ours are here
            ours = state
            state = state | self._get_random_state()
            state["numpy_state"] = ours["numpy_state"]
        self._set_random_state(state)
        if ours is not None:
            self._streams.set_state(ours)
            return
        self._streams.forget()
        if state["rand_buffer_index"][0] or state["randn_buffer_index"][0]:
            logger.warn(
                "The stored random state does not contain the numbers in the buffers "
                "of rand() and randn(). They will be drawn from the restored random "
                "number generator, and differ from those of the original simulation.",
                name_suffix="random_state_without_buffers",
            )

    def _is_ours(self, state: dict[str, Any]) -> bool:
        return all(
            np.shape(state[name]) == array.shape
            for name, array in self._streams.arrays.items()
        )
