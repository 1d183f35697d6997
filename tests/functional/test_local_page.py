"""docs/local.md, followed word by word in a fresh folder, as a stranger would."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.readme import LOCAL

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [content for found, content in _BLOCK.findall(LOCAL.read_text(encoding="utf-8")) if found == language]


def commands() -> list[str]:
    """The commands of the page, one line each."""
    text = "".join(blocks("console")).replace("\\\n", "")
    return [line.removeprefix("$ ") for line in text.splitlines()]


@pytest.fixture
def environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_"))}
    return {**own, "PATH": f"{Path(sys.executable).parent}:{own['PATH']}"}


@contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        ["python", "-m", "local_sagemaker", "serve"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline().startswith("Serving .sagemaker-local at http://127.0.0.1:")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(120)
        process.stderr.close()


def test_the_page_works_as_it_is_written(tmp_path, environment):
    prepare, from_python = blocks("python")
    (tmp_path / "prepare.py").write_text(prepare)
    (tmp_path / "definition.json").write_text(blocks("json")[0])
    (tmp_path / "client.py").write_text(from_python)
    *before, predictions = commands()
    succeeded = "aws sagemaker describe-pipeline-execution --pipeline-execution-arn $ARN | grep Succeeded"
    patience = f"for _ in $(seq 60); do {succeeded} && break; sleep 1; done"
    script = "\n".join(["set -e", *before, patience, f"{predictions} > predictions.csv"])
    with serving(tmp_path, environment):
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert len((tmp_path / "predictions.csv").read_text().split()) == 100
    listed = subprocess.run(
        ["python", "client.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert listed.stdout == "arn:aws:sagemaker:us-east-1:123456789012:pipeline/Mine\n"


def test_the_definition_of_the_page_is_one_of_a_whole_pipeline():
    steps = json.loads(blocks("json")[0])["Steps"]
    assert [step["Type"] for step in steps] == ["Processing", "Training", "Model", "Transform"]
