"""
Preferences from files and from the environment, read when the package is imported.

Brian reads its own preference files before it knows this package, and refuses those
that name our preferences. So there are files of ours beside them, in the same format.
"""

from __future__ import annotations

import ast
import difflib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from brian2.core.preferences import BrianGlobalPreferences, PreferenceError, prefs
from brian2.utils.logger import get_logger

from brian2numba.ownership import objection_to_owner
from brian2numba.preferences import CATEGORY, Preference

__all__ = [
    "CACHE_DIR_VARIABLE",
    "FILE_NAME",
    "preferences_at_import",
    "read_preferences",
    "variable_of",
]

logger = get_logger("brian2.codegen.runtime.numba")

#: The file in the working directory, and in the user's ``~/.brian``
FILE_NAME = "brian2numba_preferences"
_PREFIX = "BRIAN2NUMBA_"
#: Variables of our own tests, which are no preferences
_NOT_PREFERENCES = {"BRIAN2NUMBA_GUARD_PAGES", "BRIAN2NUMBA_TEST_PROCESSES"}
#: They decide whose machine code runs with the user's rights
_OF_TRUST = ("cache_dir", "shared_cache")
_TRUTHS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(
    ("0", "false", "no", "off"), False
)


def variable_of(name: str) -> str:
    """Return the environment variable for a preference of our category."""
    return f"{_PREFIX}{name.upper()}"


#: This one is looked up each time that the directory is needed: scripts may change it
CACHE_DIR_VARIABLE = variable_of("cache_dir")


@dataclass(frozen=True)
class _Setting:
    """A value for a preference, and who gave it.

    Attributes
    ----------
    name : str
        The preference, in our category.
    value : object
        The value.
    refusal : str
        How a sentence begins that refuses the value.
    objection : str or None
        Who else could have written it.
    """

    name: str
    value: Any
    refusal: str
    objection: str | None = None


class _AtImport:
    """All preferences as they were when this package had been imported."""

    values: ClassVar[dict[str, Any]] = {}


def preferences_at_import() -> dict[str, Any]:
    """Return Brian's and our preferences as files and the environment have set them."""
    return _AtImport.values


def read_preferences() -> None:
    """Set preferences as the user's file, the working directory's and variables say.

    Later ones win. Nothing is set if something is wrong.

    Raises
    ------
    PreferenceError
        If a file or a variable can't be understood.
    """
    chosen: dict[str, Any] = {}
    for setting in _settings():
        _check(setting)
        chosen[setting.name] = setting.value
    if os.environ.get(CACHE_DIR_VARIABLE):
        # Not to be hidden by what a file says
        chosen.pop("cache_dir", None)
    for name, value in chosen.items():
        prefs[f"{CATEGORY}.{name}"] = value
    _AtImport.values = dict(prefs.prefs)


def _settings() -> Iterator[_Setting]:
    """Yield what is set, in the order in which it holds."""
    for path in (Path(os.path.expanduser("~"), ".brian", FILE_NAME), Path(FILE_NAME)):
        yield from _settings_of_file(path)
    yield from _settings_of_environment()


def _definitions() -> dict[str, Preference]:
    definitions: dict[str, Preference] = prefs.pref_register[CATEGORY][0]
    return definitions


def _check(setting: _Setting) -> None:
    """Refuse a value that its preference can't have."""
    if setting.objection and setting.name in _OF_TRUST:
        raise PreferenceError(
            f"{setting.refusal}, on which depends whose code runs with your rights, "
            f"but {setting.objection}. Take the right to write to it from others, or "
            "set the preference elsewhere."
        )
    definition = _definitions()[setting.name]
    try:
        is_valid = definition.validator(setting.value)
    except PreferenceError as reason:
        raise PreferenceError(f"{setting.refusal}. {reason}") from None
    if not is_valid:
        raise PreferenceError(f"{setting.refusal}; it has to be {definition.values}.")


# Files


