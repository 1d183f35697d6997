"""Settings from ``boostpipe.toml``, or from ``[tool.boostpipe]`` in ``pyproject.toml``, in the working folder.

A key is an option's name without its hyphens in front. Profiles are tables of their own, whose keys win::

    [tool.boostpipe]
    pipeline-name = "Bikes"

    [tool.boostpipe.profiles.production]
    target = "aws"
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import BadInput, did_you_mean, quoted
from pipelines.settings.fields import PAIRS, Settings, option_name

PROFILE_VARIABLE = "BOOSTPIPE_PROFILE"
FILE = "boostpipe.toml"
PROJECT_FILE = "pyproject.toml"
PROFILES = "profiles"
_KNOWN = {option_name(known).removeprefix("--"): known for known in dataclasses.fields(Settings)}


@dataclass(frozen=True)
class Table:
    """A table of the file, and its name for messages, such as ``pyproject.toml [tool.boostpipe]``."""

    name: str
    content: Mapping[str, Any]

    def child(self, key: str) -> Table:
        """Return a table inside this one."""
        content = self.content.get(key, {})
        if not isinstance(content, dict):
            raise BadInput(f"{self.name}: {key} is {content!r}, but it must be a table.")
        name = f"{self.name[:-1]}.{key}]" if self.name.endswith("]") else f"{self.name} [{key}]"
        return Table(name, content)


def read(folder: Path, profile: str | None, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Read the settings of a folder, those of a profile included, by the names of `Settings`' fields.

    Raises `BadInput` if the file is not TOML, a key or the profile is unknown, or a value has the wrong type.
    """
    table = _table(folder)
    profile = profile or environment.get(PROFILE_VARIABLE)
    profiles = table.child(PROFILES)
    values = _values(Table(table.name, {key: value for key, value in table.content.items() if key != PROFILES}))
    if not profile:
        return values
    if not table.content:
        raise BadInput(
            f"There is no profile {profile!r}: neither {FILE} nor {PROJECT_FILE} in {folder} has settings. "
            f"Write them in {FILE}, in a table [profiles.{profile}]."
        )
    if profile not in profiles.content:
        hint = did_you_mean(profile, profiles.content) or "."
        raise BadInput(f"{table.name} has no profile {profile!r}{hint}")
    return values | _values(profiles.child(profile))


def _table(folder: Path) -> Table:
    own = _parsed(folder / FILE)
    project = Table(PROJECT_FILE, _parsed(folder / PROJECT_FILE) or {}).child("tool").child("boostpipe")
    if own is None:
        return project
    if project.content:
        raise BadInput(f"Both {FILE} and {project.name} have settings. Keep them in one of the two.")
    return Table(FILE, own)


def _parsed(file: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput(f"{file.name} cannot be read: {error}.") from error


def _values(table: Table) -> dict[str, Any]:
    return dict(_value(table, key, value) for key, value in table.content.items())


def _value(table: Table, key: str, value: Any) -> tuple[str, Any]:
    if key not in _KNOWN:
        hint = did_you_mean(key, _KNOWN).removeprefix(". ") or "Each option's name without its hyphens in front is one."
        raise BadInput(f"{table.name}: there is no setting {quoted(key)}. {hint}")
    setting = _KNOWN[key]
    choices = setting.metadata.get("choices")
    if choices and value not in choices:
        hint = did_you_mean(str(value), choices).removeprefix(".")
        raise BadInput(f"{table.name}: {key} is {quoted(value)}, but it must be one of {', '.join(choices)}.{hint}")
    accepts, convert, wanted = _kind(setting)
    if not accepts(value):
        raise BadInput(f"{table.name}: {key} is {quoted(value)}, but it must be {wanted}.")
    return setting.name, convert(value)


def _kind(setting: dataclasses.Field[Any]) -> tuple[Callable[[Any], bool], Callable[[Any], Any], str]:
    """Return a check of a value's type, its conversion to the field's type, and the type's name for people."""
    kind = setting.metadata["kind"]
    if setting.name == "gate":
        return _are_numbers, _pairs, "a table of numbers"
    if setting.name in PAIRS:
        return lambda value: isinstance(value, dict) and _are_strings(value.values()), _pairs, "a table of strings"
    return _KINDS.get(kind, (lambda value: isinstance(value, str), Path if issubclass(kind, Path) else str, "a string"))


def _are_strings(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


_KINDS: Mapping[type, tuple[Callable[[Any], bool], Callable[[Any], Any], str]] = {
    tuple: (lambda value: isinstance(value, list) and _are_strings(value), tuple, "a list of strings"),
    bool: (lambda value: isinstance(value, bool), bool, "true or false"),
    int: (lambda value: type(value) is int, int, "a whole number"),
    float: (lambda value: type(value) in (int, float), float, "a number"),
}


def _are_numbers(table: object) -> bool:
    return isinstance(table, dict) and all(type(value) in (int, float) for value in table.values())


def _pairs(table: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(table.items())
