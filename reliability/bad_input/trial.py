"""Trying a case in a process of its own, which may crash or hang."""

from __future__ import annotations

import json
import os
import resource
import signal
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brian2.utils.logger import catch_logs

from brian2numba.own_faults import NOTE
from reliability.bad_input.case import Case

__all__ = ["Outcome", "try_case"]

#: How long a case may take, in seconds of the clock
TIME_LIMIT = 15
#: How much memory a case may take beyond that of its parent, in bytes
MEMORY_LIMIT = 2 * 2**30


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    Attributes
    ----------
    kind : str
        ``"refused"``, ``"warned"``, ``"nothing"``, ``"crash"`` or ``"hang"``.
    error : str
        The type of the exception that began it.
    message : str
        What the user reads: the exceptions with their notes, or the warnings.
    """

    kind: str
    error: str = ""
    message: str = ""

    def verdict(self, case: Case) -> str:
        """Return what came of a case.

        Returns
        -------
        str
            ``"refused"``, ``"warned"`` or ``"accepted with documentation"``; or what is
            at fault: ``"crash"``, ``"hang"``, ``"silent"``, or ``"other message"``.
        """
        if self.kind in ("crash", "hang"):
            return self.kind
        if self.kind == "nothing":
            return "accepted with documentation" if case.documented else "silent"
        is_expected = self.kind == case.expected and self.error == case.error
        says_all = all(pattern in self.message for pattern in case.patterns)
        # What a user gave is never told as a fault of the package's
        says_all = says_all and NOTE not in self.message
        return self.kind if is_expected and says_all else "other message"


def try_case(case: Case, names: Mapping[str, Any]) -> Outcome:
    """Run the script of a case in a child of this process.

    Parameters
    ----------
    case : Case
        The case.
    names : mapping
        The names that the script sees.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            _run_and_report(case, dict(names), writer)
        finally:
            os._exit(3)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        report = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        is_alarm = os.WTERMSIG(status) == signal.SIGALRM
        name = signal.Signals(os.WTERMSIG(status)).name
        return Outcome("hang" if is_alarm else "crash", name)
    if os.WEXITSTATUS(status) or not report:
        return Outcome("crash", f"exit status {os.WEXITSTATUS(status)}")
    return Outcome(*json.loads(report))


def _run_and_report(case: Case, names: dict[str, Any], writer: int) -> None:
    """Be the child: run the script, write the outcome, and be gone."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(TIME_LIMIT)
    _limit_memory()
    # What Brian, or the interpreter at its end, prints is of no use here
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    outcome = _run(case, names)
    with os.fdopen(writer, "wb") as stream:
        stream.write(json.dumps(outcome).encode())
    os._exit(0)


def _limit_memory() -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_LIMIT,) * 2)


def _run(case: Case, names: dict[str, Any]) -> tuple[str, str, str]:
    with catch_logs() as logs, warnings.catch_warnings():
        # What numpy warns of names neither the object nor the value
        warnings.simplefilter("ignore")
        try:
            exec(compile(case.script, "<case>", "exec"), names)
        except Exception as error:
            chain = _chain(error)
            text = "".join(
                line for e in chain for line in traceback.format_exception_only(e)
            )
            return "refused", type(chain[-1]).__name__, text
    told = [message for level, _, message in logs if level == "WARNING"]
    return ("warned" if told else "nothing"), "", "\n".join(told)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and its causes."""
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    return chain
