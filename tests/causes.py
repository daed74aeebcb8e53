"""Why an action failed."""

import pytest
from brian2 import BrianObjectException


def cause_of(action, name):
    """Return why an action failed; the exception has to name the object first."""
    with pytest.raises(BrianObjectException) as caught:
        action()
    assert f"Error encountered with object named '{name}" in str(caught.value)
    error = caught.value
    while isinstance(error, BrianObjectException):
        error = error.__cause__
    return error
