"""Inputs of synapses: their connections, indices and delays."""

from reliability.refusals.row import Row

__all__ = ["ROWS"]

_ALTERED = "Brian's arrays of synapses were changed by hand."
_ELSEWHERE = "memory that is not the variable's is read or written"

ROWS = (
    Row(
        "syn.connect(i=[2**32], j=[1])\nlen(syn)",
        "Neuron 2**32 is none: in 32 bits it would be neuron 0.",
    ),
    Row("syn.connect(p=nan)\nlen(syn)", "It is no probability."),
    Row(
        'syn.connect(p="log(-1 - i)")\nlen(syn)',
        "It is no probability.",
    ),
    Row("syn.connect(j='i', n=-1)\nlen(syn)", "It is no number of synapses."),
    Row(
        "syn.connect(j='i', n=2**31)\nlen(syn)",
        "Brian's indices have 32 bits.",
        "memory is used up",
        "memory is used up",
    ),
    Row(
        'syn.connect(j="i", n="100 + 2**31")\nlen(syn)',
        "Brian's indices have 32 bits.",
        "memory is used up",
        "memory is used up",
    ),
    Row(
        'cells = NeuronGroup(2**16, "v : 1", name="cells")\n'
        'Synapses(cells, cells, name="syn").connect()',
        "Brian's indices have 32 bits.",
        "memory is used up",
        "memory is used up",
    ),
    Row('syn.connect(j="i + 1")\nlen(syn)', "There are 5 neurons, from 0 to 4."),
    Row(
        'syn.connect(j="k for k in sample(N_post, size=2 - i)")\nlen(syn)',
        "There are no samples of less than 0 neurons.",
    ),
    Row(
        'syn.connect(j="k for k in sample(N_post, size=3 + i)")\nlen(syn)',
        "5 neurons have no sample of 6.",
    ),
    Row(
        'syn.connect(j="k for k in range(0, 10, 0)")\nlen(syn)',
        "Steps of 0 lead nowhere.",
        cython="never ends",
    ),
    Row("syn.w[7] = 1\nsyn.w[:]", "There are 5 synapses."),
    Row(
        "syn.delay = -1*ms\nNetwork(cells, syn).run(0.1*ms)",
        "A spike does not arrive before it is there.",
        "it arrives later",
        "it arrives later",
    ),
    Row(
        'syn.variables["_synaptic_pre"].get_value()[1] = 99\n'
        "Network(cells, syn).run(0.1*ms)",
        _ALTERED,
        _ELSEWHERE,
        _ELSEWHERE,
    ),
    Row(
        'syn.variables["_synaptic_post"].get_value()[1] = 99\n'
        "Network(cells, syn).run(0.1*ms)",
        _ALTERED,
        _ELSEWHERE,
        _ELSEWHERE,
    ),
    Row(
        'syn.variables["w"].resize(2)\nNetwork(cells, syn).run(0.1*ms)',
        "There would be no weights for 3 of the synapses.",
        _ELSEWHERE,
        _ELSEWHERE,
    ),
)
