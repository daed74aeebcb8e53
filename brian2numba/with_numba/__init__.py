"""
Compiling with numba: functions of users, and kernels that call them.

To import this package imports numba. Nothing else does, except the numba types of the
containers; a model without functions of users does without.
"""
