"""Which versions of Brian this package works with."""

from __future__ import annotations

import re

__all__ = ["check_brian"]

#: The oldest version with everything that is used here, and the newest one tried
OLDEST, NEWEST = (2, 10), (2, 11)


def check_brian(version: str) -> str | None:
    """Refuse versions of Brian that can't work.

    Parameters
    ----------
    version : str
        The version of Brian.

    Returns
    -------
    str or None
        What to tell users of a version that nobody has tried.

    Raises
    ------
    ImportError
        If Brian is too old.
    """
    found = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if found < OLDEST:
        raise ImportError(
            f"brian2numba needs Brian {_text(OLDEST)} or newer, but this is Brian "
            f"{version}. Install a newer one, e.g. with: pip install --upgrade brian2"
        )
    if found > NEWEST:
        return (
            f"This version of brian2numba was tested with Brian {_text(OLDEST)} to "
            f"{_text(NEWEST)}; this is Brian {version}. brian2numba.test() tells "
            "whether they work together, and a newer brian2numba may know more."
        )
    return None


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
