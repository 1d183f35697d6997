"""``python -m local_sagemaker serve`` for any client: here the AWS command line, with real jobs, and its death."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.config import Config

from local_sagemaker.containers.images import stand_in_for
from local_sagemaker.jobs import instances
from local_sagemaker.lifetime import open_service
from tests.conformance.stand_ins import ROLE, StandIns, definition, depends_on, get, processing
from tests.support.service import COMMAND, Server, serving

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


def test_aws_cli_runs_a_pipeline(tmp_path):
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

        defaults = json.loads(Path(server.environment["SAGEMAKER_ADMIN_CONFIG_OVERRIDE"]).read_text())
        bucket = defaults["SageMaker"]["PythonSDK"]["Modules"]["Session"]["DefaultS3Bucket"]
        image = defaults["SageMaker"]["PythonSDK"]["Modules"]["RemoteFunction"]["ImageUri"]
        assert stand_in_for(image).training  # for @step and @remote without an image
        assert bucket == "sagemaker-us-east-1-123456789012"
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


def test_second_serve_names_the_first(tmp_path):
    with serving(tmp_path / "state", "--isolation", "process") as first:
        with serving(tmp_path / "state", "--isolation", "process") as second:
            assert second.endpoint_url == first.endpoint_url
            assert second.process.wait(30) == 0
        assert first.process.poll() is None


def start(aws, server: Server, *steps: dict) -> str:
    s3, sagemaker = aws("s3", server), aws("sagemaker", server)
    s3.create_bucket(Bucket="bucket")
    sagemaker.create_pipeline(PipelineName="Cut", PipelineDefinition=definition(*steps), RoleArn=ROLE)
    return sagemaker.start_pipeline_execution(PipelineName="Cut")["PipelineExecutionArn"]


@pytest.mark.parametrize(
    ("end", "count"),
    [
        ("stop", 4),
        *(pytest.param(each, None, marks=pytest.mark.slow) for each in ("stop", signal.SIGINT, signal.SIGTERM)),
    ],
)
def test_service_ends_with_as_many_instances_as_it_holds(tmp_path, aws, end, count):
    count = count or instances._most_instances()
    step = job("Many", 0, "")
    step["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = ["sleep", "300"]
    step["Arguments"]["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = count
    with serving(tmp_path / "state", "--isolation", "process", command=COMMAND) as server:
        arn = start(aws, server, step)
        parent, deadline = psutil.Process(server.process.pid), time.monotonic() + 120
        while len(family := parent.children(recursive=True)) < count:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        if end == "stop":
            stopped = subprocess.run([*COMMAND, "stop", "--state-dir", tmp_path / "state"], check=False)
            assert stopped.returncode == 0
        else:
            server.process.send_signal(end)
        assert server.process.wait(60) == 0
        assert psutil.wait_procs(family, timeout=60)[1] == []
    with open_service(tmp_path / "state", runners=StandIns().runners) as service:
        described = aws("sagemaker", service).describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["PipelineExecutionStatus"] == "Failed"


CONNECTED = """
import json, pathlib, sys
from local_sagemaker import connect_service
with connect_service(pathlib.Path(sys.argv[1]), isolation="process", keep_alive=0) as service:
    print(json.dumps([service.in_process, service.environment]), flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def connected(state: Path) -> Iterator[tuple[bool, Server]]:
    """A command that uses the service, and whether it runs it itself."""
    with subprocess.Popen(
        [sys.executable, "-c", CONNECTED, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        is_owner, variables = json.loads(process.stdout.readline())
        yield is_owner, Server(process, variables["AWS_ENDPOINT_URL"], variables)
    assert process.returncode == 0


def test_execution_outlives_its_command_and_the_services(tmp_path, aws):
    with connected(tmp_path) as (owns, _):
        assert owns
        with connected(tmp_path) as (owns_too, server):
            assert not owns_too
            arn = start(aws, server, job("A", 1, "a"), job("B", 0, "b", **depends_on("A")))
    with open_service(tmp_path, runners=StandIns().runners) as service:
        described = aws("sagemaker", service).describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["PipelineExecutionStatus"] == "Succeeded"


@dataclass
class Writer:
    """Writes objects and records, one after the other, until the service is gone.

    Attributes
    ----------
    objects
        The bodies that were sent, by key, the last one perhaps in vain.
    answered
        The keys whose writing was answered; each has a model package group of its number, too.
    """

    s3: Any
    sagemaker: Any
    chance: random.Random
    objects: dict[str, bytes] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)

    def run(self) -> None:
        with contextlib.suppress(Exception):  # a connection breaks in many ways
            while True:
                key = f"written/{len(self.objects)}"
                self.objects[key] = self.chance.randbytes(self.chance.randrange(1, 100_000))
                self.s3.put_object(Bucket="bucket", Key=key, Body=self.objects[key])
                self.sagemaker.create_model_package_group(ModelPackageGroupName=key.replace("/", "-"))
                self.answered.append(key)

    def is_found_again(self, s3: Any, sagemaker: Any) -> None:
        """Nothing that was answered is lost, and nothing that is listed is less than what was sent."""
        listed = {
            each["Key"]: s3.get_object(Bucket="bucket", Key=each["Key"])["Body"].read()
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket="bucket", Prefix="written/")
            for each in page.get("Contents", [])
        }
        assert listed.items() <= self.objects.items()
        assert set(self.answered) <= listed.keys()
        pages = sagemaker.get_paginator("list_model_package_groups").paginate(NameContains="written-")
        groups = {group["ModelPackageGroupName"] for page in pages for group in page["ModelPackageGroupSummaryList"]}
        assert {key.replace("/", "-") for key in self.answered} <= groups


def killed_and_found_again(state: Path, aws, seed: int, isolation: str) -> None:
    """Kill the service with -9 at a random moment of its work, and hold what is found against what it had answered."""
    chance = random.Random(seed)
    with serving(state, "--isolation", isolation, command=COMMAND) as server:
        quick = [job(f"Q{number}", chance.random() * 0.2, f"q{number}") for number in range(3)]
        arn = start(aws, server, *quick, job("Last", 0.3, "last", **depends_on("Q0", "Q1")))
        once = Config(retries={"total_max_attempts": 1})
        clients = (aws(name, server, config=once) for name in ("s3", "sagemaker"))
        writer = Writer(*clients, chance)
        writing = threading.Thread(target=writer.run)
        moment = time.time() + chance.random() * 2.5
        children = psutil.Process(server.process.pid).children(recursive=True)
        writing.start()
        while time.time() < moment:
            children += psutil.Process(server.process.pid).children(recursive=True)
            time.sleep(0.02)
        server.process.kill()
        server.process.wait()
        writing.join()
    _, orphans = psutil.wait_procs(set(children), timeout=10)
    assert orphans == []
    with open_service(state, runners=StandIns().runners) as service:
        s3, sagemaker = aws("s3", service), aws("sagemaker", service)
        writer.is_found_again(s3, sagemaker)
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


def test_kill_loses_nothing(tmp_path, aws):
    killed_and_found_again(tmp_path / "state", aws, seed=1, isolation="process")


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["process", "fork"])
@pytest.mark.parametrize("seed", range(25))
def test_kill_at_any_moment_loses_nothing(tmp_path, aws, seed, isolation):
    killed_and_found_again(tmp_path / "state", aws, seed, isolation)
