"""What tests of recordings share."""

import pytest
from brian2 import prefs


@pytest.fixture(params=["compiled", "brian", "python"])
def loop(request):
    """Run a test with compiled loop and kernels, with Brian's loop, and in Python."""
    prefs.codegen.runtime.numba.native_loop = request.param == "compiled"
    prefs.codegen.runtime.numba.jit = request.param != "python"
    prefs._backup()
    return request.param
