"""The command line as a person would use it: in a process of its own, in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.sample import generate_sample

Environment = dict[str, str]


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.stdout)


Run = Callable[..., Ran]


def environment(cache: Path, **more: str) -> Environment:
    """The caller's, without anything that speaks of AWS."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_", "SEOUL_"))}
    return {**own, "XDG_CACHE_HOME": str(cache), "COLUMNS": "200", **more}


def run_command(folder: Path, cache: Path, *arguments: str, **more: str) -> Ran:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.run", *arguments],
        cwd=folder,
        env=environment(cache, **more),
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr, folder)


@pytest.fixture(scope="session")
def cache() -> Path:
    """Definitions are built once a day of testing, not once a test: the cache is the user's own."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published file where SEOUL_BIKE_DATA names it, else the generated sample."""
    given = os.environ.get("SEOUL_BIKE_DATA")
    if given:
        return Path(given).resolve()
    sample = tmp_path_factory.mktemp("data") / "generated-sample.csv"
    sample.write_bytes(generate_sample())
    return sample


@pytest.fixture
def run(tmp_path: Path, cache: Path) -> Run:
    """Run ``python -m pipelines.run`` in an empty folder."""

    def in_folder(*arguments: str, **more: str) -> Ran:
        return run_command(tmp_path / "work", cache, *arguments, **more)

    return in_folder
