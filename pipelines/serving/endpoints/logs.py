"""The logs of an endpoint's containers, from CloudWatch Logs."""

from dataclasses import dataclass
from typing import Any

from pipelines.execution.logs import streams_of

LOG_GROUP = "/aws/sagemaker/Endpoints"


@dataclass(frozen=True)
class Line:
    """One line of a log; the timestamp is in milliseconds since 1970."""

    timestamp: int
    stream: str
    message: str


def last_lines(logs: Any, endpoint: str, most: int) -> list[Line]:
    """Read the last lines (at most 10,000) of an endpoint's log, the oldest first, over all streams."""
    group = f"{LOG_GROUP}/{endpoint}"
    lines = [
        Line(event["timestamp"], stream, event["message"].rstrip("\n"))
        for stream in streams_of(logs, group)
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream, limit=most, startFromHead=False)[
            "events"
        ]
    ]
    return sorted(lines, key=lambda line: line.timestamp)[-most:]
