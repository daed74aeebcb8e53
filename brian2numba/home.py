"""
Where this project lives: the one place that knows its addresses.

What is built of the package takes them from here, see ``hatch_build.py``. Files that
can't, as README.md, are rewritten by ``python -m tools.set_home ADDRESS``.
"""

__all__ = ["DOCUMENTATION", "HOME", "ISSUES", "IS_PLACEHOLDER"]

#: A placeholder until the repository has a public address: RFC 2606 keeps this domain
#: free for examples, so that it can't become somebody else's
HOME = "https://example.org/brian2numba"
ISSUES = f"{HOME}/issues"
DOCUMENTATION = f"{HOME}/tree/main/docs"
IS_PLACEHOLDER = HOME.startswith("https://example.org/")
