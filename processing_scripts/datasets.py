"""A data set as the jobs see it: Preprocess, the rows of an endpoint, and batches work on this protocol.

`processing_scripts.loading.load` returns the data set of a data set file: a table, or what the file's own code makes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pandas as pd

from processing_scripts.hosts import Share

PARTS = ("train", "validation", "test")

Schema = dict[str, Any]
Report = dict[str, Any]


@dataclass(frozen=True)
class Choices:
    """The choices of one preprocessing job."""

    options: Mapping[str, str] = field(default_factory=dict)
    """Of the data set's own options; the others have their defaults."""
    seed: int = 42
    threshold_quantile: float | None = None
    """Instead of `above_quantile` of the tasks that have one."""
    tasks: tuple[str, ...] = ()
    """The tasks to train, so that the data is not checked for the others; all if empty."""

    def trains(self, task: str) -> bool:
        """Whether the data is checked for a task."""
        return not self.tasks or task in self.tasks


class Rows(NamedTuple):
    """Consecutive rows of a set."""

    part: str
    """``train``, ``validation``, ``test`` or ``batch``."""
    features: pd.DataFrame
    """Numbers, NaN where missing; the codes of categories are integers."""
    labels: Mapping[str, pd.Series[Any]]
    """By task, for the rows that the set contains; empty for the batch."""
    keys: pd.DataFrame
    """Identity of each row, and what the evaluation needs of it."""
    file: int = 0
    """The number of the set's file that they go to."""

    def dealt(self, share: Share) -> Iterator[Rows]:
        """Yield the rows that a host writes of a whole set, by file."""
        for file, chosen in share.deal(0):
            features = self.features.iloc[chosen]
            labels = {task: label[label.index.isin(features.index)] for task, label in self.labels.items()}
            yield Rows(self.part, features, labels, self.keys.iloc[chosen], file)


class Prepared(Protocol):
    """Data that was read and checked."""

    def rows(self, share: Share) -> Iterator[Rows]:
        """Yield the rows that a host writes, those of each set in its order, in chunks that fit in memory."""

    def schema(self) -> Schema:
        """Return the schema, after all rows were yielded; see `processing_scripts.schema`."""

    def report(self) -> tuple[Report, str]:
        """Return the data report, and the same as an HTML page, after all rows were yielded."""


class Chunks(Protocol):
    """The chunks of a file of rows to predict, for a single pass."""

    read: int
    predicted: int
    """How many of the rows read so far can be predicted."""

    def __iter__(self) -> Iterator[Any]:
        """Yield chunks, which can be pickled and have `keys`: the identity of their rows, as a frame.

        Raises `PreprocessingError` if rows are invalid; earlier chunks were yielded.
        """


class DataSet(Protocol):
    """A data set. All methods raise `PreprocessingError` for data that is invalid or ambiguous."""

    def prepare(self, data: Path, batch: Path, choices: Choices, scratch: Path) -> Prepared:
        """Read and check the folders of the data and of the batch; ``scratch`` is an empty folder for its use."""

    def features_of_rows(
        self, rows: Path, schema: Schema, known: Path | None = None, *, complete: bool = False
    ) -> pd.DataFrame:
        """Calculate the features of a small file of rows, indexed by a name of each row.

        ``known`` is a file of rows before them, for features that need history. If ``complete``, unknown columns are
        refused, which are likely mistakes in a request for a few rows.
        """

    def chunks(self, rows: Path, schema: Schema, size: int, series: str | None = None) -> Chunks:
        """Read a file of any size in chunks; ``series`` is the column that identifies the series of a row."""

    def features_of_chunk(self, chunk: Any, schema: Schema) -> pd.DataFrame:
        """Calculate the features of a chunk, in the order of its file."""

    def identity(self, rows: Path, task: str | None = None) -> pd.DataFrame:
        """Return the keys of rows, and the target of a task: a number, or the name of its class.

        Rows without a target are left out; without a task, there is one row for each that can be predicted.
        """

    def check_header(self, file: Path) -> None:
        """Check that the beginning of a file has the columns of the data set, and a row."""
