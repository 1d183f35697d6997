"""The channels of the built-in XGBoost, and the configurations that it accepts."""

from collections.abc import Mapping
from typing import Any

from local_sagemaker.containers.errors import UserError

_FORMATS = {
    "csv": "csv",
    "libsvm": "libsvm",
    "parquet": "parquet",
    "recordio-protobuf": "recordio-protobuf",
    "text/csv": "csv",
    "text/libsvm": "libsvm",
    "text/x-libsvm": "libsvm",
    "application/x-parquet": "parquet",
    "application/x-recordio-protobuf": "recordio-protobuf",
}
DEFAULT_CONTENT_TYPE = "text/libsvm"

# Channels accept Pipe mode for these (libsvm not), but nothing reads from a pipe any more: refused by their reader.
_PIPED = {"csv": "CSV", "parquet": "Parquet", "recordio-protobuf": "RecordIO-Protobuf"}
_ACCEPTED = {"train": _FORMATS, "validation": _FORMATS, "code": ("text/python",)}
_DISTRIBUTIONS = ("FullyReplicated", "ShardedByS3Key")


def validate(channels: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Check ``inputdataconfig.json`` and fill in the default content type.

    Raises UserError if a channel is missing, unknown, or has a configuration that the algorithm does not support.
    """
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    validated = {}
    for name, given in channels.items():
        if name not in _ACCEPTED:
            raise UserError(f"Extraneous channel found: {name}")
        channel = {**given, "ContentType": given.get("ContentType", DEFAULT_CONTENT_TYPE)}
        piped = _PIPED.get(_FORMATS.get(channel["ContentType"], ""))
        if name != "code" and channel["TrainingInputMode"] == "Pipe" and piped:
            raise UserError(f"Pipe mode not supported for {piped}.")
        supported = (
            channel["ContentType"] in _ACCEPTED[name]
            and channel["TrainingInputMode"] == "File"
            and channel["S3DistributionType"] in _DISTRIBUTIONS[: 1 if name == "code" else 2]
        )
        if not supported:
            raise UserError(f"Channel configuration for '{name}' channel is not supported: {channel}")
        validated[name] = channel
    return validated


def content_type_of(given: str | None) -> str:
    """The format of a content type: csv, libsvm, parquet or recordio-protobuf.

    Raises UserError if the content type is unknown, or its ``label_size`` is not 1.
    """
    if given is None:
        return "libsvm"
    name, *parameters = (part.strip() for part in given.lower().split(";"))
    if name not in _FORMATS:
        raise UserError(f"{given} is not an accepted ContentType: {', '.join(_FORMATS)}.")
    if _FORMATS[name] == "csv":
        given_values = (part.partition("=") for part in parameters if "=" in part)
        values = {key.strip(): value.strip().strip('"') for key, _, value in given_values}
        if values.get("label_size", "1") != "1":
            raise UserError(
                f"{given} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
            )
    return _FORMATS[name]
