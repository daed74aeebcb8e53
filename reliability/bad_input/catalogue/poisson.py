"""Poisson groups and inputs."""

from reliability.bad_input.case import accepted, refused, warned

__all__ = ["CASES"]

CASES = (
    warned(
        'made = PoissonGroup(3, rates=-1*Hz, name="made"); run(1*ms)',
        "The rates should not be negative, but the one of neuron 0 is -1.0",
        "Negative rates give no spikes.",
    ),
    refused(
        'made = PoissonGroup(3, rates=nan*Hz, name="made"); run(1*ms)',
        "ValueError",
        "The rates have to be numbers, but the one of neuron 0 is nan Hz.",
    ),
    accepted(
        'made = PoissonGroup(3, rates=inf*Hz, name="made"); run(1*ms)',
        "Rates",
    ),
    accepted('made = PoissonGroup(3, rates=1e6*Hz, name="made"); run(1*ms)', "Rates"),
    refused(
        'made = PoissonGroup(3, rates=3, name="made")',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit hertz for",
    ),
    refused(
        'made = PoissonGroup(3, rates=[1, 2]*Hz, name="made")',
        "ValueError",
        "could not broadcast input array from shape (2,) into shape (3,)",
    ),
    refused(
        'made = PoissonGroup(3, rates=3*mV, name="made")',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit hertz for",
    ),
    refused(
        'made = PoissonGroup(3, rates="3*mV", name="made"); run(1*ms)',
        "DimensionMismatchError",
        "The expression provided for PoissonGroup's 'rates' argument,",
    ),
    accepted('made = PoissonGroup(3, rates="-3*Hz", name="made"); run(1*ms)', "Rates"),
    refused(
        'made = PoissonGroup(3, rates="nothing*Hz", name="made"); run(1*ms)',
        "KeyError",
        "'The identifier \"nothing\" could not be resolved.'",
    ),
    accepted(
        'made = PoissonGroup(3, rates="0.0*Hz/i", name="made"); run(1*ms)', "Rates"
    ),
    warned(
        'made = PoissonGroup(3, rates=1*Hz, name="made"); made.rates[1] = -5*Hz; run(1*ms)',
        "The rates of the PoissonGroup 'made' should not be negative, but",
    ),
    refused(
        'made = PoissonGroup(3, rates=1*Hz, name="made"); made.rates[1] = nan*Hz; run(1*ms)',
        "ValueError",
        "The rates of the PoissonGroup 'made' have to be numbers, but the",
    ),
    refused(
        'made = PoissonInput(cells, "x", -3, 10*Hz, weight=1); run(1*ms)',
        "ValueError",
        "N has to be an integer >= 1, got -3.",
    ),
    refused(
        'made = PoissonInput(cells, "x", 0, 10*Hz, weight=1); run(1*ms)',
        "ValueError",
        "N has to be an integer >= 1, got 0.",
    ),
    refused(
        'made = PoissonInput(cells, "x", 2.5, 10*Hz, weight=1); run(1*ms)',
        "ValueError",
        "N has to be an integer >= 1, got 2.5.",
    ),
    refused(
        'made = PoissonInput(cells, "x", nan, 10*Hz, weight=1); run(1*ms)',
        "ValueError",
        "The number of inputs N has to be a finite number, not nan.",
    ),
    refused(
        'made = PoissonInput(cells, "x", 2.0**63, 1e-18*Hz, weight=1)',
        "OverflowError",
        "The number of inputs N can be at most 9223372036854775807, because",
    ),
    accepted(
        'made = PoissonInput(cells, "x", True, 10*Hz, weight=1); run(1*ms)',
        "True and False",
    ),
    refused(
        'made = PoissonInput(cells, "x", 10, -10*Hz, weight=1); run(1*ms)',
        "ValueError",
        "The rate cannot be negative, got -10. Hz.",
    ),
    refused(
        'made = PoissonInput(cells, "x", 10, nan*Hz, weight=1); run(1*ms)',
        "ValueError",
        "The rate of an input has to be at most one spike a time step,",
    ),
    refused(
        'made = PoissonInput(cells, "x", 10, inf*Hz, weight=1); run(1*ms)',
        "ValueError",
        "The rate of an input has to be at most one spike a time step,",
    ),
    refused(
        'made = PoissonInput(cells, "x", 10, 1e6*Hz, weight=1); run(1*ms)',
        "ValueError",
        "The rate of an input has to be at most one spike a time step,",
    ),
    refused(
        'made = PoissonInput(cells, "x", 10, 10, weight=1)',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit hertz for",
    ),
    refused(
        'made = PoissonInput(cells, "nothing", 10, 10*Hz, weight=1)',
        "KeyError",
        "'nothing is not a variable of cells'",
    ),
    refused(
        'made = PoissonInput(cells, "x", 10, 10*Hz, weight=1*mV)',
        "DimensionMismatchError",
        "The provided weight does not have the same unit as the target",
    ),
    refused(
        'made = PoissonInput(cells, "x", 10, 10*Hz, weight="1*mV"); run(1*ms)',
        "DimensionMismatchError",
        "Expression 'x + poissoninput_binomial() * (1 * mV)' uses",
    ),
    accepted(
        'made = PoissonInput(cells, "x", 10, 10*Hz, weight=nan); run(1*ms)',
        "Values of variables",
    ),
    accepted(
        'made = PoissonInput(cells, "x", 10, 10*Hz, weight=inf); run(1*ms)',
        "Values of variables",
    ),
    refused(
        'made = PoissonInput(cells, "twice", 10, 10*Hz, weight=1); run(1*ms)',
        "SyntaxError",
        "Illegal line 'twice += poissoninput_binomial()*1' in abstract",
    ),
    refused(
        'made = PoissonInput(cells, "x", 10, 10*Hz, weight=1); cells.clock.dt = 0.2*ms; run(1*ms)',
        "NotImplementedError",
        "The dt used for simulating cells changed after the PoissonInput",
    ),
)
