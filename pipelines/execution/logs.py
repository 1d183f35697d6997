"""The logs of steps and endpoints, from CloudWatch Logs, on AWS and locally."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.aws.responses import last_part, listed
from pipelines.execution.pipeline import Step

LOG_GROUPS = {
    "ProcessingJob": "/aws/sagemaker/ProcessingJobs",
    "TrainingJob": "/aws/sagemaker/TrainingJobs",
    "TuningJob": "/aws/sagemaker/TrainingJobs",  # its training jobs' names begin with its own
    "TransformJob": "/aws/sagemaker/TransformJobs",
}


def log_of(step: Step) -> tuple[str, str] | None:
    """Return the log group of a step's job and the prefix of its streams; None for a step without a job."""
    for kind, group in LOG_GROUPS.items():
        if kind in step.metadata:
            return group, last_part(step.metadata[kind]["Arn"])
    return None


def last_log_lines(logs: Any, step: Step, most: int = 15) -> list[str]:
    """Read the last lines of a step's log; empty if it has none."""
    lines: list[str] = []
    for group, stream in streams_of_step(logs, step):
        events = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=most, startFromHead=False)
        lines += [event["message"] for event in events["events"]]
    return lines[-most:]


def log_lines(logs: Any, step: Step) -> Iterator[str]:
    """Read a step's whole log, one stream after another."""
    for group, stream in streams_of_step(logs, step):
        yield from _lines(logs, group, stream)


def lines_of_job(logs: Any, group: str, job: str) -> Iterator[str]:
    """Read the whole log of a job, one stream after another."""
    for stream in _streams_of(logs, group, logStreamNamePrefix=f"{job}/"):
        yield from _lines(logs, group, stream)


def streams_of_step(logs: Any, step: Step) -> list[tuple[str, str]]:
    """Return the log group and the name of every stream of a step's job; none before its first line."""
    log = log_of(step)
    if log is None:
        return []
    group, prefix = log
    return [(group, stream) for stream in _streams_of(logs, group, logStreamNamePrefix=prefix)]


def _streams_of(logs: Any, group: str, **request: str) -> list[str]:
    """Name the streams of a log group; none if there is no such group, as before its first line."""
    from botocore.exceptions import ClientError

    try:
        streams = listed(logs, "describe_log_streams", "logStreams", logGroupName=group, **request)
        return [stream["logStreamName"] for stream in streams]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return []


def _lines(logs: Any, group: str, stream: str) -> Iterator[str]:
    # At the end, CloudWatch Logs returns the token that it was given.
    token: dict[str, str] = {}
    while True:
        answer = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **token)
        yield from (event["message"] for event in answer["events"])
        following = {"nextToken": answer["nextForwardToken"]}
        if following == token:
            return
        token = following


@dataclass(frozen=True)
class Line:
    """One line of a log; the timestamp is in milliseconds since 1970."""

    timestamp: int
    stream: str
    message: str


def last_endpoint_lines(logs: Any, endpoint: str, most: int) -> list[Line]:
    """Read the last lines (at most 10,000) of an endpoint's log, the oldest first, over all streams."""
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    lines = [
        Line(event["timestamp"], stream, event["message"].rstrip("\n"))
        for stream in _streams_of(logs, group)
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream, limit=most, startFromHead=False)[
            "events"
        ]
    ]
    return sorted(lines, key=lambda line: line.timestamp)[-most:]
