"""The results of the benchmark, kept after each part, so that an interrupted one goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class OtherConditionsError(Exception):
    """The results that are kept were measured under other conditions."""


class Results:
    """A JSON file of what was measured.

    ``runs`` has for each peer a list of rounds, each with ``first`` and ``again`` (seconds, processor seconds, MiB);
    ``again_steps`` and ``changed_steps`` the steps that ran then; ``noops`` lists of milliseconds; ``missing`` what
    kept a peer from being measured; ``metrics`` those of the shell script. ``conditions`` must be those of what
    is kept; None: whatever they were.
    """

    def __init__(self, path: Path, conditions: dict[str, Any] | None) -> None:
        self._path = path
        self.conditions = conditions or {}
        self.metrics: dict[str, Any] | None = None
        self.runs: dict[str, list[dict[str, list[float]]]] = {}
        self.again_steps: dict[str, list[str]] = {}
        self.changed_steps: dict[str, list[str]] = {}
        self.noops: dict[str, list[dict[str, float]]] = {}
        self.missing: dict[str, str] = {}
        if path.is_file():
            self._read()

    def _read(self) -> None:
        kept = json.loads(self._path.read_text(encoding="utf-8"))
        if self.conditions and kept["conditions"] != self.conditions:
            raise OtherConditionsError(
                f"{self._path} was measured with {kept['conditions']}, and this would be {self.conditions}: name "
                "another file by --results, or delete it."
            )
        for name, value in kept.items():
            setattr(self, name, value)

    def keep(self) -> None:
        """Write the file, whole or not at all."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        written = {name: value for name, value in vars(self).items() if name != "_path"}
        partial.write_text(json.dumps(written, indent=1), encoding="utf-8")
        os.replace(partial, self._path)  # noqa: PTH105
