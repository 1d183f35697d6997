"""The definition as JSON: its canonical bytes and their digest."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any


def canonical(definition: dict[str, Any]) -> str:
    """Write a definition so that equal definitions are equal bytes.

    Keys without a value are left out: the SDK writes ``"MlflowConfig": null`` even without MLflow.
    """
    present = {key: value for key, value in definition.items() if value is not None}
    return json.dumps(present, indent=1, ensure_ascii=False) + "\n"


def digest(text: str) -> str:
    """The sha256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Definition:
    """A checked definition: its text and its sha256."""

    text: str

    @property
    def sha256(self) -> str:
        """Digest of the text, in hexadecimal."""
        return digest(self.text)

    @property
    def content(self) -> dict[str, Any]:
        """The definition as an object."""
        content: dict[str, Any] = json.loads(self.text)
        return content
