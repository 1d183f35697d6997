"""Helpers of the tests of jobs: objects in folders, contexts that remember, requests, and data."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from local_sagemaker.core.errors import ObjectStoreError
from local_sagemaker.core.objects import StoredObject
from local_sagemaker.jobs.contract import JobContext, JobOutcome
from tests.support.namespaces import portable

ACCOUNT = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
SKLEARN = f"{ACCOUNT}/sagemaker-scikit-learn:1.9-0"
XGBOOST = f"{ACCOUNT}/sagemaker-xgboost:3.2-0"
PYTORCH_TRAINING = f"{ACCOUNT}/pytorch-training:1.9.0-cpu-py38"
PYTORCH = f"{ACCOUNT}/pytorch:2.13-cpu-amzn2023-sagemaker"
AUTOGLUON = f"{ACCOUNT}/autogluon:1.6-cpu-amzn2023"
TENSORFLOW_TRAINING = f"{ACCOUNT}/tensorflow-training:2.6-cpu-py38"
MXNET_INFERENCE = f"{ACCOUNT}/mxnet-inference:1.9.0-cpu-py38"
MXNET_TRAINING = f"{ACCOUNT}/mxnet-training:1.8.0-cpu-py37"
HUGGINGFACE_INFERENCE = f"{ACCOUNT}/huggingface-pytorch-inference:2.1.0-transformers4.37.0-cpu-py310-ubuntu22.04"
PYTORCH_INFERENCE = f"{ACCOUNT}/pytorch-inference:2.0.1-cpu-py310"

Isolation = Literal["fork", "process"]
ISOLATION: Isolation = "process" if os.environ.get("CONTAINER_ISOLATION") == "process" else "fork"
"""How jobs start by default; the slow tier runs all of them both ways."""


@dataclass(frozen=True)
class FolderStore:
    """Objects as files below a folder: the least that keeps the promise of ``ObjectStore``."""

    root: Path

    def list(self, prefix_uri: str) -> Iterable[StoredObject]:
        bucket, _, prefix = prefix_uri.removeprefix("s3://").partition("/")
        if not (self.root / bucket).is_dir():
            raise ObjectStoreError(f"The bucket {bucket} does not exist.")
        paths = sorted((self.root / bucket).rglob("*"), key=lambda path: path.relative_to(self.root).as_posix())
        for path in paths:
            key = path.relative_to(self.root / bucket).as_posix()
            if path.is_file() and key.startswith(prefix):
                yield StoredObject(bucket, key, path.stat().st_size)

    def download(self, uri: str, destination: Path) -> None:
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_bytes(self.read(uri))

    def upload(self, source: Path, uri: str) -> None:
        path = self._path(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)

    def read(self, uri: str) -> bytes:
        path = self._path(uri)
        if not path.is_file():
            raise ObjectStoreError(f"There is no object {uri}.")
        return path.read_bytes()

    def write(self, uri: str, content: str | bytes) -> str:
        path = self._path(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return uri

    def keys(self, prefix_uri: str) -> list[str]:
        return [each.key for each in self.list(prefix_uri)]

    def _path(self, uri: str) -> Path:
        return self.root / uri.removeprefix("s3://")


@dataclass
class Job:
    """A context, and what the job did with it."""

    context: JobContext
    lines: list[tuple[str, str]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        """All output, with paths as in a container."""
        return self.inside("".join(text for _, text in self.lines))

    def inside(self, text: str | None) -> str:
        """A text with paths as in a container."""
        return str(text).replace(str(self.ml), "/opt/ml")

    @property
    def ml(self) -> Path:
        return self.context.directory / "ml"


@dataclass
class Workbench:
    """Makes contexts over one store; files and jobs of a test are its own."""

    root: Path
    store: FolderStore
    environment: Mapping[str, str] = field(default_factory=dict)
    _count: int = 0

    def job(self, isolation: Isolation = ISOLATION, name: str = "job", threads: int = 1) -> Job:
        self._count += 1
        directory = self.root / f"{name}-{self._count}"
        directory.mkdir()
        job: Job

        def log(host: str, text: str) -> None:
            job.lines.append((host, text))

        def advance(status: str, message: str) -> None:
            job.statuses.append(status)

        context = JobContext(
            name=name,
            arn=f"arn:aws:sagemaker:us-east-1:123456789012:job/{name}",
            directory=directory,
            store=self.store,
            log=log,
            advance=advance,
            stop=threading.Event(),
            threads=lambda: threads,
            environment={"AWS_REGION": "us-east-1", **self.environment},
            isolation=isolation,
        )
        job = Job(context)
        return job


def processing_request(
    store: FolderStore, script: str, *arguments: str, image: str = SKLEARN, instances: int = 1, **more: Any
) -> dict[str, Any]:
    """A CreateProcessingJob request that runs a script."""
    uri = store.write("s3://bucket/code/script.py", portable(script))
    request: dict[str, Any] = {
        "ProcessingJobName": "job",
        "RoleArn": "arn:aws:iam::123456789012:role/Role",
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": instances, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}
        },
        "AppSpecification": {
            "ImageUri": image,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/script.py"],
        },
        "ProcessingInputs": [s3_input("code", uri, "/opt/ml/processing/input/code")],
        **more,
    }
    if arguments:
        request["AppSpecification"]["ContainerArguments"] = list(arguments)
    return request


def s3_input(name: str, uri: str, path: str, **more: Any) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File", **more},
    }


def s3_outputs(mode: str = "EndOfJob", **uris: str) -> dict[str, Any]:
    return {
        "Outputs": [
            {
                "OutputName": name,
                "S3Output": {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/{name}", "S3UploadMode": mode},
            }
            for name, uri in uris.items()
        ]
    }


def channel(name: str, uri: str, *, content_type: str | None = None, mode: str | None = None, **source: Any) -> Any:
    described: dict[str, Any] = {
        "ChannelName": name,
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": uri,
                "S3DataDistributionType": "FullyReplicated",
                **source,
            }
        },
    }
    if content_type:
        described["ContentType"] = content_type
    if mode:
        described["InputMode"] = mode
    return described


def training_request(
    image: str, channels: list[dict[str, Any]], hyperparameters: Mapping[str, Any], instances: int = 1, **more: Any
) -> dict[str, Any]:
    """A CreateTrainingJob request; hyperparameters become text."""
    request = {
        "TrainingJobName": "job",
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "HyperParameters": {name: str(value) for name, value in hyperparameters.items()},
        "InputDataConfig": channels,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {"InstanceCount": instances, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    for name, value in more.items():
        request[name] = {**request[name], **value} if isinstance(request.get(name), dict) else value
    return request


def script_request(
    store: FolderStore,
    script: str,
    hyperparameters: Mapping[str, Any] | None = None,
    image: str = PYTORCH_TRAINING,
    files: Mapping[str, str | bytes] | None = None,
    channels: Iterable[dict[str, Any]] = (),
    **more: Any,
) -> dict[str, Any]:
    """A CreateTrainingJob request that runs a script in script mode, from a channel ``code``."""
    uri = store.write("s3://bucket/code/sourcedir.tar.gz", archive({"train.py": portable(script), **(files or {})}))
    given = {
        "sagemaker_program": "train.py",
        "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz",
        **(hyperparameters or {}),
    }
    return training_request(image, [channel("code", uri), *channels], given, **more)


def transform_request(uri: str, **more: Any) -> dict[str, Any]:
    """A CreateTransformJob request over CSV lines."""
    request: dict[str, Any] = {
        "TransformJobName": "job",
        "ModelName": "model",
        "TransformInput": {
            "ContentType": "text/csv",
            "SplitType": "Line",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
        },
        "TransformOutput": {"S3OutputPath": "s3://bucket/predictions"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    for name, value in more.items():
        request[name] = {**request[name], **value} if isinstance(request.get(name), dict) else value
    return request


def model_request(image: str, data: str | None, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A CreateModel request."""
    container: dict[str, Any] = {"Image": image}
    if data is not None:
        container["ModelDataUrl"] = data
    if environment is not None:
        container["Environment"] = dict(environment)
    return {"ModelName": "model", "PrimaryContainer": container}


def archive(files: Mapping[str, str | bytes]) -> bytes:
    """A ``.tar.gz`` of files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def wheel(name: str, code: str) -> bytes:
    """A package of one module, version 1.0, as pip installs it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(f"{name}.py", code)
        file.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return buffer.getvalue()


def names_in(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return tar.getnames()


def file_in(data: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        member = tar.extractfile(name)
        assert member is not None
        return member.read()


def csv_of(*columns: Any) -> str:
    """Columns side by side as CSV without header."""
    return "".join(",".join(f"{value:g}" for value in row) + "\n" for row in np.column_stack(columns))


def regression_rows(rows: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels of shape (rows,) and features of shape (rows, 4)."""
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(rows, 4)).round(3)
    return (3 * features[:, 0] + features[:, 1]).round(3), features


def completed(outcome: JobOutcome) -> JobOutcome:
    """The outcome of a job that has to have succeeded."""
    assert outcome.status == "Completed", outcome.failure_reason
    return outcome


@contextmanager
def running(work: Callable[[], object]) -> Iterator[None]:
    """Do work in a thread; it has to end soon after the block is left."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(60)
        assert not thread.is_alive()


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not come to pass."
        time.sleep(0.02)
