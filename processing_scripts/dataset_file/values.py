"""Values of a TOML file as the fields of data classes, by the fields' types."""

import dataclasses
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from processing_scripts.dataset_file.lines import Path
from processing_scripts.errors import quoted

LANGUAGES = ("en", "ko")
_NAMES = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}
_SHORT = 60


class WrongValue(Exception):
    """A value that cannot be used; the message completes "...: KEY"."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known word that a mistyped one is nearest to, else the known words as far as they are few."""
    names = [*known]
    near = get_close_matches(word, names, n=1)
    if near:
        return f"Did you mean {quoted(near[0])}?"
    return f"Use {', '.join(map(quoted, names))}." if len(names) <= 20 else ""


def read_fields(kind: type[Any], table: object, path: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read a table as the fields of a data class; fields in ``given`` are no keys of the table.

    Raises `WrongValue` for a key that is unknown or missing, or a value of another type.
    """
    fields = {field.name: field for field in dataclasses.fields(kind) if field.name not in given}
    hints = get_type_hints(kind)
    content = _table(table, path)
    refuse_unknown(content, fields, path)
    for name, field in fields.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in content:
            raise WrongValue((*path, name), "is missing; add it.")
    return {**given, **{key: read_value(hints[key], value, (*path, key)) for key, value in content.items()}}


def refuse_unknown(keys: Iterable[str], known: Iterable[str], path: Path) -> None:
    """Raise `WrongValue` for the first key that is not a known one."""
    names = [*known]
    for key in keys:
        if key not in names:
            raise WrongValue((*path, key), f"is not a known key. {did_you_mean(key, names)}".rstrip())


def read_value(kind: Any, value: object, path: Path) -> Any:
    """Read a value as a type: text, number, boolean, choice, tuple, table of those, or one of them or None.

    Raises `WrongValue` if it is not one.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:  # of a Literal and None it is Union
        return read_value(next(each for each in arguments if each is not NoneType), value, path)
    if origin is Literal:
        if value not in arguments:
            text = value if isinstance(value, str) else ""
            raise WrongValue(path, f"is {shown(value)}, which is not a choice. {did_you_mean(text, arguments)}")
        return value
    if origin is tuple:
        return _tuple(arguments, value, path)
    if arguments == (str, str):  # a mapping of strings to strings is a text by language
        return read_words(value, path)
    if origin is not None:  # a mapping of strings to other values
        return {key: read_value(arguments[1], each, (*path, key)) for key, each in _table(value, path).items()}
    return _plain(kind, value, path)


def read_words(value: object, path: Path) -> dict[str, str]:
    """Read a text: a string in English, or a table of strings by language.

    Raises `WrongValue` for another type, an unknown language, or a table without English.
    """
    if isinstance(value, str):
        value = {"en": value}
    elif not isinstance(value, dict):
        raise WrongValue(path, f"is {shown(value)}, but it must be a string, or a table of strings by language.")
    words = {language: str(_plain(str, text, (*path, language))) for language, text in value.items()}
    for language in words:
        if language not in LANGUAGES:
            raise WrongValue((*path, language), f"is not a known language. {did_you_mean(language, LANGUAGES)}")
    if "en" not in words:
        raise WrongValue((*path, "en"), "is missing; add the text in English.")
    return words


def shown(value: object) -> str:
    """Show a value of the file in a message, shortened if it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "a table"
    text = str(value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


def _plain(kind: type[Any], value: object, path: Path) -> Any:
    if kind is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            if abs(value) <= 1e300:  # an integer may be larger than any float
                return float(value)
            raise WrongValue(path, f"is {shown(value)}; write a finite number.")
    elif isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise WrongValue(path, f"is {shown(value)}, but it must be {_NAMES[kind]}.")


def _tuple(kinds: tuple[Any, ...], value: object, path: Path) -> tuple[Any, ...]:
    several = kinds[-1] is Ellipsis
    name = _NAMES.get(kinds[0], "a value").removeprefix("a ")
    if not isinstance(value, list):
        raise WrongValue(path, f"is {shown(value)}, but it must be a list: each element a {name}.")
    if not several and len(value) != len(kinds):
        raise WrongValue(path, f"has {len(value)} elements, but it must have {len(kinds)}, each a {name}.")
    return tuple(read_value(kinds[0], each, path) for each in value)


def _table(value: object, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongValue(path, f"is {shown(value)}, but it must be a table.")
    return value
