"""Ctrl-C in the middle: the execution is stopped, not lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3

from local_sagemaker import open_service
from tests.functional.conftest import environment


def test_an_interruption_stops_the_execution(tmp_path: Path, cache: Path, data: Path) -> None:
    state = tmp_path / "interrupted"
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.run", "--upsert", "--start", "--state-dir", str(state), "--data", str(data)],
        cwd=tmp_path,
        env=environment(cache),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Preprocess") and "Succeeded" in line:
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=100)
    assert process.returncode == 130, stderr
    assert "Stopping arn:aws:sagemaker" in stderr
    assert "Traceback" not in stderr
    with open_service(state) as service:
        sagemaker = boto3.client("sagemaker", **service.client_arguments)
        (execution,) = sagemaker.list_pipeline_executions(PipelineName="SeoulBikeDemand")["PipelineExecutionSummaries"]
        assert execution["PipelineExecutionStatus"] == "Stopped"
