"""The channels of a training job: their data on the hosts, and ``inputdataconfig.json``."""

from collections.abc import Sequence
from typing import Any

from local_sagemaker.core.core import Request
from local_sagemaker.core.objects import ObjectStore
from local_sagemaker.core.paths import below
from local_sagemaker.jobs import inputs
from local_sagemaker.jobs.errors import RequestError, UnsupportedError
from local_sagemaker.jobs.hosts import Host


def prepare(
    request: Request,
    hosts: list[Host],
    store: ObjectStore,
    volumes: Sequence[inputs.Volume],
    *,
    pipe_is_the_containers: bool,
) -> None:
    """Download the data of every channel to every host.

    ``pipe_is_the_containers``: leave Pipe mode to the container, which refuses it with its own message. Raises
    RequestError if a channel has no data, or needs something that is not supported.
    """
    for channel in request.get("InputDataConfig", []):
        mode = _mode(channel, request)
        if mode == "Pipe" and pipe_is_the_containers:
            continue
        source = _source(channel, mode)
        objects = inputs.find(source, store)
        if mode == "FastFile":
            _require_whole_prefix(source, objects)
        folders = [below(host.ml / "input" / "data", channel["ChannelName"]) for host in hosts]
        inputs.distribute(source, objects, folders, store, volumes)


def configuration(request: Request) -> dict[str, dict[str, Any]]:
    """The content of ``inputdataconfig.json``."""
    return {channel["ChannelName"]: _described(channel, request) for channel in request.get("InputDataConfig", [])}


def _described(channel: dict[str, Any], request: Request) -> dict[str, Any]:
    source = channel["DataSource"].get("S3DataSource", {})
    described = {
        "TrainingInputMode": _mode(channel, request),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    # Containers see FastFile channels as File channels.
    if described["TrainingInputMode"] == "FastFile":
        described["TrainingInputMode"] = "File"
    if "ContentType" in channel:
        described["ContentType"] = channel["ContentType"]
    return described


def _mode(channel: dict[str, Any], request: Request) -> str:
    return str(channel.get("InputMode") or request["AlgorithmSpecification"].get("TrainingInputMode", "File"))


def _source(channel: dict[str, Any], mode: str) -> inputs.Source:
    name = channel["ChannelName"]
    if mode == "Pipe":
        raise UnsupportedError(
            f"The input mode Pipe of channel {name} is not supported by the local SageMaker; use File."
        )
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        raise UnsupportedError(f"The file system of channel {name} is not supported by the local SageMaker; use S3.")
    return inputs.Source(
        source["S3Uri"], source["S3DataType"], sharded=source.get("S3DataDistributionType") == "ShardedByS3Key"
    )


def _require_whole_prefix(source: inputs.Source, objects: list[inputs.InputObject]) -> None:
    folder = source.uri.rstrip("/") + "/"
    if not all(each.uri == source.uri or each.uri.startswith(folder) for each in objects):
        raise RequestError(
            "Data download failed:Failed to download data. For FastFile mode, partial S3 prefix is not supported. "
            "S3 prefix has to end with a full file or folder. Add a trailing '/' to the S3 prefix if it ends with a "
            "folder name that is also a prefix for other folders."
        )
