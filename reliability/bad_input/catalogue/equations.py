"""Equations, thresholds, resets, methods."""

from reliability.bad_input.case import accepted, refused

__all__ = ["CASES"]

CASES = (
    refused(
        'made = NeuronGroup(3, "dv/dt = -v : 1", name="made", method="euler"); run(1*ms)',
        "DimensionMismatchError",
        "Expression '-v' does not have the expected unit hertz (unit is",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -v/(10*mV) : 1", name="made"); run(1*ms)',
        "DimensionMismatchError",
        "Expression '-v/(10*mV)' does not have the expected unit hertz",
    ),
    refused(
        'made = NeuronGroup(3, "v : nothing", name="made")',
        "ValueError",
        "Unit specification refers to 'nothing', but this is not a base",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = ", name="made")',
        "ParseException",
        "Expected end of text, found 'dv'  (at char 0), (line:1, col:1)",
    ),
    refused(
        'made = NeuronGroup(3, 7, name="made")',
        "TypeError",
        "model has to be a string or an Equations object, is '<class",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -nothing*v/ms : 1", method="euler", name="made"); run(1*ms)',
        "KeyError",
        "'The identifier \"nothing\" could not be resolved.'",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -v/ms : 1", method="nothing", name="made"); run(1*ms)',
        "ValueError",
        "No state updater with the name 'nothing' is known.",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -v**2/ms : 1", method="exact", name="made"); run(1*ms)',
        "UnsupportedEquationsException",
        "The expression '-v**2/ms', defining the variable 'v', could not",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -v*xi*ms**-0.5 : 1", method="exact", name="made"); run(1*ms)',
        "UnsupportedEquationsException",
        "Cannot solve stochastic equations with this state updater.",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -v/ms : 1", method="gsl", method_options={"absolute_error": "small"}, name="made"); run(1*ms)',
        "TypeError",
        "The method option 'absolute_error' has to be a number such as",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -v/ms : 1", method="gsl", method_options={"absolute_error_per_variable": {"w": 1e-6}}, name="made"); run(1*ms)',
        "KeyError",
        "\"The method option 'absolute_error_per_variable' has an error for",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = (1 + v**2)/ms : 1", method="gsl", name="made"); run(2*ms)',
        "IntegrationError",
        "The equations of 'made' can't be integrated for the element with",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -v/ms : 1", method="euler", method_options={"nothing": 3}, name="made"); run(1*ms)',
        "KeyError",
        "\"method_options specifies 'nothing', but this is not an option",
    ),
    refused(
        'made = NeuronGroup(3, "dv/dt = -v/ms : 1", method=3, name="made"); run(1*ms)',
        "TypeError",
        "method argument has to be a string, a callable, or an iterable",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v", name="made"); run(1*ms)',
        "TypeError",
        "Threshold condition 'v' is not a boolean expression",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1*mV", reset="v = 0", name="made"); run(1*ms)',
        "DimensionMismatchError",
        "Comparison of expressions with different units. Expression 'v'",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", reset="v = 1*mV", name="made"); run(1*ms)',
        "DimensionMismatchError",
        'The right-hand-side of code statement "v = 1*mV" does not have',
    ),
    accepted(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", reset="nothing = 0*volt", name="made"); made.v = 2; run(1*ms)',
        "New names in code",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", reset="v", name="made"); run(1*ms)',
        "ParseSyntaxException",
        "Expected assignment operator, found end of text  (at char 1),",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold=3, name="made"); run(1*ms)',
        "TypeError",
        "argument of type 'int' is not iterable",
    ),
)
