"""What the functions that are compared have, and how many of them have it."""

from __future__ import annotations

import re

__all__ = ["FEATURES", "features_of"]

#: Regular expressions by what they stand for: in the function and what it refers to
_IN_FUNCTION = {
    "np.where": r"np\.where\(",
    "np.clip": r"np\.clip\(",
    "np.clip with keywords": r"a_m(ax|in)=",
    "a method of a result": r"\)\.clip\(",
    "np.select": r"np\.select\(",
    "np.piecewise": r"np\.piecewise\(",
    "np.heaviside": r"np\.heaviside\(",
    "np.power": r"np\.power\(",
    "np.interp": r"np\.interp\(",
    "np.digitize": r"np\.digitize\(",
    "np.searchsorted": r"np\.searchsorted\(",
    "np.maximum, np.minimum": r"np\.m(ax|in)imum\(",
    "functions through brian2": r"\bb2\.(exp|tanh|clip)\(",
    "functions of Brian": r"\bexp(rel)?\(",
    "units in the body": r"\bb2\.m|[*/]mV",
    "scipy.special": r"special\.",
    "complex numbers": r"\dj\b",
    "integers": r"[*+-] ?[kn]\b|// 2|% 3",
    "booleans": r"[&|~^]|logical_| and | or ",
    "local variables": r"\bw\d",
    "local functions": r"def local|lambda",
    "loops": r"    for ",
    "conditions for one number": r" if .* else|    (el)?if ",
    "while": r"    while ",
    "lists": r"values|steps",
    "a walrus": r":=",
    "a result with a unit": r"result=volt",
    "a result of integers": r'result="integer"',
    "written for one number": r"# Its author wrote it for one number",
    "a number of the script": r"\b(gain|count)\b",
    "a flag or a string of the script": r"\b(flag|mode|offset)\b",
    "a quantity of the script": r"\b(level|tau)\b",
    "an array of the script": r"\btable\b",
    "integers and booleans in arrays": r"\b(counts|marks)\b",
    "a matrix": r"\bmatrix\b",
    "a list or a tuple of the script": r"\b(levels|pair)\b",
    "a dictionary of the script": r"\bconstants\b",
    "a namespace of the script": r"\bns\.",
    "attributes of a class": r"\b[sS]ettings\.",
    "attributes of a module": r"\bother\.",
    "a function that it calls": r"\bhelper\b",
    "functools.partial": r"\bsteep\b",
    "a closure": r"\benclosed\b",
    "a method of an object": r"\bcell\.",
    "recursion": r"\bseries\b",
    "reductions over the population": r"np\.(mean|sum|max|any|all)\(x|len\(x|x\.size",
    "neighbours and ranks": r"np\.(cumsum|roll|sort|argsort)\(|x\[0\]",
    "state in arrays, lists or objects": r"calls|history|state\[|world|n_calls",
    "random numbers": r"np\.random|generator\.",
    "output": r"print\(",
    "exceptions": r"raise |assert |try:",
}
#: The same in the model and what the script does with it
_IN_MODEL = {
    "changed between runs": r"\nnet\.run.*\n(?!net|seen)",
    "changed within a run": r"def change\(\)",
    "an array changed in place": r"(table|counts|marks|matrix|heights)\[.*\] \+?= ",
    "an array replaced": r"(change\(\):|net\.run)(\n.*)*\n *(table|counts|matrix) = ",
    "an attribute assigned": r"(ns|other|[sS]ettings|cell)\.\w+ = ",
    "a function replaced": r"helper = |__defaults__ =",
    "in run_regularly": r'run_regularly\("y',
    "in an equation": r"dy/dt",
    "in a threshold": r'threshold="f',
    "in a reset": r'reset="y = f',
    "in a synapse": r"y_post \+= f",
    "without the compiled loop": r"native_loop = False",
}
#: All of them
FEATURES = {**_IN_FUNCTION, **_IN_MODEL}


def features_of(script: str) -> set[str]:
    """Return the names of what a script for numba has."""
    settings, _, own = script.partition("seed(4321)")
    function, _, model = own.partition("\ncells = ")
    # The model's parts, each of which may begin a line, and the settings
    model = "\ncells = " + model + settings
    return {
        name
        for patterns, text in ((_IN_FUNCTION, function), (_IN_MODEL, model))
        for name, pattern in patterns.items()
        if re.search(pattern, text, re.MULTILINE)
    }
