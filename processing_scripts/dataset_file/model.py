"""The content of a data set file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

ColumnType = Literal["number", "integer", "category", "boolean", "datetime", "time_of_day", "text"]
Role = Literal["feature", "target", "key", "group", "time", "weight", "ignore"]
Kind = Literal["regression", "binary", "multiclass"]
Metric = Literal["rmse", "mae", "auc", "log_loss"]
SplitBy = Literal["rows", "classes", "groups", "time", "code"]

WHITESPACE: Final = "whitespace"
"""The separator of a table whose cells are separated by runs of spaces and tabs."""

Words = Mapping[str, str]
"""A text by language: ``en``, and perhaps ``ko``."""


@dataclass(frozen=True)
class Reading:
    """How the file is read. What is None is found from the file itself."""

    format: Literal["csv", "parquet"] = "csv"
    header: bool = True
    """Whether the first line of a CSV file contains the names of the columns."""
    separator: str | None = None
    """Character between two cells, or "whitespace" for any run of spaces and tabs."""
    encoding: str | None = None
    decimal: str | None = None
    grouping: str | None = None
    """Decimal mark and thousands separator of numbers."""
    missing: tuple[str, ...] = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?")
    """Cells that mean that a value is missing."""


@dataclass(frozen=True)
class Column:
    """A column of the table."""

    name: str
    """As in the header; in a file without header, its name from its position in the data set file."""
    type: ColumnType
    role: Role = "feature"
    """Use of the column; "target" follows from a task."""
    unit: str | None = None
    lowest: float | None = None
    highest: float | None = None
    """Range of possible values, in the column's unit."""
    sign: str | None = None
    """Sign before or after a number, such as %, € or kg, which is not read: 12.5 % is 12.5."""
    levels: tuple[str, ...] = ()
    """The categories in the order of their codes; learned from the training rows if empty."""
    format: str | None = None
    """Format of a datetime or a time of day, as in ``strptime``; ISO 8601 and its usual variants if None, and hours and
    minutes, perhaps with seconds, AM or PM."""
    meaning: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """Something to predict."""

    name: str
    """Lowercase letters, digits and hyphens; names steps, groups and endpoints."""
    kind: Kind
    target: str
    """The column."""
    metric: Metric
    """What ranks the candidates: ``rmse`` or ``mae``; ``auc``; ``log_loss`` for several classes."""
    gate: float
    """Value of the gate's metric (`gate_metric`) that the winner must reach on the test set."""
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    """Limits of a prediction."""
    classes: tuple[str, ...] = ()
    """Names of the classes in the order of their codes; of a binary task, the second is the positive one."""
    positive: str | None = None
    """The cell that is the positive class of a binary task whose target is a column of two values."""
    negative: str | None = None
    """The cell that is the negative class; a third value is refused. If None, every cell but `positive` is negative."""
    above_quantile: float | None = None
    above: float | None = None
    """Instead: the target is a number, and positive above this quantile of the training rows, or above this value."""
    label: Words = field(default_factory=dict)
    """What is predicted, in words: "rentals per hour"."""
    column: str | None = None
    """Name of the column of predictions; by default made of the target, or of the positive class."""
    early_stopping: Metric | None = None
    """The metric on the validation set that ends training, and that ``--tune`` optimizes; ``metric`` if None."""
    folds: int = 1
    """The mean of so many folds of training and validation set ranks the candidates; 1: the validation set does."""
    hyperparameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By algorithm: values that replace the workflow's defaults."""


@dataclass(frozen=True)
class Split:
    """How rows are drawn for the training, validation and test set."""

    by: SplitBy = "rows"
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)


@dataclass(frozen=True)
class Rule:
    """A value that replaces predictions under a condition."""

    feature: str
    """The feature of the condition."""
    value: float
    predict: float
    tasks: tuple[str, ...]
    left_out_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Sets that exclude such rows, by task."""
    meaning: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """A choice that a data set's own code offers, such as the feature set of the bikes."""

    name: str
    choices: tuple[str, ...]
    default: str
    meaning: Words = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetFile:
    """A data set file that was read and checked."""

    path: Path
    name: str
    """Lowercase letters, digits and hyphens."""
    pipeline: str
    """Default name of the pipeline; by default the name in CamelCase."""
    title: Words
    reading: Reading
    columns: tuple[Column, ...]
    tasks: tuple[Task, ...]
    split: Split = Split()
    rules: tuple[Rule, ...] = ()
    slices: tuple[str, ...] = ()
    """Columns by which the report shows errors."""
    words: Mapping[str, Words] = field(default_factory=dict)
    """Words of the pages: ``row`` and ``rows`` ("hour", "hours"), ``unit_of_split`` ("day")."""
    code: str | None = None
    """Python file beside the data set file, with functions of the data set's own."""
    options: tuple[Option, ...] = ()
    data: str | None = None
    """The table, for commands without ``--data``: a path from this file's folder, or an s3:// or web address."""
    url: str | None = None
    """Where the published file is, for `boostpipe run` without a file; in a ZIP archive, after #: x.zip#table.csv."""
    sha256: str | None = None
    """Digest of the published file in hexadecimal: another file is refused, and this one kept in the user's cache."""

    def task(self, name: str) -> Task:
        """Return a task by name."""
        return next(task for task in self.tasks if task.name == name)

    def with_role(self, role: Role) -> tuple[Column, ...]:
        """Return the columns of a role, in the order of the file."""
        return tuple(column for column in self.columns if column.role == role)

    @property
    def has_categories(self) -> bool:
        """Whether features are categories, which LightGBM and CatBoost read natively."""
        return any(column.type == "category" for column in self.with_role("feature"))

    @property
    def data_source(self) -> str | None:
        """The table as a path or an address, where the file names it."""
        if self.data is None or "://" in self.data:
            return self.data
        return str(self.path.parent / self.data)


def camel_case(name: str) -> str:
    """Write the name of a data set, a task or a metric as a part of the name of a pipeline, a step or a parameter.

    Examples
    --------
    >>> camel_case("high-income"), camel_case("log_loss")
    ('HighIncome', 'LogLoss')
    """
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))
