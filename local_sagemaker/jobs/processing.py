"""Processing jobs (``docs/contracts.md``, section 5; CreateProcessingJob in the API model)."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from local_sagemaker.containers import images
from local_sagemaker.containers.process.messages import Launch
from local_sagemaker.core.core import Request
from local_sagemaker.core.errors import PathError
from local_sagemaker.core.paths import below
from local_sagemaker.jobs import inputs, instances
from local_sagemaker.jobs.contract import LONGEST_REASON, JobContext, JobOutcome
from local_sagemaker.jobs.errors import RequestError, UnsupportedError
from local_sagemaker.jobs.hosts import Host, hosts_of, write_json
from local_sagemaker.jobs.outcomes import algorithm_failure, returning_failures
from local_sagemaker.jobs.outputs import FolderUpload
from local_sagemaker.jobs.runs import Run, max_runtime, run_containers

STOP_GRACE_SECONDS = 30.0
"""The seconds between SIGTERM and SIGKILL. AWS does not document the value for processing jobs."""


@returning_failures
def run_processing(
    request: Request, context: JobContext, *, stop_grace_seconds: float = STOP_GRACE_SECONDS
) -> JobOutcome:
    """Run a processing job to its end; returns the outcome, also of a failed job, with SageMaker's messages.

    ``request`` is a CreateProcessingJob request, checked against its shape.
    """
    images.stand_in_for(request["AppSpecification"]["ImageUri"])  # refuses an image without one
    hosts = hosts_of(
        context.directory, instances.chosen(request["ProcessingResources"]["ClusterConfig"])["InstanceCount"]
    )
    _write_configuration(request, context, hosts)
    _download_inputs(request, context, hosts)
    uploads = _uploads(request, context, hosts)
    names = tuple(host.name for host in hosts)
    run = run_containers(
        lambda host: _container(request, context, host, names),
        hosts,
        context,
        max_seconds=max_runtime(request),
        stop_grace_seconds=stop_grace_seconds,
        uploads=[upload for upload, mode in uploads if mode == "Continuous"],
    )
    for upload, _ in uploads:
        upload.upload_changes()
    return _outcome(run, hosts)


def _write_configuration(request: Request, context: JobContext, hosts: list[Host]) -> None:
    configuration = {
        "ProcessingJobArn": context.arn,
        "ProcessingJobName": context.name,
        "Environment": request.get("Environment", {}),
        "AppSpecification": request["AppSpecification"],
        "ProcessingInputs": request.get("ProcessingInputs", []),
        "ProcessingOutputConfig": request.get("ProcessingOutputConfig", {"Outputs": []}),
        "ProcessingResources": request["ProcessingResources"],
        "RoleArn": request.get("RoleArn"),
        "StoppingCondition": {"MaxRuntimeInSeconds": max_runtime(request)},
    }
    for host in hosts:
        folder = host.ml / "config"
        write_json(folder / "processingjobconfig.json", configuration)
        write_json(
            folder / "resourceconfig.json", {"current_host": host.name, "hosts": [other.name for other in hosts]}
        )
        (host.ml / "output").mkdir(parents=True, exist_ok=True)
        (host.ml / "processing").mkdir(exist_ok=True)


def _download_inputs(request: Request, context: JobContext, hosts: list[Host]) -> None:
    room = instances.volume_bytes(request["ProcessingResources"]["ClusterConfig"])
    volumes = [inputs.Volume(room, context.stop) for _ in hosts]
    for each in request.get("ProcessingInputs", []):
        name = each["InputName"]
        if each.get("AppManaged"):
            continue
        given = each.get("S3Input")
        if given is None:
            raise UnsupportedError(
                f"The DatasetDefinition of the input {name} is not supported by the local SageMaker."
            )
        source = inputs.Source(
            given["S3Uri"],
            given.get("S3DataType", "S3Prefix"),
            sharded=given.get("S3DataDistributionType") == "ShardedByS3Key",
        )
        objects = inputs.find(source, context.store)
        folders = [_on_host(given["LocalPath"], host) for host in hosts]
        inputs.distribute(source, objects, folders, context.store, volumes)


def _on_host(path: str, host: Host) -> Path:
    """The path on the host of a path below ``/opt/ml/processing``."""
    if f"{path}/".startswith("/opt/ml/processing/"):
        with contextlib.suppress(PathError):
            return below(host.ml / "processing", path.removeprefix("/opt/ml/processing"))
    raise RequestError(f"The LocalPath {path} is not below /opt/ml/processing.")


def _uploads(request: Request, context: JobContext, hosts: list[Host]) -> list[tuple[FolderUpload, str]]:
    uploads = []
    for output in request.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if output.get("AppManaged"):
            continue
        target: dict[str, Any] | None = output.get("S3Output")
        if target is None:
            raise UnsupportedError(
                f"The FeatureStoreOutput of the output {output['OutputName']} is not supported by the local SageMaker."
            )
        for host in hosts:
            folder = _on_host(target["LocalPath"], host)
            folder.mkdir(parents=True, exist_ok=True)
            uploads.append((FolderUpload(folder, target["S3Uri"], context.store), target["S3UploadMode"]))
    return uploads


def _container(request: Request, context: JobContext, host: Host, names: tuple[str, ...]) -> Launch:
    application = request["AppSpecification"]
    command = [*application.get("ContainerEntrypoint", []), *application.get("ContainerArguments", [])]
    if not command:
        raise UnsupportedError(
            f"The image {application['ImageUri']} has no entry point of its own for processing in the local SageMaker; "
            "give a ContainerEntrypoint."
        )
    return Launch(
        arguments=command,
        directory=host.directory,
        environment={
            **context.environment,
            **images.stand_in_for(application["ImageUri"]).environment,
            **request.get("Environment", {}),
        },
        threads=context.threads(),
        host_names=names,
        network_isolation=bool(request.get("NetworkConfig", {}).get("EnableNetworkIsolation")),
    )


def _outcome(run: Run, hosts: list[Host]) -> JobOutcome:
    message, readable = _exit_message(hosts)
    if run.ending == "stopped":
        return JobOutcome("Stopped", exit_message=message)
    if run.ending == "timed out":
        reason = "ClientError: Processing job runtime exceeded MaxRuntimeInSeconds provided"
        return JobOutcome("Stopped", failure_reason=reason, exit_message=message)
    if not readable:
        return JobOutcome("Failed", failure_reason="ClientError: /opt/ml/output/message is not encoded in UTF-8.")
    if run.code != 0:
        return replace(algorithm_failure(message or "", run.code), exit_message=message)
    return JobOutcome("Completed", exit_message=message)


def _exit_message(hosts: list[Host]) -> tuple[str | None, bool]:
    """The first KB of ``/opt/ml/output/message``, and whether it is UTF-8; what hosts say alike is there once."""
    said: dict[bytes, None] = {}
    for host in hosts:
        path = host.ml / "output" / "message"
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                said[file.read(LONGEST_REASON)] = None
    raw = b"".join(said)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # The limit may cut a character in two, which is not an error of the job.
        if error.end < len(raw) or len(raw) < LONGEST_REASON:
            return None, False
    return raw[:LONGEST_REASON].decode("utf-8", "ignore") or None, True
