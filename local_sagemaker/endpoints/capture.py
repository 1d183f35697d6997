"""Data capture: the requests and responses of an endpoint, as JSON lines in S3.

Each invocation becomes an object of its own at once; SageMaker collects several in one. The keys and the content are
the same: ``<DestinationS3Uri>/<endpoint>/<variant>/yyyy/mm/dd/hh/<file>.jsonl``, see
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import base64
import json
import logging
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_sagemaker.core.core import Core
from local_sagemaker.core.errors import ObjectStoreError
from local_sagemaker.core.store import Record
from local_sagemaker.endpoints.servers import Invocation

_LOG = logging.getLogger(__name__)
_CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
_INFERENCE_ID = "x-amzn-sagemaker-inference-id"


@dataclass(frozen=True)
class Message:
    """One side of an invocation: its content type and its bytes."""

    content_type: str
    body: bytes


def summary(configuration: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The summary of a DataCaptureConfig in the response of DescribeEndpoint."""
    if configuration is None:
        return None
    enabled = configuration.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": configuration["InitialSamplingPercentage"],
        "DestinationS3Uri": configuration["DestinationS3Uri"],
        "KmsKeyId": configuration.get("KmsKeyId", ""),
    }


def capture(core: Core, endpoint: Record, headers: Mapping[str, str], body: bytes, invocation: Invocation) -> None:
    """Store one invocation, if capture is enabled and the sampling selects it.

    ``headers``, with names in lower case, and ``body`` are those of the request; ``endpoint`` is a record.
    """
    configuration = endpoint.get("Capture")
    if not configuration or not configuration.get("EnableCapture", True):
        return
    if random.random() * 100 >= configuration["InitialSamplingPercentage"]:  # noqa: S311 - a sample, no secret
        return
    moment, name = datetime.now(UTC), endpoint["EndpointName"]
    answered = Message(invocation.answer.content_type, invocation.answer.body)
    event = _event(configuration, headers, (Message(headers.get("content-type", ""), body), answered), moment)
    folder = f"{configuration['DestinationS3Uri'].rstrip('/')}/{name}/{invocation.variant}/{moment:%Y/%m/%d/%H}"
    uri = f"{folder}/{moment:%M-%S}-{moment.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
    try:
        core.objects.write(uri, json.dumps(event, separators=(",", ":")).encode() + b"\n")
    except (ObjectStoreError, OSError) as error:
        _LOG.warning("An invocation of %s cannot be captured: %s", name, error)  # the caller still gets its response


def _event(
    configuration: Mapping[str, Any], headers: Mapping[str, str], messages: tuple[Message, Message], moment: datetime
) -> dict[str, Any]:
    modes = {option["CaptureMode"] for option in configuration["CaptureOptions"]}
    kinds = configuration.get("CaptureContentTypeHeader", {})
    attributes, inference_id = headers.get(_CUSTOM_ATTRIBUTES), headers.get(_INFERENCE_ID)
    return {
        "captureData": {
            f"endpoint{mode}": _side(message, mode.upper(), kinds)
            for mode, message in zip(("Input", "Output"), messages, strict=True)
            if modes & {mode, "InputAndOutput"}
        },
        "eventMetadata": {
            "eventId": str(uuid.uuid4()),
            **({"customAttributes": [attributes]} if attributes else {}),
            **({"inferenceId": inference_id} if inference_id else {}),
            "inferenceTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        },
        "eventVersion": "0",
    }


def _side(message: Message, mode: str, headers: Mapping[str, list[str]]) -> dict[str, str]:
    encoding, data = _encoded(message, headers)
    return {"observedContentType": message.content_type, "mode": mode, "data": data, "encoding": encoding}


def _encoded(message: Message, headers: Mapping[str, list[str]]) -> tuple[str, str]:
    """The body as text if its content type is listed as CSV or JSON, otherwise in base64."""
    kind = message.content_type.partition(";")[0].strip().lower()
    for encoding, member in (("CSV", "CsvContentTypes"), ("JSON", "JsonContentTypes")):
        if kind in (listed.lower() for listed in headers.get(member, [])):
            try:
                return encoding, message.body.decode()
            except UnicodeDecodeError:
                break
    return "BASE64", base64.b64encode(message.body).decode()
