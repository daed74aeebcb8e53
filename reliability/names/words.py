"""Names that generated code, compilers and libraries have for themselves."""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from brian2.utils.stringtools import get_identifiers

import brian2numba
from brian2numba import language
from brian2numba.generation import library

__all__ = ["words"]

#: Of C and C++, of the C library, of LLVM's language, of numba and of operating systems
_OF_OTHERS = """
auto break case char const default do double enum extern float goto inline int long
register restrict return short signed sizeof static struct switch typedef union
unsigned void volatile alignas alignof bool catch char8_t class compl concept
consteval constexpr constinit const_cast decltype delete dynamic_cast explicit export
friend mutable namespace new noexcept nullptr operator private protected public
reinterpret_cast requires static_assert static_cast template this thread_local throw
typename using virtual wchar_t xor bitand bitor and_eq or_eq not_eq main malloc calloc
realloc free memcpy memmove memset memcmp abort exit printf puts read write open close
time clock rand srand random drand48 rint lrint round trunc fmod fmin fmax fabs hypot
cbrt erf erfc tgamma lgamma gamma j0 j1 jn y0 y1 yn atan2 sinh cosh tanh asinh acosh
atanh exp2 exp10 log2 logb ldexp frexp modf nan isnan isinf isfinite signbit copysign
sincos pow powi powf sinf strlen errno environ signal raise longjmp setjmp dlopen
dlsym llvm define declare internal private alloca load store getelementptr call ret br
label phi select icmp fcmp add sub mul sdiv udiv fadd fsub fmul fdiv zext sext trunc
bitcast inttoptr ptrtoint i1 i8 i32 i64 ptr entry undef poison zeroinitializer
metadata attributes target triple datalayout nounwind alwaysinline fast nsw nuw align
unreachable a0 v1 b1 table arm x86 numba njit jit vectorize prange objmode int32 int64
uint64 uint8 float32 float64 boolean types typeof literally literal_unroll gdb cuda
dispatcher py_func cfunc np numpy math ctypes self cls array zeros ones empty dot sum
mean where clip item size shape ndim dtype data real imag flat T copy view sort
argsort cumsum cumprod concatenate nonzero unique logical_not con aux nul prn con_
lock cache kernel unit synapses neurons pre post spikes queue delay
"""


def words() -> list[str]:
    """Return the names, without underscores in front, in the order of the alphabet."""
    names = {
        *keyword.kwlist,
        *keyword.softkwlist,
        *(name for name in dir(builtins) if name.islower()),
        *dir(math),
        *_OF_OTHERS.split(),
        *library.namespace(),
        *language.__all__,
        *_of_templates(),
        *_of_library(),
    }
    stripped = {name.strip("_") for name in names}
    return sorted(name for name in stripped if name.isidentifier())


def _of_templates() -> Iterator[str]:
    """Yield what templates, and the declarations of slots, call something."""
    generation = Path(str(files("brian2numba.generation")))
    for file in (generation / "templates").rglob("*.py_"):
        text = re.sub(
            r"\{[#%].*?[#%]\}", "", file.read_text(encoding="utf-8"), flags=re.S
        )
        yield from (n for n in get_identifiers(text) if n.startswith("_"))
    for module in ("slots", "followed", "source", "generator"):
        text = (generation / f"{module}.py").read_text(encoding="utf-8")
        yield from re.findall(r"(?<=[\"{ (])_\w+", text)


def _of_library() -> Iterator[str]:
    """Yield what the library's modules define."""
    root = Path(brian2numba.__file__).parent
    for package in ("kernels", "containers", "elementary"):
        for file in sorted((root / package).glob("*.py")):
            if file.stem != "__init__":
                module = import_module(f"brian2numba.{package}.{file.stem}")
                yield from getattr(module, "__all__", ())
