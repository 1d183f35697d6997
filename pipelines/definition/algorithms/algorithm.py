"""The data class that describes a built-in algorithm to the workflow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pipelines.definition.formats import Format
from pipelines.settings import Task


@dataclass(frozen=True)
class Resources:
    """An algorithm's images and scripts, for one task in one region.

    Attributes
    ----------
    training_image, inference_image
        Image URIs.
    version
        The image's version, or the resolved version of the JumpStart model.
    channels
        Channels other than the data: name -> S3 URI.
    hyperparameters
        Hyperparameters that start the container's script; none if the image is the algorithm.
    """

    training_image: str
    inference_image: str
    version: str
    channels: Mapping[str, str] = field(default_factory=dict)
    hyperparameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Range:
    """The values of one hyperparameter that a tuning job may try.

    Attributes
    ----------
    low, high
        Inclusive bounds; integers make it an integer range.
    scale
        The scale on which it samples: ``Linear``, ``Logarithmic`` or ``ReverseLogarithmic``.
    """

    low: float
    high: float
    scale: Literal["Linear", "Logarithmic", "ReverseLogarithmic"] = "Linear"


@dataclass(frozen=True)
class Objective:
    """The metric on the validation set that a tuning job optimizes, by its name in the log or in the built-in."""

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
        Channel name -> folder below the task's data; ``""`` is all of it.
    hyperparameters
        ``hyperparameters(task, seed)`` returns all of them, so that none depends on a default.
    formats
        The formats that its containers read, in training channels and in batches.
    metrics
        ``metrics(task)`` returns CloudWatch metric name -> regular expression over the log; none if the built-in
        reports its own.
    network_isolation
        Whether the container runs without network, as its documentation requires.
    objective
        ``objective(task)`` returns what ``--tune`` optimizes.
    ranges
        Hyperparameter -> the values that ``--tune`` may try.
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
    """The metric by which the evaluation ranks, under the name that all three algorithms report."""
    return Objective("validation:rmse", "Minimize") if task == "regression" else Objective("validation:auc", "Maximize")
