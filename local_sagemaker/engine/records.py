"""The records of executions and of their steps."""

from collections.abc import Callable
from sqlite3 import Connection
from typing import Any

from local_sagemaker.core.clock import now
from local_sagemaker.core.errors import ResourceNotFound
from local_sagemaker.core.store import Record, Store
from local_sagemaker.definition.parse import Definition, Step, parse

EXECUTION = "pipeline-execution"
DEFINITION = "pipeline-execution-definition"
STEP = "pipeline-execution-step"
FINAL = ("Succeeded", "Failed", "Stopped", "CompletedWithFailures")


def execution(store: Store, arn: str) -> Record:
    """The record of an execution; raises ResourceNotFound if it does not exist."""
    return store.find(EXECUTION, arn, ResourceNotFound(f"Pipeline execution with ARN {arn} does not exist."))


def definition_text(store: Store, arn: str) -> str:
    """The definition that an execution was started with."""
    record = store.get(DEFINITION, arn)
    return str(record["Definition"]) if record else ""


def definition(store: Store, arn: str) -> Definition:
    """The definition that an execution was started with, parsed."""
    return parse(definition_text(store, arn))


def steps(store: Store, arn: str) -> list[Record]:
    """The steps of an execution that have started, in the order of their starts."""
    return store.list(STEP, parent=arn)


def step(store: Store, arn: str, name: str) -> Record | None:
    """The record of one step of an execution; None if the step has not started."""
    return store.get(STEP, f"{arn}/{name}")


def begin_step(store: Store, arn: str, step: Step, **more: Any) -> None:
    """Record that a step starts, or starts again."""
    name = f"{arn}/{step.name}"
    record = {
        "StepName": step.name,
        "StepDisplayName": step.display_name,
        "StepDescription": step.description,
        "StepType": step.type,
        "StartTime": now(),
        "StepStatus": "Starting",
        "AttemptCount": 1,
        "Metadata": {},
        **more,
    }

    def replace(_connection: Connection) -> None:
        store.delete(STEP, name)
        store.insert(STEP, name, record, parent=arn)

    store.write(replace)


def change_step(store: Store, arn: str, step: str, **members: Any) -> None:
    """Change members of a step's record."""
    store.update(STEP, f"{arn}/{step}", lambda record: record.update(members))


def end_step(store: Store, arn: str, step: str, status: str, reason: str | None = None, **members: Any) -> None:
    """Record how a step ended."""

    def end(record: Record) -> None:
        record.update(members, StepStatus=status, EndTime=now())
        if reason:
            record["FailureReason"] = reason

    store.update(STEP, f"{arn}/{step}", end)


def change_execution(store: Store, arn: str, change: Callable[[Record], None]) -> Record | None:
    """Change an execution's record and its LastModifiedTime."""

    def changed(record: Record) -> None:
        change(record)
        record["LastModifiedTime"] = now()

    return store.update(EXECUTION, arn, changed)
