"""Processors by the names that LLVM has for them."""

from __future__ import annotations

import functools
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import llvmlite.binding as llvm
from brian2.core.preferences import PreferenceError

__all__ = ["Processor", "can_compile_for"]

_LEVEL_2 = ("cx16", "popcnt", "sahf", "sse3", "sse4.1", "sse4.2", "ssse3")
_LEVEL_3 = (*_LEVEL_2, "avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")
_LEVEL_4 = (*_LEVEL_3, "avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl")
#: The instructions of the levels that x86-64 processors are divided into
_LEVELS = {"x86-64-v2": _LEVEL_2, "x86-64-v3": _LEVEL_3, "x86-64-v4": _LEVEL_4}


@dataclass(frozen=True)
class Processor:
    """What machine code is made for.

    Attributes
    ----------
    triple, cpu, features : str
        The kind of machine, the processor and the instructions that it has or lacks,
        in LLVM's words.
    """

    triple: str
    cpu: str
    features: str

    def __str__(self) -> str:
        return f"{self.triple} {self.cpu} {self.features}"


# LLVM goes on without a processor that it does not know, and stops the process for one
# that its code can't be for
_PROBE = """
import sys
import llvmlite.binding as llvm

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()
target = llvm.Target.from_triple(sys.argv[1])
machine = target.create_target_machine(cpu=sys.argv[2], opt=3, jit=True)
module = llvm.parse_assembly("define i64 @f(i64 %x) { ret i64 %x }")
machine.emit_object(module)
"""


def can_compile_for(name: Any) -> bool:
    """Tell whether a name is that of a processor, or ``'host'``.

    Raises
    ------
    PreferenceError
        If LLVM does not know the processor, it is of another kind than this one, or it
        is known to have instructions that this one lacks.
    """
    if not isinstance(name, str) or not name:
        return False
    if name in ("host", llvm.get_host_cpu_name()):
        return True
    reason = _lacking_here(name) if name in _LEVELS else _objection_of_llvm(name)
    if reason:
        raise PreferenceError(
            f"The preference codegen.runtime.numba.cpu can't be '{name}': {reason}"
        )
    return True


def _lacking_here(name: str) -> str:
    """Return what says which instructions of a level this processor lacks.

    For other names LLVM does not tell which instructions they stand for.
    """
    features = llvm.get_host_cpu_features()
    lacking = [feature for feature in _LEVELS[name] if not features.get(feature)]
    if not lacking:
        return ""
    return f"{llvm.get_host_cpu_name()}, the processor here, lacks {', '.join(lacking)}"


@functools.cache
def _objection_of_llvm(name: str) -> str:
    """Return what LLVM has against compiling for a processor."""
    command = [sys.executable, "-c", _PROBE, llvm.get_process_triple(), name]
    probe = subprocess.run(command, capture_output=True, text=True, check=False)
    said = probe.stderr.strip().splitlines()
    if any("not a recognized processor" in line for line in said):
        return "LLVM does not know it"
    if probe.returncode:
        return f"LLVM says {said[-1] if said else f'status {probe.returncode}'}"
    return ""
