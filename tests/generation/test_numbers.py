"""Numbers of all types that variables can have are computed exactly."""

import itertools

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, ms, prefs

from tests.generation.exact_numbers import (
    COMPARISONS,
    OPERATIONS,
    UNSIGNED,
    VALUES,
    comparison,
    operation,
    stored,
)

PAIRS = list(itertools.product(VALUES, VALUES))
SIGNS = [*OPERATIONS, "/", "**"]
_TYPES = {"bool": "boolean", "float64": "1", "float32": "1"}


def declared(name, dtype):
    return f"{name} : {_TYPES.get(dtype, 'integer')}"


def computed(statements, results, values, namespace=None):
    """Return what statements make of variables.

    Parameters
    ----------
    statements : list of str
        Statements that assign to variables.
    results : dict
        The types of the variables that get something.
    values : dict
        The types and values of the others.
    """
    dtypes = {**results, **{name: dtype for name, (dtype, _) in values.items()}}
    n = len(next(iter(values.values()))[1])
    group = NeuronGroup(
        n,
        "\n".join(declared(name, dtype) for name, dtype in dtypes.items()),
        dtype={name: np.dtype(dtype) for name, dtype in dtypes.items()},
        namespace=namespace or {},
    )
    for name, (dtype, numbers) in values.items():
        group.variables[name].set_value(np.array(numbers, dtype))
    group.run_regularly("\n".join(statements))
    Network(group).run(0.1 * ms)
    return {name: group.variables[name].get_value().copy() for name in results}


def check_pair(types, targets=("float64", "int64")):
    """Compare operations of all values of two types with what they have to give."""
    pairs = list(itertools.product(*(VALUES[dtype] for dtype in types)))
    values = {
        name: (dtype, [pair[k] for pair in pairs])
        for k, (name, dtype) in enumerate(zip("ab", types, strict=True))
    }
    statements, results, expected = [], {}, {}
    for sign, target in itertools.product([*SIGNS, *COMPARISONS], targets):
        name = f"r{len(results)}_{target}"
        results[name] = target
        statements.append(f"{name} = a {sign} b")
        expected[name] = sign, target
    found = computed(statements, results, values)
    with np.errstate(all="ignore"):
        for name, (sign, target) in expected.items():
            for (a, b), value in zip(pairs, found[name], strict=True):
                where = f"{target}: {a!r} {sign} {b!r} of {types}"
                if sign in COMPARISONS:
                    assert value == comparison(sign, a, b, types), where
                else:
                    check(
                        sign,
                        target,
                        value,
                        operation_for(target, sign, a, b, types),
                        where,
                    )


def operation_for(target, sign, a, b, types):
    is_power_of_floats = sign == "**" and target.startswith("float")
    if is_power_of_floats and not set(types) & {"float32", "float64"}:
        with np.errstate(all="ignore"):
            return np.power(float(a), float(b)), "float64"
    return operation(sign, a, b, types)


def check(sign, target, value, result, where):
    right = stored(*result, target)
    if sign != "**" or result[1] not in ("float64", "float32"):
        np.testing.assert_equal(value, right, err_msg=where)
    elif target.startswith("float"):
        rtol = 1e-6 if "float32" in (target, result[1]) else 1e-15
        np.testing.assert_allclose(value, right, rtol=rtol, err_msg=where)
    elif abs(float(result[0])) < 2.0**53:
        np.testing.assert_equal(value, right, err_msg=where)


@pytest.mark.parametrize("types", PAIRS, ids="-".join)
def test_operations_of_two_types(types):
    # Brian takes 0*x and 0/x for 0, also where it knows that a truth value is False
    prefs.codegen.loop_invariant_optimisations = "bool" not in types
    check_pair(types)


@pytest.mark.parametrize("types", [p for p in PAIRS if UNSIGNED in p], ids="-".join)
def test_results_without_sign(types):
    prefs.codegen.loop_invariant_optimisations = "bool" not in types
    check_pair(types, targets=(UNSIGNED, "int32", "uint8", "bool"))


@pytest.mark.parametrize("types", PAIRS, ids="-".join)
def test_python_computes_the_same(types):
    prefs.codegen.loop_invariant_optimisations = "bool" not in types
    prefs.codegen.runtime.numba.jit = False
    # There a float of single precision and a truth value have a sum of single precision
    if set(types) in ({"float32"}, {"float32", "bool"}):
        return
    check_pair(types)
    check_pair(types, targets=(UNSIGNED,))


@pytest.mark.parametrize("types", PAIRS, ids="-".join)
def test_numba_computes_the_same(types):
    prefs.codegen.loop_invariant_optimisations = "bool" not in types
    prefs.codegen.runtime.numba.compiler = "numba"
    check_pair(types)
    if UNSIGNED in types:
        check_pair(types, targets=(UNSIGNED, "int32", "uint8", "bool"))
