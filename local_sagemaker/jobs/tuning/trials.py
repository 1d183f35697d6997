"""The training jobs of a tuning job, in the form of its listings."""

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
    """The parent tuning jobs of a warm start."""
    given = tuning_request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", [])
    return [parent["HyperParameterTuningJobName"] for parent in given]


def summaries(store: Store, tuning_job: str) -> list[Record]:
    """The training jobs that a tuning job has started, oldest first."""
    return [{**trial, **_of_job(store, trial)} for trial in store.list(KIND, parent=tuning_job)]


def _of_job(store: Store, trial: Record) -> Record:
    job = store.get("training-job", trial["TrainingJobName"]) or {}
    members = ("TrainingJobArn", "CreationTime", "TrainingStartTime", "TrainingEndTime", "TrainingJobStatus")
    found = {member: job[member] for member in (*members, "FailureReason") if member in job}
    # The end of the service also ended the thread that evaluates the objective of this job.
    lost = found.get("TrainingJobStatus") == "Failed" and trial["ObjectiveStatus"] == "Pending"
    return {**found, "ObjectiveStatus": "Failed"} if lost else found


def objective_value(summary: Mapping[str, Any]) -> float | None:
    """The final objective value of a training job, if it has one."""
    metric = summary.get("FinalHyperParameterTuningJobObjectiveMetric")
    return None if metric is None else float(metric["Value"])


def best(trials: Iterable[Record], *, maximize: bool) -> Record | None:
    """The training job with the best objective; the first one if several are equal."""
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
