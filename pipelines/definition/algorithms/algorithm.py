"""What the workflow needs to know of an algorithm, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pipelines.definition.formats import Format
from pipelines.settings import Task


@dataclass(frozen=True)
class Resources:
    """Where an algorithm's parts lie, for one task in one region.

    Attributes
    ----------
    training_image, inference_image
        Image URIs.
    version
        The image's version, or the resolved version of the JumpStart model.
    channels
        Channels besides the data: name -> S3 URI.
    hyperparameters
        Hyperparameters that start the container's script, none where the image is the algorithm.
    """

    training_image: str
    inference_image: str
    version: str
    channels: Mapping[str, str] = field(default_factory=dict)
    hyperparameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Range:
    """Where a tuning job may look for one hyperparameter.

    Attributes
    ----------
    low, high
        Inclusive bounds; integers make it an integer range.
    scale
        How the bounds are laid out: ``Linear``, ``Logarithmic`` or ``ReverseLogarithmic``.
    """

    low: float
    high: float
    scale: Literal["Linear", "Logarithmic", "ReverseLogarithmic"] = "Linear"


@dataclass(frozen=True)
class Objective:
    """What a tuning job optimises: a metric of the validation part, by the name the log or the built-in gives it."""

    metric: str
    goal: Literal["Minimize", "Maximize"]


@dataclass(frozen=True)
class Algorithm:
    """One built-in algorithm.

    Attributes
    ----------
    name
        As in ``--algorithms``.
    title
        As in step names.
    resources
        ``resources(task, region)`` resolves images and scripts through the SDK.
    channels
        ``channels(task_data)`` maps channel names to folders below the task's data; ``""`` is all of it.
    hyperparameters
        ``hyperparameters(task, seed)``, every one explicit.
    formats
        The forms in which its containers read rows, training channels and batches alike.
    metrics
        ``metrics(task)``: CloudWatch metric name -> regular expression over the log; none where the built-in
        reports its own.
    network_isolation
        Whether the container runs without network, as its documentation asks.
    objective
        ``objective(task)``: what ``--tune`` optimises.
    ranges
        Hyperparameter -> where ``--tune`` may look for it.
    """

    name: str
    title: str
    resources: Callable[[Task, str], Resources]
    channels: Mapping[str, str]
    hyperparameters: Callable[[Task, int], dict[str, Any]]
    formats: tuple[Format, ...]
    metrics: Callable[[Task], dict[str, str]]
    network_isolation: bool
    objective: Callable[[Task], Objective]
    ranges: Mapping[str, Range]


def validation_objective(task: Task) -> Objective:
    """Optimise what the evaluation ranks by, under the name that all three algorithms report it."""
    return Objective("validation:rmse", "Minimize") if task == "regression" else Objective("validation:auc", "Maximize")
