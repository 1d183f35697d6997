"""Training jobs as SageMaker recorded them: their hyperparameters, and how long they were in the phase ``Training``.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SecondaryStatusTransition.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from evaluation.account import Unknown, client, request


@dataclass(frozen=True)
class TrainingJob:
    """The job that trained a candidate."""

    name: str
    seconds: float | None
    """Of the whole job; None if it is not known."""


def training_times(
    jobs: Mapping[str, TrainingJob], described: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, float]]:
    """Return the times of each candidate's job in seconds.

    Returns
    -------
    By candidate, where they are known: ``training_seconds``, its phase ``Training``, without its start, download and
    upload; ``training_job_seconds``, all of it.
    """
    phases = {name: seconds for name, job in described.items() if (seconds := _in_phase(job)) > 0}
    return {
        name: {
            **({"training_seconds": phases[name]} if name in phases else {}),
            **({} if job.seconds is None else {"training_job_seconds": job.seconds}),
        }
        for name, job in jobs.items()
    }


def hyperparameters(described: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the hyperparameters of each candidate, without those that start the container's script."""
    return {
        name: {
            key: value.strip('"')
            for key, value in job.get("HyperParameters", {}).items()
            if not key.startswith("sagemaker_")
        }
        for name, job in described.items()
    }


def describe_jobs(jobs: Mapping[str, TrainingJob]) -> dict[str, Mapping[str, Any]]:
    """Query each candidate's job; empty where SageMaker cannot be reached, or refuses: what it knows is optional."""
    if not jobs:
        return {}
    try:
        sagemaker = client("sagemaker")
        return {
            name: request(partial(sagemaker.describe_training_job, TrainingJobName=job.name))
            for name, job in jobs.items()
        }
    except Unknown:
        return {}


def _in_phase(job: Mapping[str, Any]) -> float:
    phases = [each for each in job.get("SecondaryStatusTransitions", []) if each["Status"] == "Training"]
    lasted = [(each["EndTime"] - each["StartTime"]).total_seconds() for each in phases if "EndTime" in each]
    return float(round(sum(lasted), 3))
