"""The overhead of the local SageMaker: a pipeline of 50 processing steps that do nothing.

``python -m tests.performance.overhead`` prints milliseconds per step, one step after another and two at a time.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3

from local_sagemaker import open_service

STEPS = 50
REPETITIONS = 3
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
CODE = "/opt/ml/processing/input/code"


def definition(role: str, *, chained: bool) -> str:
    """Fifty no-op steps, each after the one before it or all at once."""
    steps = [_step(number, role, chained=chained) for number in range(STEPS)]
    return json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": steps})


def _step(number: int, role: str, *, chained: bool) -> dict[str, Any]:
    source = {"S3Uri": "s3://code/noop.py", "LocalPath": CODE, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
    return {
        "Name": f"Step{number}",
        "Type": "Processing",
        "DependsOn": [f"Step{number - 1}"] if chained and number else [],
        "Arguments": {
            "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", f"{CODE}/noop.py"]},
            "ProcessingInputs": [{"InputName": "code", "S3Input": source}],
            "ProcessingResources": {"ClusterConfig": cluster},
            "RoleArn": role,
        },
    }


def measure(folder: Path) -> dict[str, list[float]]:
    """Run both pipelines in turn and give the milliseconds per step of each repetition."""
    found: dict[str, list[float]] = {"one after another": [], "two at a time": []}
    with open_service(folder) as service:
        sagemaker, s3 = (boto3.client(name, **service.client_arguments) for name in ("sagemaker", "s3"))
        s3.create_bucket(Bucket="code")
        s3.put_object(Bucket="code", Key="noop.py", Body=b"pass\n")
        for name, chained in (("Chained", True), ("Parallel", False)):
            sagemaker.create_pipeline(
                PipelineName=name,
                PipelineDefinition=definition(service.role_arn, chained=chained),
                RoleArn=service.role_arn,
                ClientRequestToken="0" * 32,
                ParallelismConfiguration={"MaxParallelExecutionSteps": 2},
            )
        _seconds(sagemaker, "Chained")  # the first job waits for the template process
        for _ in range(REPETITIONS):
            found["one after another"].append(1000 * _seconds(sagemaker, "Chained") / STEPS)
            found["two at a time"].append(1000 * _seconds(sagemaker, "Parallel") / STEPS)
    return found


def _seconds(sagemaker: Any, pipeline: str) -> float:
    start = time.perf_counter()
    arn = sagemaker.start_pipeline_execution(PipelineName=pipeline)["PipelineExecutionArn"]
    while (status := sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]) in (
        "Executing",
        "Stopping",
    ):
        time.sleep(0.1)  # over fifty steps, that is exact to 2 ms per step and costs next to nothing
    if status != "Succeeded":
        raise RuntimeError(f"The pipeline {pipeline} ended {status}.")
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    sys.stdout.write(f"| {STEPS} no-op processing steps | ms per step, median of {REPETITIONS} | min | max |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for name, values in found.items():
        sys.stdout.write(f"| {name} | {statistics.median(values):.0f} | {min(values):.0f} | {max(values):.0f} |\n")


if __name__ == "__main__":
    main()
