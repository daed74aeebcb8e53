"""Command line: ``python -m brian2numba.testing [--target numpy] [--float32] ...``."""

from __future__ import annotations

import argparse
import sys

import numpy as np

from brian2numba.testing import test


def main() -> int:
    """Run Brian's test suite; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m brian2numba.testing")
    parser.add_argument("--target", default="numba", help="the target to test")
    parser.add_argument("--float32", action="store_true", help="single precision")
    parser.add_argument(
        "--brian-loop", action="store_true", help="without the compiled run loop"
    )
    parser.add_argument("--math", default="vector", help="elementary functions")
    parser.add_argument("--compiler", default="direct", help="what compiles kernels")
    parser.add_argument("--threads", type=int, default=1, help="how many threads")
    parser.add_argument("--checked", action="store_true", help="check each access")
    parser.add_argument("--uncompiled", action="store_true", help="let Python run all")
    parser.add_argument(
        "--guard-pages", choices=("left", "right"), help="arrays between guard pages"
    )
    parser.add_argument("--prepare", default="changed", help="what runs prepare")
    parser.add_argument(
        "--prepare-twice", action="store_true", help="compare what runs keep"
    )
    parser.add_argument("--short", action="store_true", help="without long tests")
    arguments, pytest_arguments = parser.parse_known_args()
    passed = test(
        target=arguments.target,
        long_tests=not arguments.short,
        float_dtype=np.float32 if arguments.float32 else None,
        native_loop=not arguments.brian_loop,
        math=arguments.math,
        compiler=arguments.compiler,
        threads=arguments.threads,
        checked=arguments.checked,
        jit=not arguments.uncompiled,
        prepare=arguments.prepare,
        guard_pages=arguments.guard_pages,
        prepare_twice=arguments.prepare_twice,
        additional_args=pytest_arguments,
    )
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
