"""What an endpoint's containers said, from CloudWatch Logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LOG_GROUP = "/aws/sagemaker/Endpoints"


@dataclass(frozen=True)
class Line:
    """One line of a log: when, in milliseconds since 1970, in which stream, and what."""

    timestamp: int
    stream: str
    message: str


def last_lines(logs: Any, endpoint: str, most: int) -> list[Line]:
    """Read the last lines of an endpoint's log, the oldest first; of all its streams together.

    Parameters
    ----------
    logs
        A boto3 client of CloudWatch Logs.
    most
        How many lines at most, 1 to 10,000.
    """
    group = f"{LOG_GROUP}/{endpoint}"
    lines = [
        Line(event["timestamp"], stream, event["message"].rstrip("\n"))
        for stream in _streams(logs, group)
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream, limit=most, startFromHead=False)[
            "events"
        ]
    ]
    return sorted(lines, key=lambda line: line.timestamp)[-most:]


def _streams(logs: Any, group: str) -> list[str]:
    from botocore.exceptions import ClientError

    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
    try:
        return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return []  # it never said anything
