"""Training jobs (``docs/contracts.md``, sections 1, 2 and 5; CreateTrainingJob in the API model)."""

import posixpath
from dataclasses import replace
from pathlib import Path
from typing import Any

from local_sagemaker.containers import images
from local_sagemaker.containers.process import sandbox
from local_sagemaker.containers.process.messages import MEETING_PORTS_VARIABLE, VOLUME_VARIABLE, Launch
from local_sagemaker.containers.training_toolkit.environment import decode
from local_sagemaker.core.core import Request
from local_sagemaker.core.paths import below
from local_sagemaker.jobs import inputs, instances
from local_sagemaker.jobs.contract import JobContext, JobOutcome
from local_sagemaker.jobs.errors import RequestError, UnsupportedError
from local_sagemaker.jobs.hosts import Host, free_ports, hosts_of, write_json
from local_sagemaker.jobs.outcomes import algorithm_failure, returning_failures
from local_sagemaker.jobs.outputs import FolderUpload, files_below, upload_archive
from local_sagemaker.jobs.runs import Run, max_runtime, run_containers
from local_sagemaker.jobs.training import channels
from local_sagemaker.jobs.training.metrics import MetricCollector, collector_of

STOP_GRACE_SECONDS = 120.0
"""The seconds between SIGTERM and SIGKILL, as in SageMaker."""


@returning_failures
def run_training(
    request: Request, context: JobContext, *, stop_grace_seconds: float = STOP_GRACE_SECONDS
) -> JobOutcome:
    """Run a training job to its end; returns the outcome, also of a failed job, with SageMaker's messages.

    ``request`` is a CreateTrainingJob request, checked against its shape.
    """
    stand_in = _stand_in(request)
    hosts = hosts_of(context.directory, _instance_count(request))
    context.advance("Downloading", "Downloading input data")
    volumes = [inputs.Volume(_volume_bytes(request), context.stop) for _ in hosts]
    channels.prepare(request, hosts, context.store, volumes, pipe_is_the_containers=stand_in.training == "xgboost")
    _write_configuration(request, hosts)
    uploads = [*_checkpoints(request, context, hosts, volumes), *_intermediate_output(request, context, hosts)]
    collector = collector_of(request["AlgorithmSpecification"])
    context.advance("Training", "Training image download completed. Training in progress.")

    names = tuple(host.name for host in hosts)
    meeting = {} if len(hosts) == 1 else {MEETING_PORTS_VARIABLE: ",".join(map(str, free_ports(2)))}
    run = run_containers(
        lambda host: _container(request, context, host, names, meeting),
        hosts,
        context,
        max_seconds=max_runtime(request),
        stop_grace_seconds=stop_grace_seconds,
        uploads=uploads,
        on_output=collector.read,
    )
    context.advance("Uploading", "Uploading generated training model")
    for upload in uploads:
        upload.upload_changes()
    artifact = _upload_results(request, context, hosts, with_model=run.ending != "finished" or run.code == 0)
    return _outcome(run, hosts, artifact, collector)


def _stand_in(request: Request) -> images.StandIn:
    specification = request["AlgorithmSpecification"]
    image = specification.get("TrainingImage")
    if image is None:
        raise UnsupportedError("An AlgorithmName is not supported by the local SageMaker; give a TrainingImage.")
    stand_in = images.stand_in_for(image)
    if stand_in.training is None and not _has_own_command(request):
        raise RequestError(f"The image {image} is for inference; it does not train.")
    return stand_in


def _instance_count(request: Request) -> int:
    resources = request.get("ResourceConfig", {})
    if len(resources.get("InstanceGroups", [])) > 1:
        raise UnsupportedError("Several InstanceGroups are not supported by the local SageMaker; use one InstanceType.")
    groups = resources.get("InstanceGroups") or [instances.chosen(resources)]
    return int(groups[0].get("InstanceCount", 1))


def _volume_bytes(request: Request) -> int:
    return instances.volume_bytes(request.get("ResourceConfig", {}))


def _write_configuration(request: Request, hosts: list[Host]) -> None:
    resources = request.get("ResourceConfig", {})
    group = (resources.get("InstanceGroups") or [instances.chosen(resources)])[0]
    name, instance_type = group.get("InstanceGroupName", "homogeneousCluster"), group.get("InstanceType", "local")
    names = [host.name for host in hosts]
    for host in hosts:
        folder = host.ml / "input" / "config"
        write_json(folder / "hyperparameters.json", request.get("HyperParameters", {}))
        write_json(folder / "inputdataconfig.json", channels.configuration(request))
        write_json(
            folder / "resourceconfig.json",
            {
                "current_host": host.name,
                "current_instance_type": instance_type,
                "current_group_name": name,
                "hosts": names,
                "instance_groups": [{"instance_group_name": name, "instance_type": instance_type, "hosts": names}],
                "network_interface_name": "eth0",
            },
        )
        if "CheckpointConfig" in request:
            write_json(folder / "checkpointconfig.json", request["CheckpointConfig"])
        for path in ("model", "output/data", "checkpoints"):
            (host.ml / path).mkdir(parents=True, exist_ok=True)


