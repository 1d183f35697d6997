"""The training job behind a candidate: its hyperparameters, its time, and its learning curves from its log.

The built-in algorithms write one line per iteration, CatBoost one per ``verbose`` iterations::

    [12]#011train-rmse:559.9#011validation-rmse:541.5         XGBoost; #011 is a tab on AWS
    [12]<tab>train's rmse: 55.5<tab>val's rmse: 135.4         LightGBM
    100:<tab>learn: 128.3<tab>test: 162.2<tab>best: ...       CatBoost, whose test set is our validation set
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.aws.responses import last_part, or_none
from pipelines.execution.logs import LOG_GROUPS, lines_of_job
from pipelines.execution.pipeline import Step

_ITERATION = re.compile(r"\[?(\d+)(?:\]|:)\s")
_VALUE = re.compile(r"\b(train|learn|validation|val|test)(?:'s [\w@]+|-[\w@]+)?: ?([-+.\d]+(?:e[-+]?\d+)?)")
_MISSING = {"ValidationException", "ResourceNotFound"}
_PARTS = {"learn": "train", "val": "validation", "test": "validation"}

Curves = Mapping[str, Mapping[int, float]]
"""``train`` and ``validation``: the metric that the algorithm reports, by iteration; of several the last,
which it stops by."""


@dataclass(frozen=True)
class Training:
    """What trained one candidate."""

    job: str
    hyperparameters: Mapping[str, str]
    curves: Curves


def job_of(sagemaker: Any, step: Step) -> Mapping[str, Any] | None:
    """Describe the training job of a step, or the best one of a tuning step.

    None for a step that trained nothing, or whose job is not known any more.
    """
    job: str | None = None
    if "TrainingJob" in step.metadata:
        job = last_part(step.metadata["TrainingJob"]["Arn"])
    elif "TuningJob" in step.metadata:
        tuning = last_part(step.metadata["TuningJob"]["Arn"])
        answer = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuning)
        job = answer.get("BestTrainingJob", {}).get("TrainingJobName")
    return or_none(sagemaker.describe_training_job, _MISSING, TrainingJobName=job) if job else None


def training_of(logs: Any, job: Mapping[str, Any]) -> Training:
    """Read the hyperparameters and the learning curves of a described training job."""
    name, given = job["TrainingJobName"], job.get("HyperParameters", {})
    own = {name: value.strip('"') for name, value in given.items() if not name.startswith("sagemaker_")}
    return Training(name, own, learning_curves(lines_of_job(logs, LOG_GROUPS["TrainingJob"], name)))


def training_seconds(job: Mapping[str, Any]) -> float | None:
    """Return how long a described training job was in its phase ``Training``.

    Its ``TrainingTimeInSeconds`` are whole seconds, and include the start of the container.
    """
    phases = [each for each in job.get("SecondaryStatusTransitions", ()) if each["Status"] == "Training"]
    lasted = [(each["EndTime"] - each["StartTime"]).total_seconds() for each in phases if "EndTime" in each]
    return round(sum(lasted), 3) if lasted else None


def learning_curves(lines: Iterable[str]) -> Curves:
    r"""Read the curves from the lines of a training job's log.

    Examples
    --------
    >>> learning_curves(["[0]\ttrain's rmse: 3.5\tval's rmse: 4", "[1]\ttrain's rmse: 3\tval's rmse: 3.9"])
    {'train': {0: 3.5, 1: 3.0}, 'validation': {0: 4.0, 1: 3.9}}
    """
    curves: dict[str, dict[int, float]] = {}
    for line in lines:
        text = line.replace("#011", "\t")
        if iteration := _ITERATION.match(text):
            for part, value in _VALUE.findall(text):
                curves.setdefault(_PARTS.get(part, part), {})[int(iteration[1])] = float(value)
    return curves
