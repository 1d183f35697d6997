"""The history of tuning jobs: the hyperparameters and the result of every training job.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobsForHyperParameterTuningJob.html
"""

from collections.abc import Mapping
from typing import Any

from evaluation.account import Unknown, client, request
from evaluation.tuning.training import TrainingJob

_KINDS = ("ContinuousParameterRanges", "IntegerParameterRanges")

History = dict[str, Any]


def read_tuning(jobs: Mapping[str, str]) -> dict[str, History]:
    """Read the history of each candidate's tuning job.

    Returns
    -------
    By candidate: ``job``, its name; and either ``unknown``, a sentence with the reason why there is no history, or
    ``objective`` (a metric), ``goal`` (Minimize or Maximize), ``ranges`` (by hyperparameter: ``low``, ``high``,
    ``scale``), ``trials`` in order of creation (``job``, ``status``, ``value`` of the objective or null, ``seconds`` or
    null, ``hyperparameters``) and ``best``, the index of the best trial or null.
    """
    return {name: {"job": job, **_history(job)} for name, job in jobs.items()}


def best_jobs(tuning: Mapping[str, History]) -> dict[str, TrainingJob]:
    """Return the training job of each candidate's best model, where the history contains it."""
    best = {
        name: history["trials"][history["best"]] for name, history in tuning.items() if history.get("best") is not None
    }
    return {name: TrainingJob(trial["job"], trial["seconds"]) for name, trial in best.items()}


def _history(job: str) -> History:
    try:
        sagemaker = client("sagemaker")
        described = request(lambda: sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=job))
        pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
        wanted = {"HyperParameterTuningJobName": job, "SortBy": "CreationTime", "SortOrder": "Ascending"}
        listed = request(
            lambda: [summary for page in pages.paginate(**wanted) for summary in page["TrainingJobSummaries"]]
        )
    except Unknown as error:
        return {"unknown": str(error)}
    config = described["HyperParameterTuningJobConfig"]
    objective = config["HyperParameterTuningJobObjective"]
    best = described.get("BestTrainingJob", {}).get("TrainingJobName")
    places = [place for place, summary in enumerate(listed) if summary["TrainingJobName"] == best]
    return {
        "objective": objective["MetricName"],
        "goal": objective["Type"],
        "ranges": {
            limits["Name"]: {
                "low": float(limits["MinValue"]),
                "high": float(limits["MaxValue"]),
                "scale": limits.get("ScalingType", "Auto"),
            }
            for kind in _KINDS
            for limits in config.get("ParameterRanges", {}).get(kind, [])
        },
        "trials": [_trial(summary) for summary in listed],
        "best": places[0] if places else None,
    }


def _trial(summary: Mapping[str, Any]) -> dict[str, Any]:
    value = summary.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value")
    began, ended = summary.get("TrainingStartTime"), summary.get("TrainingEndTime")
    return {
        "job": summary["TrainingJobName"],
        "status": summary["TrainingJobStatus"],
        "value": None if value is None else float(value),
        "seconds": (ended - began).total_seconds() if began and ended else None,
        "hyperparameters": dict(summary.get("TunedHyperParameters", {})),
    }