class _Found:
    """What Brian's reader finds in a text; it takes this for Brian's preferences.

    Parameters
    ----------
    text : str
        The text.
    """

    def __init__(self, text: str) -> None:
        self.pairs: list[tuple[str, Any]] = []
        BrianGlobalPreferences.read_preference_file(self, io.StringIO(text))

    def _set_preference(self, name: str, value: Any) -> None:
        self.pairs.append((name, value))

    def eval_pref(self, text: str) -> Any:
        """Return a value; Brian's evaluates anything, of which this has no need."""
        return ast.literal_eval(text)


def _settings_of_file(path: Path) -> Iterator[_Setting]:
    """Yield what a file sets, if it is there.

    Brian's reader does not tell lines, which is why it gets one at a time.
    """
    section = ""
    text, objection = _text_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        place = f"Line {number} of the file '{path.absolute()}'"
        try:
            found = _Found(f"{section}\n{line}")
        except PreferenceError:
            raise PreferenceError(
                f"{place} is {line.strip()!r}; it has to be a section in brackets, as "
                f"[{CATEGORY}], or have the form: name = value."
            ) from None
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            raise PreferenceError(
                f"{place} is {line.strip()!r}: what stands behind '=' has to be a "
                "number, True, False, None, or a text in quotes."
            ) from None
        if line.strip().startswith("["):
            section = line.strip()
        for name, value in found.pairs:
            refusal = f"{place} sets {name} to {value!r}"
            yield _Setting(_own_name(name, place), value, refusal, objection)


def _text_of(path: Path) -> tuple[str, str | None]:
    """Return what is in a file, if it is there, and who else could have written it."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(), objection_to_owner(os.fstat(file.fileno()), "the file")
    except (FileNotFoundError, NotADirectoryError):
        pass
    except UnicodeDecodeError as reason:
        raise PreferenceError(
            f"The file '{path.absolute()}' can't be read as text in UTF-8: {reason}."
        ) from None
    except OSError as reason:
        logger.warn(f"The preferences in a file can't be read: {reason}")
    return "", None


def _own_name(name: str, place: str) -> str:
    """Return what a preference of ours is called within its category."""
    own = name.removeprefix(f"{CATEGORY}.")
    if own != name and own in _definitions():
        return own
    if name in prefs.prefs:
        raise PreferenceError(
            f"{place} sets {name}, a preference of Brian: put it into Brian's own "
            "file, which is 'brian_preferences' in the working directory, or "
            "'.brian/user_preferences' in your home."
        )
    likely = _likely(own.split(".")[-1], _definitions())
    hint = f" Is it {CATEGORY}.{likely}?" if likely else ""
    raise PreferenceError(f"{place} sets {name}, which is no preference.{hint}")


def _likely(name: str, names: Mapping[str, Any]) -> str:
    return next(iter(difflib.get_close_matches(name, names, n=1)), "")


# The environment


def _settings_of_environment() -> Iterator[_Setting]:
    """Yield what variables set; an empty one sets nothing."""
    variables = {variable_of(name): name for name in _definitions()}
    for variable, text in os.environ.items():
        if not text or not variable.startswith(_PREFIX):
            continue
        if variable in variables:
            name = variables[variable]
            refusal = f"The environment variable {variable} is {text!r}"
            yield _Setting(name, _value_of(name, text), refusal)
        elif variable not in _NOT_PREFERENCES:
            _warn_of(variable)


def _warn_of(variable: str) -> None:
    """Tell that a variable does nothing; others than the user may have set it."""
    likely = _likely(variable.removeprefix(_PREFIX).lower(), _definitions())
    hint = f" Is {variable_of(likely)} meant?" if likely else ""
    logger.warn(
        f"The environment variable {variable} belongs to no preference of brian2numba, "
        f"and does nothing.{hint}"
    )


def _value_of(name: str, text: str) -> Any:
    """Return the value that a text means, or the text if it can't be one."""
    default = _definitions()[name].default
    if isinstance(default, bool):
        return _TRUTHS.get(text.strip().lower(), text)
    if isinstance(default, int):
        return int(text) if text.strip().isdecimal() else text
    return text
