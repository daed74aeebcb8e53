"""Who else could write to a file: code from the store runs with the user's rights."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from brian2numba.ownership import OTHERS_CAN_WRITE, objection_to_owner

__all__ = ["objection_to_file", "objection_to_folder", "objection_to_subfolder"]

#: No entry is larger: the code of a kernel has some 10 000 bytes
MAX_BYTES = 2**26


def objection_to_folder(folder: Path) -> str | None:
    """Return why kernels in a folder can't be trusted, or None if they can.

    Somebody who can write to it, or replace it, could put code there that this user's
    processes run.

    Parameters
    ----------
    folder : Path
        The folder; it exists, and no part of its path is a symbolic link.
    """
    if not hasattr(os, "geteuid"):
        # Windows: a user's cache folder is the user's own by the rights it inherits
        return None
    objection = objection_to_owner(os.stat(folder), f"the folder {folder}")
    if objection is not None:
        return objection
    for parent in folder.parents:
        status = os.stat(parent)
        is_sticky = status.st_mode & stat.S_ISVTX
        if status.st_mode & OTHERS_CAN_WRITE and not is_sticky:
            return f"others can replace what is in {parent}"
        if status.st_uid not in (0, os.geteuid()):
            return f"{parent} belongs to the user with the number {status.st_uid}"
    return None


def objection_to_subfolder(
    status: os.stat_result, trusts_others: bool = False
) -> str | None:
    """Return why entries in a subfolder can't be trusted, or None if they can.

    Parameters
    ----------
    status : `os.stat_result`
        Its status; of a symbolic link the link's own.
    trusts_others : bool, optional
        Whether others may own it or write to it. Defaults to ``False``.
    """
    if not stat.S_ISDIR(status.st_mode):
        return "it is no folder"
    return None if trusts_others else objection_to_owner(status, "it")


def objection_to_file(
    status: os.stat_result, trusts_others: bool = False
) -> str | None:
    """Return why an entry can't be trusted, or None if it can.

    Parameters
    ----------
    status : `os.stat_result`
        The status of the open file.
    trusts_others : bool, optional
        Whether others may own it or write to it. Defaults to ``False``.
    """
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    if status.st_size > MAX_BYTES:
        return f"it has {status.st_size} bytes"
    if trusts_others:
        return None
    if status.st_nlink > 1:
        # The user's, but maybe not made for this: others can link to what they can read
        return "it has other names elsewhere"
    return objection_to_owner(status, "it")
