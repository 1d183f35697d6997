"""The definition as JSON: its canonical bytes, its digest, and the check before anything is sent."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pipelines.definition.checks import findings
from pipelines.errors import InvalidDefinition


def canonical(definition: dict[str, Any]) -> str:
    """Write a definition so that equal definitions are equal bytes.

    Keys without a value are left out: the SDK writes ``"MlflowConfig": null`` where nobody asked for MLflow.
    """
    present = {key: value for key, value in definition.items() if value is not None}
    return json.dumps(present, indent=1, ensure_ascii=False) + "\n"


def digest(text: str) -> str:
    """Give the sha256 of a definition, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def check(text: str) -> None:
    """Refuse a definition that the service would refuse, or that would fail an hour later.

    Raises
    ------
    InvalidDefinition
        With every finding, not only the first.
    """
    found = findings(text)
    if found:
        raise InvalidDefinition(found)
