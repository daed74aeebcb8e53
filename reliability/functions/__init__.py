"""
Random functions of users, run on the numba target and on Brian's numpy target.

A case is data that hypothesis draws (`cases`): a function, what it refers to, where a
model calls it, and what changes between runs and within them. It is written out as a
script (`script`), which is what runs: where the targets disagree, the case shrinks to a
short script that anyone can run.
"""
