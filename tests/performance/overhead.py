"""The overhead of the local SageMaker: a pipeline of processing steps that do nothing.

``python -m tests.performance.overhead [--steps 50]`` prints milliseconds per step, one step after another and two at a
time, and those of processor time that the service itself takes, which other work on the machine hardly changes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3

from local_sagemaker import open_service

STEPS = 50
REPETITIONS = 3
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
CODE = "/opt/ml/processing/input/code"


def definition(role: str, number: int, *, chained: bool) -> str:
    """No-op steps, each after the one before it or all at once."""
    steps = [_step(at, role, chained=chained) for at in range(number)]
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
    """Give the milliseconds per step of each repetition of both pipelines."""
    return {way: [elapsed for elapsed, _ in values] for way, values in measure_both(folder, STEPS).items()}


def measure_both(folder: Path, steps: int) -> dict[str, list[tuple[float, float]]]:
    """Run both pipelines in turn; give the milliseconds per step of each repetition, and the processor's."""
    found: dict[str, list[tuple[float, float]]] = {"one after another": [], "two at a time": []}
    with open_service(folder) as service:
        sagemaker, s3 = (boto3.client(name, **service.client_arguments) for name in ("sagemaker", "s3"))
        s3.create_bucket(Bucket="code")
        s3.put_object(Bucket="code", Key="noop.py", Body=b"pass\n")
        for name, chained in (("Chained", True), ("Parallel", False)):
            sagemaker.create_pipeline(
                PipelineName=name,
                PipelineDefinition=definition(service.role_arn, steps, chained=chained),
                RoleArn=service.role_arn,
                ClientRequestToken="0" * 32,
                ParallelismConfiguration={"MaxParallelExecutionSteps": 2},
            )
        _seconds(sagemaker, "Chained")  # the first job waits for the template process
        for _ in range(REPETITIONS):
            for way, name in zip(found, ("Chained", "Parallel"), strict=True):
                seconds, processor = _seconds(sagemaker, name)
                found[way].append((1000 * seconds / steps, 1000 * processor / steps))
    return found


def _seconds(sagemaker: Any, pipeline: str) -> tuple[float, float]:
    start, before = time.perf_counter(), time.process_time()
    arn = sagemaker.start_pipeline_execution(PipelineName=pipeline)["PipelineExecutionArn"]
    while (status := sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]) in (
        "Executing",
        "Stopping",
    ):
        time.sleep(0.1)  # over fifty steps, that is exact to 2 ms per step
    if status != "Succeeded":
        raise RuntimeError(f"The pipeline {pipeline} ended {status}.")
    return time.perf_counter() - start, time.process_time() - before


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="overhead")
    parser.add_argument("--steps", type=int, default=STEPS)
    steps = parser.parse_args(arguments).steps
    with tempfile.TemporaryDirectory() as folder:
        found = measure_both(Path(folder), steps)
    sys.stdout.write(f"| {steps} no-op processing steps | ms per step, median of {REPETITIONS} | min | max |")
    sys.stdout.write(" the service's processor time, ms |\n|---|---|---|---|---|\n")
    for name, values in found.items():
        elapsed, processor = zip(*values, strict=True)
        figures = (statistics.median(elapsed), min(elapsed), max(elapsed), statistics.median(processor))
        sys.stdout.write(f"| {name} | {' | '.join(f'{figure:.0f}' for figure in figures[:3])} | {figures[3]:.1f} |\n")


if __name__ == "__main__":
    main()
