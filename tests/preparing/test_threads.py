"""Names that several threads look up at a time are not mistaken for each other's."""

import threading

from brian2 import NeuronGroup


class Asking(dict):
    """A namespace that calls a function when it is first asked for a name it has."""

    def __init__(self, when_asked, **names):
        super().__init__(**names)
        self.when_asked = [when_asked]

    def __contains__(self, name):
        is_there = super().__contains__(name)
        if is_there and self.when_asked:
            self.when_asked.pop()()
        return is_there


def test_names_that_another_thread_looks_up_meanwhile():
    own, other = NeuronGroup(1, "v : 1"), NeuronGroup(1, "v : 1")
    is_asked, may_answer = threading.Event(), threading.Event()

    def wait():
        is_asked.set()
        may_answer.wait(20)

    def assign():
        other.v = "c"

    def begin():
        thread.start()
        assert is_asked.wait(20)

    thread = threading.Thread(target=assign)
    other.namespace = Asking(wait, c=3.0)
    own.namespace = Asking(begin, k=1.0)
    own.v = "k"
    may_answer.set()
    thread.join()
    assert (own.v[0], other.v[0]) == (1, 3)
    for own.namespace["k"] in (10.0, 100.0):
        own.v = "k"
        assert own.v[0] == own.namespace["k"]
