"""The steps that a program runs, read from ``steps.json`` in its folder; the standard library only.

Every program runs the same commands, and passes what a step returns to those that need it.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent
DATA = "store/data/data.csv"


class Step(NamedTuple):
    """A step: its name, the steps that it needs, and the command that it is."""

    name: str
    needs: tuple[str, ...]
    command: tuple[str, ...]


class Work(NamedTuple):
    """Steps in an order in which none stands before one that it needs, and how many may run at once."""

    parallel: int
    steps: tuple[Step, ...]


def read() -> Work:
    """The work of this folder."""
    found = json.loads((FOLDER / "steps.json").read_text(encoding="utf-8"))
    steps = (Step(each["name"], tuple(each["needs"]), tuple(each["command"])) for each in found["steps"])
    return Work(found["parallel"], tuple(steps))


def run(name: str) -> str:
    """Run a step by its name; return a version of its outputs, by which a cache sees that they are new."""
    command = next(step.command for step in read().steps if step.name == name)
    subprocess.run(command, cwd=FOLDER, check=True)
    return f"{name} {time.time_ns()}"
