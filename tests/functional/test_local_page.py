"""The tutorial of docs/local-sagemaker/README.md works word by word in an empty folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.documents import code_blocks, commands

PAGE = Path(__file__).parents[2] / "docs" / "local-sagemaker" / "README.md"


@pytest.fixture
def environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_"))}
    return {**own, "PATH": f"{Path(sys.executable).parent}:{own['PATH']}"}


@contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        ["local-sagemaker", "serve"],
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


def test_tutorial_works(tmp_path, environment):
    prepare, from_python = code_blocks(PAGE, "python")
    (tmp_path / "prepare.py").write_text(prepare)
    (tmp_path / "definition.json").write_text(code_blocks(PAGE, "json")[0])
    (tmp_path / "client.py").write_text(from_python)
    *before, predictions = [line.removeprefix("$ ") for line in commands(PAGE, "console")]
    check = "aws sagemaker describe-pipeline-execution --pipeline-execution-arn $ARN | grep Succeeded"
    wait = f"for _ in $(seq 60); do {check} && break; sleep 1; done"
    script = "\n".join(["set -e", *before, wait, f"{predictions} > predictions.csv"])
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


def test_tutorial_covers_a_whole_pipeline():
    steps = json.loads(code_blocks(PAGE, "json")[0])["Steps"]
    assert [step["Type"] for step in steps] == ["Processing", "Training", "Model", "Transform"]
