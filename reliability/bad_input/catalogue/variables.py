"""State variables: which elements, and values."""

from reliability.bad_input.case import accepted, refused, warned

__all__ = ["CASES"]

CASES = (
    refused(
        "cells.x[5] = 1",
        "IndexError",
        "Index 5 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        "cells.x[-6] = 1",
        "IndexError",
        "Index -6 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        "cells.x[2**32] = 1",
        "IndexError",
        "Index 4294967296 is out of range: there are 5 elements, from 0",
    ),
    refused(
        'cells.x[5] = "i"',
        "IndexError",
        "Index 5 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        'cells.x[-6] = "i"',
        "IndexError",
        "Index -6 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        'cells.x[2**32] = "i"',
        "IndexError",
        "Index 4294967296 is out of range: there are 5 elements, from 0",
    ),
    refused(
        'cells.x[[0, 10**8]] = "i"',
        "IndexError",
        "Index 100000000 is out of range: there are 5 elements, from 0",
    ),
    refused(
        'cells.x[-10**9] = "i"',
        "IndexError",
        "Index -1000000000 is out of range: there are 5 elements, from 0",
    ),
    refused(
        "cells.x[1.0] = 1",
        "TypeError",
        "Indexing is only supported for integer and boolean arrays, not",
    ),
    refused(
        "cells.x[nan] = 1",
        "TypeError",
        "Indexing is only supported for integer and boolean arrays, not",
    ),
    warned(
        "cells.x[[True, False]] = 1",
        "The index is an array of 2 booleans, but there are 5 elements",
    ),
    refused(
        "cells.x[[True]*7] = 1",
        "IndexError",
        "Index 6 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        "cells.x[0, 1] = 1",
        "IndexError",
        "Can only interpret 1-d indices, got 2 dimensions.",
    ),
    accepted(
        'cells.x["i"] = 1',
        "True and False",
    ),
    refused(
        'cells.x["x*mV > 1"] = 1',
        "DimensionMismatchError",
        "Comparison of expressions with different units. Expression 'x *",
    ),
    refused(
        'cells.x["nothing > 1"] = 1',
        "KeyError",
        "'The identifier \"nothing\" could not be resolved.'",
    ),
    refused(
        "print(cells.x[7])",
        "IndexError",
        "Index 7 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        "print(cells.x[2**32])",
        "IndexError",
        "Index 4294967296 is out of range: there are 5 elements, from 0",
    ),
    refused(
        "print(cells.x[-6])",
        "IndexError",
        "Index -6 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        "print(cells.twice[7])",
        "IndexError",
        "Index 7 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        "print(cells.twice[2**32])",
        "IndexError",
        "Index 4294967296 is out of range: there are 5 elements, from 0",
    ),
    refused(
        "print(cells.twice[-6])",
        "IndexError",
        "Index -6 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        "print(cells.twice[[0, 10**8]])",
        "IndexError",
        "Index 100000000 is out of range: there are 5 elements, from 0",
    ),
    refused(
        'print(cells.x["i*ms"])',
        "DimensionMismatchError",
        "Comparison of expressions with different units. Expression 'i *",
    ),
    refused(
        "cells.x = [1, 2]",
        "ValueError",
        "could not broadcast input array from shape (2,) into shape (5,)",
    ),
    refused(
        "cells.x = np.zeros((5, 2))",
        "ValueError",
        "could not broadcast input array from shape (5,2) into shape (5,)",
    ),
    refused(
        "cells.x[:3] = [1, 2]",
        "ValueError",
        "Provided values do not match the size of the indices, 2 != 3.",
    ),
    refused(
        "cells.x = 1*mV",
        "DimensionMismatchError",
        "x should be set with a dimensionless value, but got 1. mV (unit",
    ),
    refused(
        'cells.x = "1*mV"',
        "DimensionMismatchError",
        'The right-hand-side of code statement "x = 1*mV" does not have',
    ),
    refused(
        "cells.I = 3",
        "DimensionMismatchError",
        "I should be set with a value with units amp, but got 3 (unit is",
    ),
    refused(
        'cells.I = "3"',
        "DimensionMismatchError",
        'The right-hand-side of code statement "I = 3" does not have the',
    ),
    refused(
        "cells.I = 3*mV",
        "DimensionMismatchError",
        "I should be set with a value with units amp, but got 3. mV",
    ),
    refused(
        'cells.x = "no_such_name"',
        "KeyError",
        "'The identifier \"no_such_name\" could not be resolved.'",
    ),
    refused('cells.x = "3 +"', "SyntaxError", "invalid syntax"),
    refused(
        "cells.x = None",
        "TypeError",
        "Object of type <class 'NoneType'> does not have dimensions",
    ),
    refused(
        "cells.x = [None]*5",
        "TypeError",
        "Object of type <class 'list'> does not have dimensions",
    ),
    refused(
        "cells.x = 1j",
        "TypeError",
        "float() argument must be a string or a real number, not",
    ),
    refused(
        "cells.x = [1j]*5",
        "TypeError",
        "float() argument must be a string or a real number, not",
    ),
    refused('cells.x = "x = 3"', "SyntaxError", "invalid syntax"),
    accepted("cells.x = True", "True and False"),
    accepted("cells.x = nan", "Values of variables"),
    accepted('cells.x = "inf"', "Values of variables"),
    refused(
        "cells.k = nan",
        "ValueError",
        "The variable 'k' of 'cells' can't be nan, because its type is",
    ),
    refused(
        "cells.k = [nan]*5",
        "ValueError",
        "The variable 'k' of 'cells' can't be nan, because its type is",
    ),
    refused(
        "cells.k = inf",
        "ValueError",
        "The variable 'k' of 'cells' can't be inf, because its type is",
    ),
    accepted("cells.k = 2.7", "Fractions"),
    accepted("cells.k = [2.7]*5", "Fractions"),
    accepted('cells.k = "2.7"', "Fractions"),
    accepted('cells.k = "0.0/0.0*i"', "Integers that code computes"),
    accepted('cells.k = "1e300"', "Integers that code computes"),
    refused(
        "cells.k = 2**31",
        "OverflowError",
        "The variable 'k' of 'cells' can't be 2147483648, because its",
    ),
    refused(
        "cells.k = [2**31]*5",
        "OverflowError",
        "The variable 'k' of 'cells' can't be 2147483648, because its",
    ),
    refused(
        "cells.k = np.array([2**32 + 1]*5)",
        "OverflowError",
        "The variable 'k' of 'cells' can't be 4294967297, because its",
    ),
    accepted('cells.k = "2**31 + i"', "Integers that code computes"),
    refused(
        "cells.k = -2**31 - 1",
        "OverflowError",
        "The variable 'k' of 'cells' can't be -2147483649, because its",
    ),
    refused(
        "cells.k = 2**63",
        "OverflowError",
        "The variable 'k' of 'cells' can't be 9223372036854775808,",
    ),
    refused(
        "cells.k = 1e10",
        "OverflowError",
        "The variable 'k' of 'cells' can't be 10000000000.0, because its",
    ),
    refused(
        "cells.k[0] = nan",
        "ValueError",
        "The variable 'k' of 'cells' can't be nan, because its type is",
    ),
    refused(
        'cells.k["i > 1"] = nan',
        "ValueError",
        "The variable 'k' of 'cells' can't be nan, because its type is",
    ),
    refused(
        'cells.k["i > 1"] = 2**40',
        "OverflowError",
        "The variable 'k' of 'cells' can't be 1099511627776, because its",
    ),
    accepted("cells.k = True", "True and False"),
    accepted("cells.flag = 2", "True and False"),
    accepted("cells.flag = nan", "True and False"),
    accepted("cells.flag = inf", "True and False"),
    accepted('cells.flag = "2"', "True and False"),
    accepted('cells.flag = "i"', "True and False"),
    accepted("cells.flag = [0, 1, 2, 3, 4]", "True and False"),
    accepted('cells.flag = "True + 1"', "True and False"),
    refused(
        "cells.nothing = 3",
        "AttributeError",
        'Could not find a state variable with name "nothing". Use the',
    ),
    refused("cells.i = 3", "TypeError", "Variable i is read-only."),
    refused("cells.t = 3*ms", "TypeError", "Variable t is read-only."),
    refused("cells.dt = 0*ms", "TypeError", "Variable dt is read-only."),
    refused("cells.twice = 3", "TypeError", "Variable twice is read-only."),
    refused(
        "cells.share[0] = 1",
        "IndexError",
        "Illegal index for variable '{self.name}', it is a scalar",
    ),
    refused(
        "cells.share = [1, 2]",
        "TypeError",
        "float() argument must be a string or a real number, not 'list'",
    ),
    refused(
        'cells.share = "i"',
        "SyntaxError",
        "Cannot write to scalar variable 'share' with an expression",
    ),
    refused(
        'cells.set_states({"x": [1, 2]})',
        "ValueError",
        "could not broadcast input array from shape (2,) into shape (5,)",
    ),
    refused('cells.set_states({"nothing": 1})', "KeyError", "'nothing'"),
    refused(
        'cells.set_states({"I": 1})',
        "DimensionMismatchError",
        "Incorrect unit for setting variable I (units are A and 1).",
    ),
    refused(
        'cells.set_states({"k": nan})',
        "ValueError",
        "The variable 'k' of 'cells' can't be nan, because its type is",
    ),
    refused(
        'cells.set_states({"k": [2**40]*5})',
        "OverflowError",
        "The variable 'k' of 'cells' can't be 1099511627776, because its",
    ),
    refused(
        'cells.set_states({"x": 1}, format="nothing")',
        "NotImplementedError",
        "Format 'nothing' is not supported",
    ),
    refused('cells.set_states({"i": 3})', "TypeError", "Variable i is read-only."),
    refused(
        'made = NeuronGroup(3, "k : integer", dtype={"k": float}, name="made")',
        "TypeError",
        "Error determining dtype for variable k: float64 is not a",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", dtype=int, name="made")',
        "TypeError",
        "int64 is not a valid floating point dtype.",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", dtype=np.complex128, name="made")',
        "TypeError",
        "complex128 is not a valid floating point dtype.",
    ),
)
