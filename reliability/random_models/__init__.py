"""
Random models, run on the numba target and on another one, and compared.

A model is data that hypothesis draws (`strategies`), and is written out as a script
(`script`), which is what runs: a model for which the targets disagree shrinks to a short
script that anyone can run.
"""
