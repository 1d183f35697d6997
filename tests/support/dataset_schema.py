"""The JSON schema of a data set file, made of the data classes that describe its content.

As a command it writes the schema anew: ``python -m tests.support.dataset_schema`` (``make golden``).
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from processing_scripts.dataset_file import model
from processing_scripts.dataset_file.model import Column, DatasetFile, Option, Task

FILE = Path(__file__).parents[2] / "docs" / "dataset-file.schema.json"
NAMED = {"columns": Column, "tasks": Task, "options": Option}
"""Tables of tables, whose keys are names."""
DERIVED = {"name", "path", "pipeline", "title", "metric"}
"""Fields that are not keys of the table, or follow from other keys."""
PLAIN = {str: {"type": "string"}, bool: {"type": "boolean"}, int: {"type": "integer"}, float: {"type": "number"}}
WORDS = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"en": {"type": "string"}, "ko": {"type": "string"}},
            "required": ["en"],
            "additionalProperties": False,
        },
    ]
}


def schema() -> dict[str, Any]:
    """Make the schema."""
    content = _object(DatasetFile)
    for key, kind in NAMED.items():
        table = _object(kind)
        if kind is Column:
            table = {"anyOf": [{"enum": [*get_args(model.ColumnType)]}, table]}
        content["properties"][key] = {"type": "object", "additionalProperties": table}
    content["required"] = ["name", "columns", "tasks"]
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "A data set file of boostpipe", **content}


def _object(kind: type[Any]) -> dict[str, Any]:
    hints, texts = get_type_hints(kind), _descriptions(kind)
    own = "name" if kind in NAMED.values() else "path"
    fields = [field for field in dataclasses.fields(kind) if field.name != own]
    required = [
        field.name
        for field in fields
        if field.default is field.default_factory is dataclasses.MISSING and field.name not in DERIVED
    ]
    properties = {
        field.name: _value(hints[field.name]) | ({"description": texts[field.name]} if field.name in texts else {})
        for field in fields
    }
    found: dict[str, Any] = {"type": "object", "description": inspect.getdoc(kind) or "", "properties": properties}
    return {**found, **({"required": required} if required else {}), "additionalProperties": False}


def _value(kind: Any) -> dict[str, Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _value(next(each for each in arguments if each is not NoneType))
    if origin is Literal:
        return {"enum": [*arguments]}
    if origin is tuple:
        several = arguments[-1] is Ellipsis
        length = {} if several else {"minItems": len(arguments), "maxItems": len(arguments)}
        return {"type": "array", "items": _value(arguments[0]), **length}
    if arguments == (str, str):
        return dict(WORDS)
    if origin is not None:
        return {"type": "object", "additionalProperties": _value(arguments[1])}
    return dict(PLAIN[kind]) if kind in PLAIN else _object(kind)


def _descriptions(kind: type[Any]) -> dict[str, str]:
    """Return the docstrings of the fields; one docstring below several fields is that of all since the last one."""
    tree = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(tree, ast.ClassDef)
    texts: dict[str, str] = {}
    names: list[str] = []
    for statement in tree.body[1:]:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            names.append(statement.target.id)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            texts[names[-1]] = str(statement.value.value).replace("``", "")
    return texts


if __name__ == "__main__":
    FILE.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
