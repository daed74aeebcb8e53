"""A few of the kills that are many outside of the tests."""

import os
import subprocess
import sys

import pytest

#: In a process of its own, which forks
SCRIPT = """
import random, sys, tempfile
from pathlib import Path
from brian2 import prefs
from reliability.killed_recordings import killed, reference

prefs.codegen.target = prefs.codegen.string_expression_target = "numba"
random.seed(7)
history = reference(40)
for k in range(6):
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:
        fault = killed(Path(folder), history, 1.0)
        assert not fault, fault
"""


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows can't fork")
def test_killed_processes_leave_what_they_flushed(tmp_path):
    command = [sys.executable, "-c", SCRIPT, tmp_path]
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    assert output.returncode == 0, output.stderr
