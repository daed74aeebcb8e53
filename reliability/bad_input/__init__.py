"""Bad input of all kinds: each has to be refused clearly, or is documented as accepted.

Each case of the `catalogue` is a short script, which runs in a forked child on a small
model. A child that dies is a crash, one that does not end is a hang; what raises no
exception, is not warned of and is not documented is silent. There must be none.
"""