def _checkpoints(
    request: Request, context: JobContext, hosts: list[Host], volumes: list[inputs.Volume]
) -> list[FolderUpload]:
    """Download earlier checkpoints to the hosts; returns the uploads for new ones."""
    configuration = request.get("CheckpointConfig")
    if configuration is None:
        return []
    uri = configuration["S3Uri"]
    path = posixpath.normpath(configuration.get("LocalPath", "/opt/ml/checkpoints"))
    if not path.startswith("/opt/ml/"):
        raise UnsupportedError(
            f"The checkpoint LocalPath {path} is not below /opt/ml, as the local SageMaker requires."
        )
    uploads = []
    for host, volume in zip(hosts, volumes, strict=True):
        folder = below(host.ml, path.removeprefix("/opt/ml/"))
        prefix = uri.rstrip("/") + "/"
        stored = [f"s3://{each.bucket}/{each.key}" for each in context.store.list(prefix)]
        earlier = [inputs.InputObject(each, each.removeprefix(prefix)) for each in stored if not each.endswith("/")]
        inputs.download(earlier, folder, context.store, volume)
        uploads.append(FolderUpload(folder, uri, context.store))
    return uploads


def _intermediate_output(request: Request, context: JobContext, hosts: list[Host]) -> list[FolderUpload]:
    """The uploads of ``/opt/ml/output/intermediate`` while a script runs, as in the training toolkit.

    The hyperparameter ``sagemaker_s3_output`` enables them; without it the folder does not exist.
    """
    uri = decode(request.get("HyperParameters", {}).get("sagemaker_s3_output", "null"))
    if not isinstance(uri, str) or not uri.startswith("s3://") or _has_own_command(request):
        return []
    uploads = []
    for host in hosts:
        folder = host.ml / "output" / "intermediate"
        folder.mkdir(parents=True)
        uploads.append(FolderUpload(folder, f"{uri.rstrip('/')}/{context.name}/output/intermediate", context.store))
    return uploads


def _has_own_command(request: Request) -> bool:
    """Whether a job runs another command than the image's own ``train``."""
    return bool(request["AlgorithmSpecification"].get("ContainerEntrypoint"))


def _container(
    request: Request, context: JobContext, host: Host, names: tuple[str, ...], meeting: dict[str, str]
) -> Launch:
    specification = request["AlgorithmSpecification"]
    command = specification.get("ContainerEntrypoint") or sandbox.stand_in_command(
        "train", specification["TrainingImage"]
    )
    return Launch(
        arguments=[*command, *specification.get("ContainerArguments", [])],
        directory=host.directory,
        environment={
            **context.environment,
            **images.stand_in_for(specification["TrainingImage"]).environment,
            "TRAINING_JOB_NAME": context.name,
            "TRAINING_JOB_ARN": context.arn,
            "CURRENT_HOST": host.name,
            **meeting,
            VOLUME_VARIABLE: str(_volume_bytes(request)),
            **request.get("Environment", {}),
        },
        threads=context.threads(),
        host_names=names,
        # The hosts of one job reach each other even with network isolation, over this machine's loopback interface.
        network_isolation=bool(request.get("EnableNetworkIsolation")) and len(names) == 1,
        working_directory=str(host.directory / "work"),
    )


def _upload_results(request: Request, context: JobContext, hosts: list[Host], *, with_model: bool) -> str | None:
    """Upload ``model`` and ``output/data``; returns the URI of the model artifact."""
    output: dict[str, Any] = request["OutputDataConfig"]
    base = f"{output['S3OutputPath'].rstrip('/')}/{context.name}/output"
    compressed = output.get("CompressionType", "GZIP") == "GZIP"
    artifact = None
    for name, folders, wanted in (
        ("output", [host.ml / "output" / "data" for host in hosts], True),
        ("model", [host.ml / "model" for host in hosts], with_model),
    ):
        if not wanted or (name == "output" and not _has_files(folders)):
            continue
        uri = f"{base}/{name}.tar.gz" if compressed else f"{base}/{name}/"
        if compressed:
            upload_archive(folders, uri, context.directory, context.store)
        else:
            for folder in reversed(folders):
                FolderUpload(folder, uri, context.store).upload_changes()
        artifact = uri if name == "model" else artifact
    return artifact


def _has_files(folders: list[Path]) -> bool:
    return any(True for folder in folders for _ in files_below(folder))


def _outcome(run: Run, hosts: list[Host], artifact: str | None, collector: MetricCollector) -> JobOutcome:
    metrics = collector.final_metrics()
    if run.ending == "stopped":
        return JobOutcome("Stopped", model_artifacts=artifact, metrics=metrics)
    if run.ending == "timed out":
        return JobOutcome("Stopped", secondary_status="MaxRuntimeExceeded", model_artifacts=artifact, metrics=metrics)
    if run.code != 0:
        return replace(algorithm_failure(_failure_message(hosts), run.code), metrics=metrics)
    return JobOutcome("Completed", model_artifacts=artifact, metrics=metrics)


def _failure_message(hosts: list[Host]) -> str:
    """The content of ``/opt/ml/output/failure`` on the first host that wrote it."""
    for host in hosts:
        path = host.ml / "output" / "failure"
        if path.is_file() and not path.is_symlink():
            return path.read_text(encoding="utf-8", errors="replace")
    return ""
