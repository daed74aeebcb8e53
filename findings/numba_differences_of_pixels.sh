#!/bin/sh
# numba 0.68.1: the difference of two pixels of type uint8 is 2**64 - 1 where it is -1.
#
# numba computes with two unsigned integers of 8 bits as with unsigned ones of 64 bits, so
# that 0 - 1 is 18446744073709551615, and what follows in floating point is 1.8e19; numpy
# computes with 8 bits and gives 255. Beside a 1 that is written down, which has a sign,
# numba gives -1. So `frame[k] - before[k]`, the change of a pixel of a camera's or a data
# set's images, is right in neither, and differs by 17 orders of magnitude between a
# function as Python runs it and the same function jitted; `frame[k] - 1` is right in
# numba only. Nothing is raised, and numba warns of nothing.
#
# Needs a Python from 3.12 on, as python3 or in PYTHON.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "numba==0.68.1" "numpy==2.5.5"
cat > "$folder/pixels.py" <<'PYTHON'
import sys
import warnings

import numba
import numpy as np


def change(frame, before, k):
    return 0.5 * (frame[k] - before[k])


def below(frame, before, k):
    return 0.5 * (frame[k] - 1)


frame, before = np.array([[0], [1]], np.uint8)
with warnings.catch_warnings():
    # numpy warns of the overflow
    warnings.simplefilter("ignore")
    by_numpy = [float(f(frame, before, 0)) for f in (change, below)]
with warnings.catch_warnings():
    warnings.simplefilter("error")
    by_numba = [float(numba.njit(f)(frame, before, 0)) for f in (change, below)]
print("numpy:", by_numpy)
print("numba:", by_numba)
if by_numpy != [127.5, 127.5] or by_numba != [2.0**63, -0.5]:
    sys.exit("This has changed.")
PYTHON
"$folder/venv/bin/python" "$folder/pixels.py"
