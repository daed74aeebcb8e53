"""Which synapses are connected."""

from reliability.bad_input.case import accepted, refused

__all__ = ["CASES"]

CASES = (
    refused(
        "syn.connect(i=[5], j=[0])",
        "IndexError",
        "The given source indices contain values outside of the range",
    ),
    refused(
        "syn.connect(i=[-1], j=[0])",
        "IndexError",
        "The given source indices contain values outside of the range",
    ),
    refused(
        "syn.connect(i=[2**31], j=[0])",
        "IndexError",
        "Tried to create synapse indices outside valid range:",
    ),
    refused(
        "syn.connect(i=[2**32], j=[0])",
        "IndexError",
        "Tried to create synapse indices outside valid range:",
    ),
    refused(
        "syn.connect(i=[0], j=[2**32 + 1])",
        "IndexError",
        "Tried to create synapse indices outside valid range:",
    ),
    refused(
        "syn.connect(i=2**32, j=0)",
        "IndexError",
        "Tried to create synapse indices outside valid range:",
    ),
    refused(
        "syn.connect(i=0, j=-2**32)",
        "IndexError",
        "Tried to create synapse indices outside valid range:",
    ),
    refused(
        "syn.connect(i=[2**63], j=[0])",
        "IndexError",
        "Tried to create synapse indices outside valid range:",
    ),
    refused(
        "syn.connect(i=np.array([2**32], dtype=np.uint64), j=[0])",
        "IndexError",
        "Tried to create synapse indices outside valid range:",
    ),
    refused(
        "syn.connect(i=[0.0], j=[0])",
        "TypeError",
        "Presynaptic indices have to be given as integers, are type",
    ),
    refused(
        "syn.connect(i=[1.5], j=[0])",
        "TypeError",
        "Presynaptic indices have to be given as integers, are type",
    ),
    refused(
        "syn.connect(i=[nan], j=[0])",
        "TypeError",
        "Presynaptic indices have to be given as integers, are type",
    ),
    refused(
        "syn.connect(i=[True, False], j=[0, 1])",
        "TypeError",
        "Presynaptic indices have to be given as integers, are type bool",
    ),
    refused(
        "syn.connect(i=True, j=0)",
        "TypeError",
        "Presynaptic indices have to be given as integers, are type bool",
    ),
    refused(
        "syn.connect(i=[0, 1], j=[0, 1, 2])",
        "ValueError",
        "shape mismatch: objects cannot be broadcast to a single shape. ",
    ),
    refused(
        "syn.connect(i=[[0, 1]], j=[[0, 1]])",
        "ValueError",
        "Can only use 1-dimensional indices",
    ),
    refused(
        "syn.connect(i=[], j=[])",
        "TypeError",
        "Presynaptic indices have to be given as integers, are type",
    ),
    refused(
        "syn.connect(i=[0], j=None)",
        "ValueError",
        "Must specify at least one of condition, i or j arguments",
    ),
    refused(
        "syn.connect(i=[0, None], j=[0, 1])",
        "TypeError",
        "Presynaptic indices have to be given as integers, are type",
    ),
    refused(
        'syn.connect(i="not_there", j=None)',
        "KeyError",
        "'The identifier \"not_there\" could not be resolved.'",
    ),
    refused(
        "syn.connect(i=[0], j=[0], skip_if_invalid=True)",
        "ValueError",
        "Can only use skip_if_invalid with string syntax",
    ),
    refused(
        'syn.connect("i != j", i=[0], j=[0])',
        "ValueError",
        "Cannot combine condition with i or j arguments",
    ),
    refused(
        'syn.connect(condition="i + j")',
        "TypeError",
        "Condition 'i + j' is not a boolean condition",
    ),
    refused(
        'syn.connect(condition="i*ms < j")',
        "DimensionMismatchError",
        "Comparison of expressions with different units. Expression 'i *",
    ),
    refused(
        "syn.connect(condition=1)",
        "TypeError",
        "condition argument must be bool or string. If you want to",
    ),
    refused(
        'syn.connect(condition="nothing_like_it > 2")',
        "KeyError",
        "'The identifier \"nothing_like_it\" could not be resolved.'",
    ),
    refused(
        'syn.connect(condition="k for k in range(3)")',
        "ValueError",
        "Generator expression given for condition, write connect(j='k",
    ),
    accepted("syn.connect(p=-0.1)", "Probabilities"),
    accepted("syn.connect(p=1.1)", "Probabilities"),
    refused(
        "syn.connect(p=nan)",
        "ValueError",
        "The connection probability p in the Synapses 'syn' has to be a",
    ),
    accepted(
        "syn.connect(p=inf)",
        "Probabilities",
    ),
    refused(
        'syn.connect(p="0.1*ms")',
        "DimensionMismatchError",
        "Expression for p should be dimensionless.",
    ),
    refused(
        'syn.connect(p="no_such_name")',
        "KeyError",
        "'The identifier \"no_such_name\" could not be resolved.'",
    ),
    refused("syn.connect(p=[0.5])", "TypeError", "p must be float or string"),
    refused("syn.connect(p=None)", "TypeError", "p must be float or string"),
    accepted("syn.connect(p=True)", "Probabilities"),
    refused(
        "syn.connect(i=[0, 1], j=[0, 1], p=nan)",
        "ValueError",
        "The connection probability p in the Synapses 'syn' has to be a",
    ),
    accepted("syn.connect(i=[0, 1], j=[0, 1], p=2)", "Probabilities"),
    accepted("syn.connect(i=[0, 1], j=[0, 1], p=-1)", "Probabilities"),
    refused(
        'syn.connect(p="sqrt(2.0 - i)")',
        "ValueError",
        "The connection probability in the Synapses 'syn' is not a",
    ),
    accepted('syn.connect("i != j", p="1.0*j/0 - 1.0*j/0")', "Probabilities"),
    accepted('syn.connect(p="10.0 + i")', "Probabilities"),
    accepted('syn.connect(p="-1.0*i")', "Probabilities"),
    refused(
        "syn.connect(n=-1)",
        "ValueError",
        "The number n of synapses for each pair of neurons can't be",
    ),
    accepted("syn.connect(n=0)", "Numbers of synapses"),
    refused("syn.connect(n=2.5)", "TypeError", "n must be int or string"),
    refused("syn.connect(n=nan)", "TypeError", "n must be int or string"),
    accepted("syn.connect(n=True)", "Numbers of synapses"),
    accepted('syn.connect(n="-1")', "Numbers of synapses"),
    accepted('syn.connect(n="i - 3")', "Numbers of synapses"),
    accepted('syn.connect(n="0.5*i")', "Fractions"),
    refused(
        'syn.connect(n="2*ms")',
        "DimensionMismatchError",
        'The right-hand-side of code statement "_n = 2*ms" does not have',
    ),
    refused(
        "syn.connect(n=2**31)",
        "OverflowError",
        "There would be 2147483648 synapses for each pair of neurons in",
    ),
    refused(
        "syn.connect(n=2**32 + 1)",
        "OverflowError",
        "There would be 4294967297 synapses for each pair of neurons in",
    ),
    refused(
        "syn.connect(n=2**63)",
        "OverflowError",
        "There would be 9223372036854775808 synapses for each pair of",
    ),
    refused(
        'syn.connect(n="2**33")',
        "OverflowError",
        "There would be more than 2147483647 synapses in the Synapses",
    ),
    refused(
        "syn.connect(i=[0], j=[0], n=-1)",
        "ValueError",
        "The number n of synapses for each pair of neurons can't be",
    ),
    refused(
        "syn.connect(i=[0], j=[0], n=2**31)",
        "OverflowError",
        "There would be 2147483648 synapses for each pair of neurons in",
    ),
    refused(
        "syn.connect(i=[0], j=[0], n=2**32 + 1)",
        "OverflowError",
        "There would be 4294967297 synapses for each pair of neurons in",
    ),
    refused(
        "syn.connect(i=[0, 1], j=[0, 1], n=[1, 2])",
        "TypeError",
        "n must be int or string",
    ),
    refused(
        'syn.connect(i=[0], j=[0], n="1")',
        "TypeError",
        "Indices cannot be combined with a stringexpression for n.",
    ),
    refused(
        'syn.connect(j="i + 1")',
        "IndexError",
        "A connection pattern of the Synapses 'syn' gives the index 5,",
    ),
    refused(
        'syn.connect(j="i - 1")',
        "IndexError",
        "A connection pattern of the Synapses 'syn' gives the index -1,",
    ),
    refused(
        'syn.connect(j="i + 2**32")',
        "IndexError",
        "A connection pattern of the Synapses 'syn' gives the index",
    ),
    accepted('syn.connect(j="i + 0.5")', "Fractions"),
    refused(
        'syn.connect(j="k for k in range(0, 10, 0)")',
        "ValueError",
        "The step of the iterator that creates connections in the",
    ),
    refused(
        'syn.connect(j="k for k in range(6)")',
        "IndexError",
        "A connection pattern of the Synapses 'syn' gives the index 5,",
    ),
    refused(
        'syn.connect(j="k for k in range(0, 5, 0.5)")',
        "TypeError",
        "The 'step' argument of the range function was '0.5', but it",
    ),
    refused(
        'syn.connect(j="k for k in range(nan_step)", namespace={"nan_step": nan})',
        "TypeError",
        "The 'high' argument of the range function was 'nan_step', but",
    ),
    refused(
        'syn.connect(j="k for k in range(0, 2**40)")',
        "IndexError",
        "A connection pattern of the Synapses 'syn' gives the index 5,",
    ),
    accepted(
        'syn.connect(j="k for k in range(0, 2**20) if k > 2**20", skip_if_invalid=True)',
        "Indices left out on request",
    ),
    refused(
        'syn.connect(j="k for k in sample(0, 0, 0, p=0.5)")',
        "ValueError",
        "The step of the iterator that creates connections in the",
    ),
    refused(
        'syn.connect(j="k for k in sample(N_post, size=6)")',
        "IndexError",
        "Requested sample size 6 is bigger than the population size 5 in",
    ),
    refused(
        'syn.connect(j="k for k in sample(N_post, size=-1)")',
        "IndexError",
        "Requested sample size -1 is negative in the Synapses 'syn'. Use",
    ),
    accepted('syn.connect(j="k for k in sample(N_post, size=2.5)")', "Fractions"),
    refused(
        'syn.connect(j="k for k in sample(N_post, size=no_size)", namespace={"no_size": nan})',
        "IndexError",
        "Requested sample size -9223372036854775808 is negative in the",
    ),
    refused(
        'syn.connect(j="k for k in sample(N_post, p=no_p)", namespace={"no_p": nan})',
        "ValueError",
        "The connection probability in the Synapses 'syn' is not a",
    ),
    accepted('syn.connect(j="k for k in sample(N_post, p=1.5)")', "Probabilities"),
    accepted('syn.connect(j="k for k in sample(N_post, p=-0.5)")', "Probabilities"),
    refused(
        'syn.connect(j="k for k in sample(N_post)")',
        "SyntaxError",
        "Sample iterator accepts one keyword argument, either 'p' or",
    ),
    refused(
        'syn.connect(j="k for k in sample(N_post, p=0.1, size=2)")',
        "SyntaxError",
        "Sample iterator accepts one keyword argument, either 'p' or",
    ),
    refused(
        'syn.connect(j="k for k in nothing(3)")',
        "SyntaxError",
        "Error parsing expression 'k for k in nothing(3)'. Expression",
    ),
    refused(
        'syn.connect(j="k for k in range()")',
        "SyntaxError",
        "Range iterator takes 1-3 positional arguments.",
    ),
    refused(
        'syn.connect(j="k for k in range(1, 2, 3, 4)")',
        "SyntaxError",
        "Range iterator takes 1-3 positional arguments.",
    ),
    refused(
        'syn.connect(j="i for i in range(3)")',
        "KeyError",
        "\"The name 'i' is already present in the variables dictionary.\"",
    ),
    refused(
        'syn.connect(j="k*ms for k in range(3)")',
        "DimensionMismatchError",
        'The right-hand-side of code statement "_j = k * ms" does not',
    ),
    accepted(
        'syn.connect(j="k for k in range(3) if k")',
        "True and False",
    ),
    refused(
        'syn.connect(j="k for k in range(3)", p=0.5)',
        "ValueError",
        "Generator syntax cannot be combined with p argument",
    ),
    refused(
        'syn.connect(j="j")',
        "NotDefinedError",
        "Failed in nopython mode pipeline (step: analyzing bytecode)",
    ),
    refused(
        'syn.connect(j="x_post")',
        "NotDefinedError",
        "Failed in nopython mode pipeline (step: analyzing bytecode)",
    ),
    accepted('syn.connect(i="x")', "Fractions"),
    refused(
        'cells.k = 2**31 - 1; syn.connect(j="k_pre + 1")',
        "IndexError",
        "A connection pattern of the Synapses 'syn' gives the index",
    ),
    refused(
        'Synapses(cells[2:4], cells, name="made").connect(i=[2], j=[0])',
        "IndexError",
        "The given source indices contain values outside of the range",
    ),
    refused(
        'Synapses(cells[2:4], cells, name="made").connect(i=[-1], j=[0])',
        "IndexError",
        "The given source indices contain values outside of the range",
    ),
    refused(
        'Synapses(cells, cells[2:4], name="made").connect(j="i")',
        "IndexError",
        "A connection pattern of the Synapses 'made' gives the index 2,",
    ),
    refused(
        'Synapses(cells, cells, name="made").connect(i=cells[1:3], j=[0, 1, 2])',
        "ValueError",
        "shape mismatch: objects cannot be broadcast to a single shape. ",
    ),
    refused(
        'made = Synapses(cells, "others", name="made")',
        "AttributeError",
        "'str' object has no attribute 'id'",
    ),
    refused(
        'made = Synapses(None, cells, name="made")',
        "AttributeError",
        "'NoneType' object has no attribute 'id'",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="nothing += 1", name="made"); made.connect(); run(1*ms)',
        "KeyError",
        "'nothing'",
    ),
    refused(
        'made = Synapses(cells, cells, "w : 1", on_pre={"pre": "v += 1"}, delay={"other": 1*ms}, name="made")',
        "ValueError",
        "Cannot set the delay for pathway 'other': unknown pathway.",
    ),
)
