"""
Random models, run on the numba target and on another one, and compared.

A model is data that hypothesis draws (`networks`). It is written out as a script
(`script`), which is what runs: where the targets disagree, the model shrinks to a short
script that anyone can run.
"""
