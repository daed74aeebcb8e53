"""Who else than the user could have written a file."""

from __future__ import annotations

import os
import stat

__all__ = ["OTHERS_CAN_WRITE", "objection_to_owner"]

#: The rights of a group and of all others
OTHERS_CAN_WRITE = stat.S_IWGRP | stat.S_IWOTH


def objection_to_owner(status: os.stat_result, what: str) -> str | None:
    """Return who else can write to a file, or None if nobody but root can.

    Parameters
    ----------
    status : `os.stat_result`
        The file's status.
    what : str
        What to call it.
    """
    if not hasattr(os, "geteuid"):
        # Windows: files have the rights that they inherit
        return None
    if status.st_uid not in (0, os.geteuid()):
        return f"{what} belongs to the user with the number {status.st_uid}"
    if status.st_mode & OTHERS_CAN_WRITE:
        return f"others can write to {what} (mode {stat.S_IMODE(status.st_mode):o})"
    return None
