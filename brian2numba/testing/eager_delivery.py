"""Spikes that are delivered in special ways wherever that is right: for tests."""

from __future__ import annotations

from brian2numba.containers.choices import Choices

__all__ = ["deliver_eagerly"]


def deliver_eagerly() -> None:
    """Use copies, ranges and runs also where they do not pay, for the whole process."""
    for name, value in Choices.EAGER.items():
        setattr(Choices, name, value)
