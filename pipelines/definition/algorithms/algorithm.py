"""The data class that describes a built-in algorithm to the workflow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pipelines.definition.formats import Format
from processing_scripts.dataset_file.model import Kind, Task


@dataclass(frozen=True)
class Resources:
    """An algorithm's images (their URIs) and scripts, for one task in one region."""

    training_image: str
    inference_image: str
    version: str
    """The image's version, or the resolved version of the JumpStart model."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """Channels other than the data: name -> S3 URI."""
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    """Hyperparameters that start the container's script; none if the image is the algorithm."""


@dataclass(frozen=True)
class Range:
    """The values of one hyperparameter that a tuning job may try."""

    low: float
    high: float
    """Both bounds are inclusive; integers make it an integer range."""
    scale: Literal["Linear", "Logarithmic", "ReverseLogarithmic"] = "Linear"
    """The scale on which it samples."""


@dataclass(frozen=True)
class Objective:
    """The metric on the validation set that a tuning job optimizes, by its name in the log or in the built-in."""

    metric: str
    goal: Literal["Minimize", "Maximize"]


@dataclass(frozen=True)
class Algorithm:
    """One built-in algorithm."""

    name: str
    """As in ``--algorithms``."""
    title: str
    """As in step names."""
    resources: Callable[[Kind, str], Resources]
    """``resources(kind, region)`` resolves images and scripts through the SDK."""
    channels: Mapping[str, str]
    """Channel name -> folder below the task's data; ``""`` is all of it."""
    hyperparameters: Callable[[Task, int], dict[str, Any]]
    """``hyperparameters(task, seed)`` returns all of them, so that none depends on a default. A data set file may
    replace the values."""
    formats: tuple[Format, ...]
    """The formats that its containers read, in training channels and in batches."""
    reads_categories: bool
    """Whether it reads the file beside the data that numbers the columns with categories."""
    distributes: bool
    """Whether several instances train one model, each on its share of the training set's files."""
    metrics: Callable[[Task], dict[str, str]]
    """``metrics(task)`` returns CloudWatch metric name -> regular expression over the log; none if the built-in reports
    its own."""
    network_isolation: bool
    """Whether the container runs without network, as its documentation requires."""
    ranges: Mapping[str, Range]
    """Hyperparameter -> the values that ``--tune`` may try."""


POSITIVE_NUMBER = r"([0-9\.]+)"
NUMBER = r"([0-9\.]+(?:e[-+]?[0-9]+)?)"
"""Regular expressions; a loss of classes may be so small that it has an exponent."""

METRIC_NAMES = {"rmse": "rmse", "mae": "mae", "auc": "auc", "log_loss": "logloss"}
"""As the built-in XGBoost names a task's metric, after ``validation:``; of several classes it is ``mlogloss``."""


def metric_name(task: Task) -> str:
    """Name the metric that training stops by and ``--tune`` optimizes, by default that of the evaluation's ranking."""
    return "mlogloss" if task.kind == "multiclass" else METRIC_NAMES[task.early_stopping or task.metric]


def logged_number(task: Task) -> str:
    """The regular expression of the metric's value in a log."""
    return NUMBER if metric_name(task).endswith("logloss") else POSITIVE_NUMBER


def objective_of(task: Task) -> Objective:
    """The metric that ``--tune`` optimizes, as all three algorithms name it."""
    name = metric_name(task)
    return Objective(f"validation:{name}", "Maximize" if name == "auc" else "Minimize")
