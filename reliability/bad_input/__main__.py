"""Try the whole catalogue: ``python -m reliability.bad_input [--target numpy]``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from brian2.core.preferences import prefs

import brian2numba  # noqa: F401 (registers the target)
from reliability import results
from reliability.bad_input.case import Case
from reliability.bad_input.catalogue import CATALOGUE
from reliability.bad_input.model import make_model
from reliability.bad_input.trial import Outcome, try_case

#: What must not come of bad input
FAULTS = ("crash", "hang", "silent", "other message")


def main() -> int:
    """Print what came of each kind of bad input; return 1 if a fault did."""
    parser = argparse.ArgumentParser(prog="python -m reliability.bad_input")
    parser.add_argument("--target", default="numba", help="numba (the default), numpy")
    parser.add_argument(
        "--check", action="store_true", help="leave the stored figures as they are"
    )
    options = parser.parse_args()
    target = options.target
    use_target(target)
    names = make_model()
    total: Counter[str] = Counter()
    for kind, cases in CATALOGUE.items():
        judge = _judged if target == "numba" else _seen
        verdicts = Counter(judge(case, try_case(case, names)) for case in cases)
        counts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items()))
        print(f"{kind:18} {len(cases):4} cases: {counts}", flush=True)
        total += verdicts
    for fault in FAULTS:
        total.setdefault(fault, 0)
    print(f"all: {total.total()} cases: {dict(total)}")
    if not options.check:
        _keep(target, total)
    return int(target == "numba" and any(total[fault] for fault in FAULTS))


def use_target(target: str) -> None:
    """Let a target compile everything, also what Brian gives to numpy by default."""
    prefs.codegen.target = target
    prefs.codegen.string_expression_target = target
    prefs.logging.warn_for_unused_objects = False
    prefs._backup()


def _judged(case: Case, outcome: Outcome) -> str:
    """Return what came of a case, and print it if it is a fault."""
    verdict = outcome.verdict(case)
    if verdict in FAULTS:
        print(f"  {verdict} {outcome.error}: {case.name}\n    {outcome.message[-400:]}")
    return verdict


def _seen(case: Case, outcome: Outcome) -> str:
    """Return what came of a case with another target, which has its own messages."""
    verdict = outcome.verdict(case)
    return outcome.kind if verdict == "other message" else verdict


def _keep(target: str, total: Counter[str]) -> None:
    """Leave the figures, beside those of the other targets."""
    before = results.read().get("bad_input", {}).get("figures", {})
    kept = dict(before) if isinstance(before, dict) else {}
    kept[f"{target}: cases tried"] = total.total()
    for verdict in ("refused", "warned", "accepted with documentation", *FAULTS):
        kept[f"{target}: {verdict}"] = total[verdict]
    results.write("bad_input", "--target numba; and with --target numpy", kept)


if __name__ == "__main__":
    sys.exit(main())
