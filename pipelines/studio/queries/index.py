"""The executions of all pipelines, kept up to date with few calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.aws.responses import DENIED, listed, or_none
from pipelines.execution.lookup import Summary, summary_of
from pipelines.execution.pipeline import FINISHED, describe_pipeline

PAGE = 100
"""The most executions that one call lists."""
REREAD_SECONDS = 30.0
"""A pipeline that seems quiet is listed again after so long: a retry changes no time in the list of pipelines."""


@dataclass(frozen=True)
class Entry:
    """An execution in the list of all."""

    pipeline: str
    summary: Summary

    @property
    def key(self) -> str:
        """What names it in addresses: the pipeline's name and the execution's id."""
        return f"{self.pipeline}/{self.summary.id}"

    @property
    def finished(self) -> bool:
        """Whether its status is final."""
        return self.summary.status in FINISHED


@dataclass
class _Pipeline:
    name: str
    started: datetime | None = None
    """When its latest execution was started."""
    read: float | None = None
    """When its executions were listed last."""
    older: str | None = None
    """The token of the next page of older executions; None if all are known."""
    entries: dict[str, Entry] = field(default_factory=dict)
    """By ARN."""

    def is_due(self, started: datetime | None, now: float) -> bool:
        """Whether its executions may have changed since they were listed."""
        if self.read is None or started != self.started or now - self.read >= REREAD_SECONDS:
            return True
        return not all(entry.finished for entry in self.entries.values())

    def read_page(self, sagemaker: Any, token: str | None = None) -> str | None:
        """List one page of its executions, the latest first, and return the token of the next."""
        answer = sagemaker.list_pipeline_executions(
            PipelineName=self.name,
            SortBy="CreationTime",
            SortOrder="Descending",
            MaxResults=PAGE,
            **({"NextToken": token} if token else {}),
        )
        for each in map(summary_of, answer["PipelineExecutionSummaries"]):
            self.entries[each.arn] = Entry(self.name, each)
        following: str | None = answer.get("NextToken")
        return following


class Index:
    """The list of all executions; one thread refreshes it, and any thread may read it.

    Who may not list the account's pipelines sees the ``own`` one, and who may not list a pipeline's executions sees
    those of the others.
    """

    def __init__(self, own: str) -> None:
        self._own = own
        self.entries: tuple[Entry, ...] = ()
        """The latest first."""
        self.arns: Mapping[str, str] = {}
        """The ARNs of the pipelines, by name."""
        self.complete = False
        """Whether the older pages of every pipeline have been listed, too."""
        self._pipelines: dict[str, _Pipeline] = {}

    def refresh(self, sagemaker: Any, now: float) -> bool:
        """Query what may have changed, and return whether something has.

        That is the list of pipelines, and for each pipeline at most two pages of its executions: the latest, unless it
        is quiet, and an older one until all are known. ``now`` is in seconds of any clock.
        """
        summaries = self._summaries(sagemaker)
        self._pipelines = {name: self._pipelines.get(name) or _Pipeline(name) for name in summaries}
        for pipeline in self._pipelines.values():
            _refresh(pipeline, summaries[pipeline.name].get("LastExecutionTime"), sagemaker, now)
        found = [entry for pipeline in self._pipelines.values() for entry in pipeline.entries.values()]
        entries = tuple(sorted(found, key=lambda entry: entry.summary.started, reverse=True))
        arns = {name: str(each["PipelineArn"]) for name, each in summaries.items()}
        complete = all(pipeline.older is None for pipeline in self._pipelines.values())
        changed = (entries, arns, complete) != (self.entries, self.arns, self.complete)
        self.entries, self.arns, self.complete = entries, arns, complete
        return changed

    def _summaries(self, sagemaker: Any) -> dict[str, dict[str, Any]]:
        from botocore.exceptions import ClientError

        try:
            return {each["PipelineName"]: each for each in listed(sagemaker, "list_pipelines", "PipelineSummaries")}
        except ClientError as error:
            if error.response["Error"]["Code"] not in DENIED:
                raise
        own = describe_pipeline(sagemaker, self._own)
        return {self._own: {**own, "LastExecutionTime": own.get("LastRunTime")}} if own else {}

    def execution_arn(self, sagemaker: Any, pipeline: str, execution_id: str) -> str | None:
        """Return the ARN of an execution; None if there is no such pipeline."""
        arn = self.arns.get(pipeline)
        if arn is None:
            described = describe_pipeline(sagemaker, pipeline)
            arn = described["PipelineArn"] if described else None
        return f"{arn}/execution/{execution_id}" if arn else None


def _refresh(pipeline: _Pipeline, started: datetime | None, sagemaker: Any, now: float) -> None:
    if pipeline.is_due(started, now):
        older = or_none(pipeline.read_page, DENIED, sagemaker=sagemaker)
        if pipeline.read is None:
            pipeline.older = older
        pipeline.started, pipeline.read = started, now
    elif pipeline.older is not None:
        pipeline.older = pipeline.read_page(sagemaker, pipeline.older)
