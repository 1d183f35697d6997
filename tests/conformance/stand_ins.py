"""Stand-ins for the containers, controlled by the environment variables of a job, and definitions written by hand.

A job's Environment may hold ``FAIL`` (the message it fails with), ``RAISE`` (the message of a defect), ``FAIL_TIMES``
(how often, before it succeeds), ``SECONDS`` (how long it takes, unless it is stopped) and ``WRITE`` (JSON: the content
of ``evaluation.json`` in each of its outputs).
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_sagemaker.jobs.contract import Answer, JobContext, JobOutcome, Metric, Runners

ROLE = "arn:aws:iam::123456789012:role/service-role/SageMakerLocalExecutionRole"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/stand-in:1"
Document = dict[str, Any]


class StandIns:
    """The replacement of the containers, with a record of its requests."""

    def __init__(self) -> None:
        self.requests: list[Document] = []
        self.most_at_once = 0
        self._running = 0
        self._failures: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def runners(self) -> Runners:
        return Runners(self.processing, self.training, self.transform, self.hosting)

    def processing(self, request: Mapping[str, Any], context: JobContext) -> JobOutcome:
        outcome = self._work(request, request.get("Environment", {}), context)
        if outcome.status == "Completed":
            for output in request.get("ProcessingOutputConfig", {}).get("Outputs", []):
                content = request.get("Environment", {}).get("WRITE", "{}")
                file = context.directory / "evaluation.json"
                file.write_text(content)
                context.store.upload(file, f"{output['S3Output']['S3Uri'].rstrip('/')}/evaluation.json")
        return outcome

    def training(self, request: Mapping[str, Any], context: JobContext) -> JobOutcome:
        context.advance("Downloading", "Downloading input data")
        context.advance("Training", "Training image download completed. Training in progress.")
        hyperparameters = request.get("HyperParameters", {})
        metrics = []
        for step, value in enumerate(json.loads(hyperparameters.get("objectives", "[]"))):
            context.log("algo-1", f"[{step}]\ttrain-rmse:{value}\tvalidation-rmse:{value}")
            time.sleep(0.001)
            metrics = [Metric("validation:rmse", value, time.time())]
            if context.stop.is_set():
                return JobOutcome("Stopped", metrics=tuple(metrics))
        if "x" in hyperparameters:
            value = (float(hyperparameters["x"]) - 3.0) ** 2
            context.log("algo-1", f"[0]\ttrain-rmse:{value}\tvalidation-rmse:{value}")
            metrics = [Metric("validation:rmse", value, time.time())]
        outcome = self._work(request, {**request.get("Environment", {}), **hyperparameters}, context)
        if outcome.status != "Completed":
            return outcome
        uri = f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{context.name}/output/model.tar.gz"
        file = context.directory / "model.tar.gz"
        file.write_bytes(b"a model")
        context.store.upload(file, uri)
        return JobOutcome("Completed", model_artifacts=uri, metrics=tuple(metrics))

    def transform(self, request: Mapping[str, Any], model: Mapping[str, Any], context: JobContext) -> JobOutcome:
        self.requests.append(dict(model))
        return self._work(request, request.get("Environment", {}), context)

    def hosting(self, model: Mapping[str, Any], variant: Mapping[str, Any], context: JobContext) -> Served:
        environment = model["PrimaryContainer"].get("Environment", {})
        if "FAIL" in environment:
            raise RuntimeError(environment["FAIL"])
        context.stop.wait(float(environment.get("SECONDS", "0")))
        context.log("AllTraffic", "serving")
        return Served(model["PrimaryContainer"], variant["VariantName"])

    def _work(self, request: Mapping[str, Any], orders: Mapping[str, str], context: JobContext) -> JobOutcome:
        with self._lock:
            self.requests.append(dict(request))
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
        try:
            context.log("algo-1", f"working as {context.name}")
            if context.stop.wait(float(orders.get("SECONDS", "0"))) or context.stop.is_set():
                return JobOutcome("Stopped")
            if "RAISE" in orders:
                raise ZeroDivisionError(orders["RAISE"])
            return self._outcome(orders)
        finally:
            with self._lock:
                self._running -= 1

    def _outcome(self, orders: Mapping[str, str]) -> JobOutcome:
        message = orders.get("FAIL")
        if message is None:
            return JobOutcome("Completed", exit_message=orders.get("EXIT_MESSAGE"))
        with self._lock:
            self._failures[message] += 1
            if self._failures[message] > int(orders.get("FAIL_TIMES", "1000")):
                return JobOutcome("Completed")
        return JobOutcome("Failed", message)


class Served:
    """A server in this process."""

    def __init__(self, container: Mapping[str, Any], variant: str) -> None:
        self.container = container
        self.variant = variant
        self.closed = False
        self.requests = 0

    def invoke(
        self, body: bytes, *, content_type: str | None, accept: str | None, headers: Mapping[str, str]
    ) -> Answer:
        if self.closed:
            raise RuntimeError("invoked after it was closed")
        if body == b"bad":
            return Answer(400, "text/plain", b"Unable to evaluate payload provided: bad")
        time.sleep(0.002)
        answer = {
            "variant": self.variant,
            "tag": self.container.get("Environment", {}).get("TAG"),
            "body": body.decode(),
            "content_type": content_type,
            "accept": accept,
        }
        given = headers.get("x-amzn-sagemaker-custom-attributes")
        headers = {} if given is None else {"x-amzn-sagemaker-custom-attributes": f"seen {given}"}
        return Answer(200, "application/json", json.dumps(answer).encode(), headers)

    def alive(self) -> bool:
        return not self.closed

    def close(self) -> None:
        self.closed = True


# Definitions.


def get(reference: str) -> Document:
    return {"Get": reference}


def join(on: str, *values: Any) -> Document:
    return {"Std:Join": {"On": on, "Values": list(values)}}


def json_get(step: str, file: str, path: str) -> Document:
    return {"Std:JsonGet": {"PropertyFile": get(f"Steps.{step}.PropertyFiles.{file}"), "Path": path}}


def processing_arguments(*, outputs: Mapping[str, str] | None = None, **environment: Any) -> Document:
    arguments: Document = {
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", "/opt/ml/processing/run.py"]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
        },
    }
    if environment:
        arguments["Environment"] = environment
    if outputs:
        arguments["ProcessingOutputConfig"] = {
            "Outputs": [
                {
                    "OutputName": name,
                    "S3Output": {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/{name}", "S3UploadMode": "EndOfJob"},
                }
                for name, uri in outputs.items()
            ]
        }
    return arguments


def processing(
    name: str, *, outputs: Mapping[str, str] | None = None, more: Document | None = None, **environment: Any
) -> Document:
    """A processing step; ``more`` holds members of the step itself (DependsOn, CacheConfig, ...)."""
    step = {"Name": name, "Type": "Processing", "Arguments": processing_arguments(outputs=outputs, **environment)}
    return {**step, **(more or {})}


def training_arguments(**hyperparameters: Any) -> Document:
    return {
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "HyperParameters": hyperparameters,
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/train"}},
            }
        ],
    }


def training(name: str, more: Document | None = None, **hyperparameters: Any) -> Document:
    return {"Name": name, "Type": "Training", "Arguments": training_arguments(**hyperparameters), **(more or {})}


def condition(
    name: str, conditions: list[Document], if_steps: list[Document], else_steps: list[Document] | None = None
) -> Document:
    arguments = {"Conditions": conditions, "IfSteps": if_steps, "ElseSteps": else_steps or []}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def compare(kind: str, left: Any, right: Any) -> Document:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


def fail(name: str, message: Any) -> Document:
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}}


def definition(*steps: Document, parameters: list[Document] | None = None, **more: Any) -> str:
    return json.dumps({"Version": "2020-12-01", "Metadata": {}, "Parameters": parameters or [], "Steps": steps, **more})


def depends_on(*names: str) -> Document:
    return {"DependsOn": list(names)}


def folder_of(tmp: Path) -> Path:
    return tmp / "state"
