"""The training jobs of a tuning job, as its listings show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local_sagemaker.core.store import Record, Store

KIND = "tuning-trial"
_STATUS_COUNTERS = {
    "Completed": "Completed",
    "InProgress": "InProgress",
    "Stopping": "InProgress",
    "Stopped": "Stopped",
}


def parents(tuning_request: Mapping[str, Any]) -> list[str]:
    """The tuning jobs from whose results a tuning job starts."""
    given = tuning_request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", [])
    return [parent["HyperParameterTuningJobName"] for parent in given]


def summaries(store: Store, tuning_job: str) -> list[Record]:
    """The training jobs that a tuning job has started, in that order."""
    return [{**trial, **_of_job(store, trial)} for trial in store.list(KIND, parent=tuning_job)]


def _of_job(store: Store, trial: Record) -> Record:
    job = store.get("training-job", trial["TrainingJobName"]) or {}
    members = ("TrainingJobArn", "CreationTime", "TrainingStartTime", "TrainingEndTime", "TrainingJobStatus")
    found = {member: job[member] for member in (*members, "FailureReason") if member in job}
    # A job that was lost with the service has nobody left to evaluate its objective.
    lost = found.get("TrainingJobStatus") == "Failed" and trial["ObjectiveStatus"] == "Pending"
    return {**found, "ObjectiveStatus": "Failed"} if lost else found


def objective_value(summary: Mapping[str, Any]) -> float | None:
    """The objective that a training job ended with, if it has one."""
    metric = summary.get("FinalHyperParameterTuningJobObjectiveMetric")
    return None if metric is None else float(metric["Value"])


def best(trials: Iterable[Record], *, maximize: bool) -> Record | None:
    """The training job with the best objective; of equal ones the first."""
    measured = [trial for trial in trials if objective_value(trial) is not None]
    if not measured:
        return None
    choose = max if maximize else min
    return choose(measured, key=lambda trial: objective_value(trial) or 0.0)


def counters(trials: Iterable[Record]) -> Record:
    """TrainingJobStatusCounters and ObjectiveStatusCounters."""
    statuses = dict.fromkeys(("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"), 0)
    objectives = dict.fromkeys(("Succeeded", "Pending", "Failed"), 0)
    for trial in trials:
        statuses[_STATUS_COUNTERS.get(trial.get("TrainingJobStatus", ""), "NonRetryableError")] += 1
        objectives[trial.get("ObjectiveStatus", "Pending")] += 1
    return {"TrainingJobStatusCounters": statuses, "ObjectiveStatusCounters": objectives}
