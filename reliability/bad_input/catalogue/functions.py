"""Functions of users."""

from reliability.bad_input.case import accepted, refused

__all__ = ["CASES"]

CASES = (
    refused(
        """@check_units(a=1, result=1)
def f(a): raise ValueError("seven")
cells.x = "f(x)"
""",
        "ValueError",
        "seven",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return None
cells.x = "f(x)"
""",
        "TypeError",
        "Object of type <class 'NoneType'> does not have dimensions",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return "seven"
cells.x = "f(x)"
""",
        "TypeError",
        "Object of type <class 'str'> does not have dimensions",
    ),
    accepted(
        """@check_units(a=1, result=1)
def f(a): return 1j
cells.x = "f(x)"
""",
        "Plain functions",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return np.zeros(3)
cells.x = "f(x)"
""",
        "ValueError",
        "could not broadcast input array from shape (3,) into shape (5,)",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return (a, a)
cells.x = "f(x)"
""",
        "ValueError",
        "could not broadcast input array from shape (2,5) into shape (5,)",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return no_such_name
cells.x = "f(x)"
""",
        "NameError",
        "name 'no_such_name' is not defined",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return a.nothing
cells.x = "f(x)"
""",
        "AttributeError",
        "'numpy.ndarray' object has no attribute 'nothing'",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return [1, 2, 3][int(a) + 7]
cells.x = "f(x)"
""",
        "IndexError",
        "list index out of range",
    ),
    accepted(
        """@check_units(a=1, result=1)
def f(a): return 1/a
cells.x = "f(x)"
""",
        "Division by zero",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return 1//int(a)
cells.x = "f(x)"
""",
        "ZeroDivisionError",
        "integer division or modulo by zero",
    ),
    accepted(
        """@check_units(a=1, result=1)
def f(a): return float("nan")
cells.x = "f(x)"
""",
        "Values of variables",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return a
cells.x = "f(x, x)"
""",
        "SyntaxError",
        "Function 'f' was called with 2 parameters, needs 1.",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return a
cells.x = "f(x*mV)"
""",
        "DimensionMismatchError",
        "Argument number 1 for function f does not have the correct",
    ),
    refused(
        """@check_units(a=1, result=volt)
def f(a): return a*volt
cells.x = "f(x)"
""",
        "DimensionMismatchError",
        'The right-hand-side of code statement "x = f(x)" does not have',
    ),
    refused(
        """@check_units(a=1)
def f(a): return a
cells.x = "f(x)"
""",
        "ValueError",
        "The Python function 'f' does not specify the unit for its",
    ),
    refused(
        """def f(a): return a
cells.x = "f(x)"
""",
        "KeyError",
        "'The identifier \"f\" could not be resolved.'",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a): return open(a)
cells.x = "f(x)"
""",
        "TypeError",
        "expected str, bytes or os.PathLike object, not ndarray",
    ),
    refused(
        """@check_units(a=1, result=1)
def f(a, b): return a
cells.x = "f(x)"
""",
        "SyntaxError",
        "Function 'f' was called with 1 parameters, needs 2.",
    ),
    refused(
        'f = Function(3, arg_units=[1], return_unit=1); cells.x = "f(x)"',
        "KeyError",
        "\"No implementation available for target 'numba'. Available",
    ),
    refused(
        'f = Function(lambda a: a, arg_units=[1, 1], return_unit=1); cells.x = "f(x, x)"',
        "TypeError",
        "<lambda>() takes 1 positional argument but 2 were given",
    ),
    refused(
        """@implementation("numba", "def f(")
@check_units(a=1, result=1)
def f(a): return a
cells.x = "f(x)"
""",
        "SyntaxError",
        "'(' was never closed",
    ),
)
