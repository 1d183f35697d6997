"""``python -m pipelines.local serve`` for any client: here the AWS command line, with real jobs, and its death."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pipelines.local.lifetime import open_service
from tests.conformance.stand_ins import ROLE, StandIns, definition, depends_on, get, processing
from tests.support.service import serving

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py312"
SCRIPT = (
    "import pathlib, time; time.sleep({seconds}); pathlib.Path('/opt/ml/processing/out/r.txt').write_text('{text}')"
)


def job(name: str, seconds: float, text: str, **more) -> dict:
    """A processing step that writes a file, in a real process."""
    step = processing(name, outputs={"out": f"s3://bucket/{name}"}, more=more)
    command = ["python3", "-c", SCRIPT.format(seconds=seconds, text=text)]
    step["Arguments"]["AppSpecification"] = {"ImageUri": IMAGE, "ContainerEntrypoint": command}
    output = step["Arguments"]["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]
    output |= {
        "LocalPath": "/opt/ml/processing/out",
        "S3Uri": {"Std:Join": {"On": "/", "Values": ["s3://bucket", get("Execution.PipelineExecutionId"), name]}},
    }
    return step


def test_the_aws_command_line_drives_a_pipeline_from_create_to_list_steps(tmp_path):
    (tmp_path / "definition.json").write_text(definition(job("A", 0, "a"), job("B", 0, "b", **depends_on("A"))))
    with serving(tmp_path / "state", "--isolation", "process") as server:

        def aws(*arguments: str) -> dict:
            done = subprocess.run(
                [Path(sys.executable).parent / "aws", *arguments, "--output", "json"],
                env={**os.environ, **server.environment},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout) if done.stdout.strip().startswith("{") else {}

        aws("s3", "mb", "s3://bucket")
        created = aws(
            *("sagemaker", "create-pipeline", "--pipeline-name", "Cli", "--role-arn", ROLE),
            *("--pipeline-definition", "file://definition.json", "--client-request-token", "c" * 32),
        )
        assert created["PipelineArn"].endswith(":pipeline/Cli")
        arn = aws("sagemaker", "start-pipeline-execution", "--pipeline-name", "Cli")["PipelineExecutionArn"]
        deadline = time.time() + 60
        described = {"PipelineExecutionStatus": "Executing"}
        while described["PipelineExecutionStatus"] == "Executing" and time.time() < deadline:
            described = aws("sagemaker", "describe-pipeline-execution", "--pipeline-execution-arn", arn)
        assert described["PipelineExecutionStatus"] == "Succeeded"
        listed = aws("sagemaker", "list-pipeline-execution-steps", "--pipeline-execution-arn", arn)
        steps = [(step["StepName"], step["StepStatus"]) for step in listed["PipelineExecutionSteps"]]
        assert steps == [("B", "Succeeded"), ("A", "Succeeded")]
        aws("s3", "cp", f"s3://bucket/{arn.rsplit('/', 1)[1]}/B/r.txt", "result.txt")
        assert (tmp_path / "result.txt").read_text() == "b"


def test_ctrl_c_ends_the_service_with_all_its_children(tmp_path, aws):
    with serving(tmp_path / "state", "--isolation", "process") as server:
        start(aws, server.endpoint_url, job("Long", 300, "never"))
        parent = psutil.Process(server.process.pid)
        deadline = time.time() + 20
        while not parent.children(recursive=True) and time.time() < deadline:
            time.sleep(0.05)
        children = parent.children(recursive=True)
        assert children
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(60) == 0
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []


def test_a_second_serve_says_where_the_first_one_is(tmp_path):
    with serving(tmp_path / "state", "--isolation", "process") as first:
        with serving(tmp_path / "state", "--isolation", "process") as second:
            assert second.endpoint_url == first.endpoint_url
            assert second.process.wait(30) == 0
        assert first.process.poll() is None


def start(aws, url: str, *steps: dict) -> str:
    s3, sagemaker = aws("s3", url), aws("sagemaker", url)
    s3.create_bucket(Bucket="bucket")
    sagemaker.create_pipeline(PipelineName="Cut", PipelineDefinition=definition(*steps), RoleArn=ROLE)
    return sagemaker.start_pipeline_execution(PipelineName="Cut")["PipelineExecutionArn"]


def killed_and_found_again(state: Path, aws, seed: int, isolation: str) -> None:
    """Kill the service with -9 at a random moment of its work, and hold what is found against what it had answered."""
    chance = random.Random(seed)
    answered: dict[str, bytes] = {}
    with serving(state, "--isolation", isolation) as server:
        quick = [job(f"Q{number}", chance.random() * 0.2, f"q{number}") for number in range(3)]
        arn = start(aws, server.endpoint_url, *quick, job("Last", 0.3, "last", **depends_on("Q0", "Q1")))
        s3 = aws("s3", server.endpoint_url)
        moment = time.time() + chance.random() * 2.5
        children = psutil.Process(server.process.pid).children(recursive=True)
        while time.time() < moment:
            key = f"answered/{len(answered)}"
            body = chance.randbytes(chance.randrange(1, 100_000))
            s3.put_object(Bucket="bucket", Key=key, Body=body)
            answered[key] = body
            children += psutil.Process(server.process.pid).children(recursive=True)
        server.process.kill()
        server.process.wait()
    _, orphans = psutil.wait_procs(set(children), timeout=10)
    assert orphans == []
    with open_service(state, runners=StandIns().runners) as service:
        s3, sagemaker = aws("s3", service.endpoint_url), aws("sagemaker", service.endpoint_url)
        for key, body in answered.items():
            assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == body
        execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        assert execution["PipelineExecutionStatus"] in ("Failed", "Succeeded")
        for step in steps:
            assert step["StepStatus"] in ("Failed", "Succeeded")
            if step["StepStatus"] == "Succeeded":
                written = s3.get_object(Bucket="bucket", Key=f"{arn.rsplit('/', 1)[1]}/{step['StepName']}/r.txt")
                assert written["Body"].read().decode() == step["StepName"].lower()
        if execution["PipelineExecutionStatus"] == "Succeeded":
            assert sorted(step["StepName"] for step in steps) == ["Last", "Q0", "Q1", "Q2"]
        for summary in sagemaker.list_processing_jobs(MaxResults=100)["ProcessingJobSummaries"]:
            assert summary["ProcessingJobStatus"] in ("Completed", "Failed")
            described = sagemaker.describe_processing_job(ProcessingJobName=summary["ProcessingJobName"])
            assert ("FailureReason" in described) is (summary["ProcessingJobStatus"] == "Failed")


def test_nothing_is_lost_when_the_service_is_killed(tmp_path, aws):
    killed_and_found_again(tmp_path / "state", aws, seed=1, isolation="process")


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["process", "fork"])
@pytest.mark.parametrize("seed", range(25))
def test_nothing_is_lost_when_the_service_is_killed_at_any_moment(tmp_path, aws, seed, isolation):
    killed_and_found_again(tmp_path / "state", aws, seed, isolation)
