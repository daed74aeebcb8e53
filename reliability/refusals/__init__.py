"""
What is refused, and why: each check of the package, with an input that it refuses.

``python -m reliability.refusals`` runs each input with Brian's numpy and Cython targets
and with numba, in processes of their own, and writes docs/refused.md.
"""
