"""Stored states and seeds."""

from reliability.bad_input.case import refused

__all__ = ["CASES"]

CASES = (
    refused("network.restore()", "KeyError", "'default'"),
    refused('network.restore("nothing")', "KeyError", "'nothing'"),
    refused(
        'network.store(); network.restore(filename="/nothing/there")',
        "FileNotFoundError",
        "[Errno 2] No such file or directory: '/nothing/there'",
    ),
    refused(
        'network.store(filename="/nothing/there/file")',
        "FileNotFoundError",
        "[Errno 2] No such file or directory: '/nothing/there/file'",
    ),
    refused(
        "network.store(filename=3.5)",
        "TypeError",
        "stat: path should be string, bytes, os.PathLike or integer, not",
    ),
    refused(
        'open("/tmp/not_a_store", "w").write("x"); network.restore(filename="/tmp/not_a_store")',
        "UnpicklingError",
        "invalid load key, 'x'.",
    ),
    refused(
        "network.store(); network.add(others[1:2]); network.restore()",
        "KeyError",
        '"Stored state does not have a stored state for',
    ),
    refused(
        "network.store(); network.remove(syn); network.restore()",
        "KeyError",
        "'The stored state contains the state of the following objects",
    ),
    refused(
        'network.store(); network.add(NeuronGroup(2, "v : 1", name="made")); network.restore()',
        "KeyError",
        "\"Stored state does not have a stored state for 'made'. Note",
    ),
    refused("restore()", "KeyError", "'default'"),
    refused("seed(-1)", "ValueError", "Seed must be between 0 and 2**32 - 1"),
    refused(
        'seed("a")', "TypeError", "Seed has to be None or an integer, was <class 'str'>"
    ),
    refused(
        "seed(1.5)",
        "TypeError",
        "Seed has to be None or an integer, was <class 'float'>",
    ),
    refused("seed(2**40)", "ValueError", "Seed must be between 0 and 2**32 - 1"),
)
