"""The command line as a person would use it: in a process of its own, in an empty folder."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

from pipelines.data.sample import MARK, generate_sample
from tests.support import warm
from tests.support.service import Server, serving

Environment = dict[str, str]


@dataclass(frozen=True)
class Ran:
    """The result of a command: exit code, output and working folder."""

    code: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.stdout)


Run = Callable[..., Ran]


def environment(cache: Path, **more: str) -> Environment:
    """The caller's environment, without the variables of AWS and of this project."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_", "SEOUL_"))}
    return {**own, "SAGEMAKER_LOCAL_KEEP_ALIVE": "0", "XDG_CACHE_HOME": str(cache), "COLUMNS": "200", **more}


def run_command(folder: Path, cache: Path, *arguments: str, **more: str) -> Ran:
    return run_command_named("run", folder, cache, *arguments, **more)


def run_command_named(name: str, folder: Path, cache: Path, *arguments: str, typed: str = "", **more: str) -> Ran:
    """Run ``python -m pipelines NAME``; ``typed`` is the standard input."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [warm.python(), "-m", *(("pipelines.run",) if name == "run" else ("pipelines", name)), *arguments],
        cwd=folder,
        env=environment(cache, **more),
        input=typed,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr, folder)


def typed_in_a_terminal(command: str, folder: Path, variables: Environment, answers: str) -> tuple[int, str]:
    """Run a command in a terminal, with answers to its questions; return the exit code and the output."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command,
        shell=True,
        cwd=folder,
        env=variables,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        os.write(ours, answers.encode())
        output, _ = process.communicate(timeout=1500)
    os.close(ours)
    os.close(theirs)
    return process.returncode, output


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


@pytest.fixture(scope="session")
def unmarked_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hours that are not marked as generated: on AWS the sample is refused, and the published file may be absent."""
    file = tmp_path_factory.mktemp("unmarked") / "hours.csv"
    pd.read_csv(io.BytesIO(generate_sample()), encoding="cp1252").drop(columns=MARK).to_csv(file, index=False)
    return file


@pytest.fixture
def run(tmp_path: Path, cache: Path) -> Run:
    """Run ``python -m pipelines.run`` in an empty folder."""

    def in_folder(*arguments: str, **more: str) -> Ran:
        return run_command(tmp_path / "work", cache, *arguments, **more)

    return in_folder


@dataclass(frozen=True)
class Finished:
    """A folder with the local service running in it, and two executions that have ended."""

    folder: Path
    cache: Path
    data: Path
    service: Server
    succeeded: str
    failed: str
    below_gate: Ran
    """The command of the execution that failed."""
    unmarked: Path

    def command(self, name: str, *arguments: str, **more: str) -> Ran:
        return run_command_named(name, self.folder, self.cache, *arguments, **more)

    def client(self, name: str) -> Any:
        return boto3.client(name, **self.service.client_arguments)


@pytest.fixture(scope="session")
def finished(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, data: Path, unmarked_data: Path
) -> Iterator[Finished]:
    """One execution that succeeded and one that failed at the quality gate, for every test that only looks."""
    folder = tmp_path_factory.mktemp("finished")
    small = ("--upsert", "--start", "--json", "--task", "classification", "--algorithms", "lightgbm")
    with serving(folder / ".sagemaker-local") as service:
        good = run_command(folder, cache, *small, "--data", str(data), "--execution-name", "good")
        assert good.code == 0, good.stderr
        strict = ("--parameter", "ClassificationMinAuc=0.99999", "--execution-name", "too-strict")
        bad = run_command(folder, cache, *small, "--data", str(data), "--seed", "1", *strict)
        assert bad.code == 1, bad.stderr
        ids = (ran.json["execution"]["arn"].rsplit("/", 1)[-1] for ran in (good, bad))
        yield Finished(folder, cache, data, service, *ids, bad, unmarked_data)
