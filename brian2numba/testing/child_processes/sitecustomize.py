"""Makes the numba target known to a process that only imports Brian."""

import brian2numba  # noqa: F401
