"""The logs of steps, from CloudWatch Logs: on AWS and on this machine alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.execution.pipeline import Step

LOG_GROUPS = {
    "ProcessingJob": "/aws/sagemaker/ProcessingJobs",
    "TrainingJob": "/aws/sagemaker/TrainingJobs",
    "TuningJob": "/aws/sagemaker/TrainingJobs",  # its training jobs' names begin with its own
    "TransformJob": "/aws/sagemaker/TransformJobs",
}


def log_of(step: Step) -> tuple[str, str] | None:
    """Give the log group of a step's job and the prefix of its streams, None for a step that runs nothing."""
    for kind, group in LOG_GROUPS.items():
        if kind in step.metadata:
            return group, str(step.metadata[kind]["Arn"]).rsplit("/", 1)[-1]
    return None


def last_log_lines(logs: Any, step: Step, most: int = 15) -> list[str]:
    """Read the end of a step's log; empty where it has none."""
    lines: list[str] = []
    for group, stream in _streams(logs, step):
        events = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=most, startFromHead=False)
        lines += [event["message"] for event in events["events"]]
    return lines[-most:]


def log_lines(logs: Any, step: Step) -> Iterator[str]:
    """Read a step's whole log, one stream after another."""
    for group, stream in _streams(logs, step):
        yield from _lines(logs, group, stream)


def _streams(logs: Any, step: Step) -> list[tuple[str, str]]:
    from botocore.exceptions import ClientError

    place = log_of(step)
    if place is None:
        return []
    group, prefix = place
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group, logStreamNamePrefix=prefix)
    try:
        return [(group, stream["logStreamName"]) for page in pages for stream in page["logStreams"]]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return []


def _lines(logs: Any, group: str, stream: str) -> Iterator[str]:
    """Follow the tokens to the end, which is where the next token is the one that was given."""
    token: dict[str, str] = {}
    while True:
        answer = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **token)
        yield from (event["message"] for event in answer["events"])
        following = {"nextToken": answer["nextForwardToken"]}
        if following == token:
            return
        token = following
