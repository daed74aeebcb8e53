#!/bin/sh
# llvmlite 0.50.0: closing a pass manager of the new kind frees nothing.
#
# create_pass_builder(...).getModulePassManager() returns an object of a class with the
# bases ObjectRef and NewPassManager, in this order. close() calls _dispose(), of which
# Python finds ObjectRef's first, which does nothing; that of NewPassManager, which tells
# LLVM to free the passes, is never called, neither by close() nor at the end of the
# object. Who compiles many modules grows: seen here, 32 kB for each pass manager at
# optimisation level 3 that was made and closed, and 1.5 kB with NewPassManager._dispose()
# called first. numba 0.68.1 makes several for each function that it compiles.
#
# Needs a Python from 3.10 on, as python3 or in PYTHON, on Linux or macOS.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "llvmlite==0.50.0"
cat > "$folder/growth.py" <<'PYTHON'
import resource
import sys

import llvmlite.binding as llvm
from llvmlite.binding.newpassmanagers import ModulePassManager, NewPassManager

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()
machine = llvm.Target.from_default_triple().create_target_machine(opt=3)
unit = 1 if sys.platform == "darwin" else 1024


def make(number, disposes):
    for _ in range(number):
        options = llvm.create_pipeline_tuning_options(speed_level=3)
        builder = llvm.create_pass_builder(machine, options)
        passes = builder.getModulePassManager()
        if disposes:
            NewPassManager._dispose(passes)
        passes.close()
        builder.close()


def growth(number, disposes):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    make(number, disposes)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (after - before) * unit / number


make(100, True)
disposed, closed = growth(1000, True), growth(1000, False)
print("bases:", [base.__name__ for base in ModulePassManager.__bases__])
print(f"bytes for each, disposed of: {disposed:.0f}; closed only: {closed:.0f}")
if ModulePassManager._dispose is NewPassManager._dispose or closed < 10_000:
    sys.exit("This has changed: closing a pass manager frees it.")
PYTHON
"$folder/venv/bin/python" "$folder/growth.py"
