"""
What else could compile Brian's kernels? ``python -m benchmarks.tools_compared``.

One file for each tool, with the same job in each (`benchmarks.tools_compared.job`).
`docs/why_numba.md` draws the conclusions.
"""
