"""Timed arrays and random numbers."""

from reliability.bad_input.case import accepted, refused, warned

__all__ = ["CASES"]

CASES = (
    refused(
        'made = TimedArray([], dt=1*ms, name="made"); cells.x = "made(t)"',
        "ValueError",
        "The timed array 'made' has no values (its shape is (0,)); give",
    ),
    refused(
        'made = TimedArray(np.zeros((0, 2)), dt=1*ms, name="made"); cells.x = "made(t, i)"',
        "ValueError",
        "The timed array 'made' has no values (its shape is (0, 2));",
    ),
    refused(
        'made = TimedArray(np.zeros((2, 0)), dt=1*ms, name="made"); cells.x = "made(t, i)"',
        "ValueError",
        "The timed array 'made' has no values (its shape is (2, 0));",
    ),
    refused(
        'made = TimedArray([1, 2], dt=0*ms, name="made"); cells.x = "made(t)"',
        "ValueError",
        "The time step dt of a timed array has to be positive and",
    ),
    refused(
        'made = TimedArray([1, 2], dt=-1*ms, name="made"); cells.x = "made(t)"',
        "ValueError",
        "The time step dt of a timed array has to be positive and",
    ),
    refused(
        'made = TimedArray([1, 2], dt=nan*ms, name="made"); cells.x = "made(t)"',
        "ValueError",
        "The time step dt of a timed array has to be positive and",
    ),
    refused(
        'made = TimedArray([1, 2], dt=inf*ms, name="made"); cells.x = "made(t)"',
        "ValueError",
        "The time step dt of a timed array has to be positive and",
    ),
    refused(
        'made = TimedArray([1, 2], dt=3, name="made")',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit second for",
    ),
    refused(
        'made = TimedArray(np.zeros((2, 2, 2)), dt=1*ms, name="made")',
        "NotImplementedError",
        "Only 1d and 2d arrays are supported for TimedArray",
    ),
    refused(
        'made = TimedArray(3, dt=1*ms, name="made")',
        "NotImplementedError",
        "Only 1d and 2d arrays are supported for TimedArray",
    ),
    refused(
        'made = TimedArray([1, 1j], dt=1*ms, name="made")',
        "TypeError",
        "float() argument must be a string or a real number, not",
    ),
    refused(
        'made = TimedArray(["a"], dt=1*ms, name="made")',
        "TypeError",
        "Object of type <class 'list'> does not have dimensions",
    ),
    accepted(
        'made = TimedArray([nan], dt=1*ms, name="made"); cells.x = "made(t)"',
        "Values of variables",
    ),
    accepted(
        'made = TimedArray([[1, 2]], dt=1*ms, name="made"); cells.x = "made(t, i)"',
        "Columns of a timed array",
    ),
    accepted(
        'made = TimedArray([[1, 2]], dt=1*ms, name="made"); cells.x = "made(t, -1)"',
        "Columns of a timed array",
    ),
    accepted(
        'made = TimedArray([[1, 2]], dt=1*ms, name="made"); cells.x = "made(t, 2**32)"',
        "Columns of a timed array",
    ),
    refused(
        'made = TimedArray([[1, 2]], dt=1*ms, name="made"); cells.x = "made(t)"',
        "SyntaxError",
        "Function 'made' was called with 1 parameters, needs 2.",
    ),
    refused(
        'made = TimedArray([1, 2], dt=1*ms, name="made"); cells.x = "made(t, i)"',
        "SyntaxError",
        "Function 'made' was called with 2 parameters, needs 1.",
    ),
    refused(
        'made = TimedArray([1, 2]*mV, dt=1*ms, name="made"); cells.x = "made(t)"',
        "DimensionMismatchError",
        'The right-hand-side of code statement "x = made(t)" does not',
    ),
    accepted(
        'made = TimedArray([1, 2], dt=1*ms, name="made"); cells.x = "made(inf*ms)"',
        "Times of a timed array",
    ),
    accepted(
        'made = TimedArray([1, 2], dt=1*ms, name="made"); cells.x = "made(0.0*ms/i)"',
        "Times of a timed array",
    ),
    refused(
        'draw = BinomialFunction(-1, 0.5); cells.x = "draw()"',
        "ValueError",
        "The number of trials n can't be negative, it is -1.",
    ),
    warned(
        'draw = BinomialFunction(2.5, 0.5); cells.x = "draw()"',
        "The number of trials n should be whole: 2.5 counts as 2.",
    ),
    refused(
        'draw = BinomialFunction(nan, 0.5); cells.x = "draw()"',
        "ValueError",
        "The number of trials n has to be a finite number, not nan.",
    ),
    refused(
        "draw = BinomialFunction(2.0**63, 1e-19)",
        "OverflowError",
        "The number of trials n can be at most 9223372036854775807, because",
    ),
    refused(
        'draw = BinomialFunction(10, -0.5); cells.x = "draw()"',
        "ValueError",
        "The probability p has to be between 0 and 1, it is -0.5.",
    ),
    refused(
        'draw = BinomialFunction(10, 1.5); cells.x = "draw()"',
        "ValueError",
        "The probability p has to be between 0 and 1, it is 1.5.",
    ),
    refused(
        'draw = BinomialFunction(10, nan); cells.x = "draw()"',
        "ValueError",
        "The probability p has to be between 0 and 1, it is nan.",
    ),
    refused(
        "draw = BinomialFunction(10, 1*mV)",
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit 1 for",
    ),
    accepted(
        'draw = BinomialFunction(True, 0.5); cells.x = "draw()"',
        "True and False",
    ),
    accepted('cells.x = "poisson(-1)"', "Means of `poisson`"),
    accepted('cells.x = "poisson(0.0/0.0*i)"', "Means of `poisson`"),
    accepted('cells.x = "poisson(inf)"', "Means of `poisson`"),
)
