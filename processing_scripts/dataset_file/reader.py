"""A data set file, read and checked."""

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from processing_scripts.dataset_file.checks import check
from processing_scripts.dataset_file.lines import Path as KeyPath
from processing_scripts.dataset_file.lines import line_of
from processing_scripts.dataset_file.model import Column, DatasetFile, Option, Reading, Rule, Split, Task, camel_case
from processing_scripts.dataset_file.values import WrongValue, read_fields, refuse_unknown, shown
from processing_scripts.errors import DatasetFileError, quoted

MOST_BYTES: Final = 5 * 1024 * 1024
_METRICS: Final = {"regression": "rmse", "binary": "auc", "multiclass": "log_loss"}


def read_dataset_file(path: Path) -> DatasetFile:
    """Read a data set file in TOML.

    Raises `DatasetFileError` if it cannot be read, or a key is unknown, missing, of another type, or contradicts
    another; the message names the file, the line and the key.
    """
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DatasetFileError(f"{path.name} is not valid TOML: {error}. Correct it there.") from error
    try:
        dataset = _dataset_file(path, content)
        check(dataset)
    except WrongValue as error:
        line = line_of(text, error.path)
        where = f"{path.name}, line {line}" if line else path.name
        raise DatasetFileError(f"{where}: {_dotted(error.path)} {error.problem}") from error
    return dataset


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DatasetFileError(f"{path.name} is larger than {MOST_BYTES // 1024**2} MiB; name a data set file.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DatasetFileError(f"The data set file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DatasetFileError(f"{path.name} is not UTF-8 at byte {error.start}; save it in UTF-8.") from error


def _dataset_file(path: Path, content: Mapping[str, Any]) -> DatasetFile:
    """Read all tables, and fill in what follows from other keys."""
    content = {**content}
    refuse_unknown(content, [field.name for field in dataclasses.fields(DatasetFile) if field.name != "path"], ())
    reading = Reading(**read_fields(Reading, content.pop("reading", {}), ("reading",), {}))
    split = Split(**read_fields(Split, content.pop("split", {}), ("split",), {}))
    targets = {
        task["target"]
        for task in _tables(content, "tasks").values()
        if isinstance(task, dict) and isinstance(task.get("target"), str)
    }
    columns = tuple(_column(name, table, targets) for name, table in _tables(content, "columns").items())
    tasks = tuple(_task(name, table, columns) for name, table in _tables(content, "tasks").items())
    options = tuple(
        Option(**read_fields(Option, table, ("options", name), {"name": name}))
        for name, table in _tables(content, "options").items()
    )
    for key in ("columns", "tasks"):
        if not content.pop(key, None):
            raise WrongValue((key,), f"is missing; add a table [{key}.NAME] for each of the {key}.")
    content.pop("options", None)
    given = {"path": path, "reading": reading, "columns": columns, "tasks": tasks, "split": split, "options": options}
    given["rules"] = _rules(content.pop("rules", []))
    name = content.get("name")
    if isinstance(name, str):
        content = {"pipeline": camel_case(name), "title": name, **content}
    return DatasetFile(**read_fields(DatasetFile, content, (), given))


def _tables(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = content.get(key, {})
    if not isinstance(table, dict):
        raise WrongValue((key,), f"is {shown(table)}, but it must be a table [{key}.NAME] for each of the {key}.")
    return table


def _column(name: str, table: object, targets: set[str]) -> Column:
    """Read a column; a string instead of a table is its type, and a task's target needs no role."""
    content = {"type": table} if isinstance(table, str) else table
    if isinstance(content, dict) and name in targets:
        content = {"role": "target", **content}
    return Column(**read_fields(Column, content, ("columns", name), {"name": name}))


def _task(name: str, table: object, columns: tuple[Column, ...]) -> Task:
    """Read a task; its metric follows from its kind, its classes from its target's levels or the positive class."""
    path = ("tasks", name)
    if isinstance(table, dict) and isinstance(table.get("kind"), str) and table["kind"] in _METRICS:
        table = {"metric": _METRICS[table["kind"]], **table}
    fields = read_fields(Task, table, path, {"name": name})
    if not fields.get("classes"):
        levels = next((column.levels for column in columns if column.name == fields["target"]), ())
        fields["classes"] = _classes(fields, levels)
    return Task(**fields)


def _classes(task: Mapping[str, Any], levels: tuple[str, ...]) -> tuple[str, ...]:
    """Name the classes that the file does not name."""
    if task["kind"] == "multiclass":
        return levels
    if task["kind"] == "regression":
        return ()
    positive = task.get("positive")
    if positive is None:
        return ("low", "high") if task.keys() & {"above", "above_quantile"} else ("no", "yes")
    others = [level for level in levels if level != positive]
    return (task.get("negative") or (others[0] if len(others) == 1 else f"not {positive}"), positive)


def _rules(tables: object) -> tuple[Rule, ...]:
    if not isinstance(tables, list):
        raise WrongValue(("rules",), f"is {shown(tables)}, but it must be a list of tables [[rules]].")
    return tuple(Rule(**read_fields(Rule, table, ("rules", at), {})) for at, table in enumerate(tables))


def _dotted(path: KeyPath) -> str:
    """Write a key as in TOML, with positions counted from 1: ``rules[1].feature``."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            words += f".{part}" if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", part) else f".{quoted(part)}"
    return words.removeprefix(".") or "the file"
