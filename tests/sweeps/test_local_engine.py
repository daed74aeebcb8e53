"""How the processes of a sweep end before their time."""

import threading
import time

from joblib.externals.loky import get_reusable_executor

from brian2numba.sweeps import local_engine


def test_what_was_just_given_is_called_off(monkeypatch):
    """The executor's thread may not have seen it: it must not look for it later."""
    failed = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    executor = get_reusable_executor(1, reuse=False)
    executor.submit(int).result()
    thread = executor._executor_manager_thread
    original = thread.is_shutting_down

    def slow_to_see_the_end():
        time.sleep(0.2)
        return original()

    monkeypatch.setattr(thread, "is_shutting_down", slow_to_see_the_end)
    executor.submit(time.sleep, 60)
    time.sleep(0.1)
    late = executor.submit(time.sleep, 60)
    local_engine._end(executor)
    assert not thread.is_alive()
    assert late.exception() is not None
    assert failed == []
