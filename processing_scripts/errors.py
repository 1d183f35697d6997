"""Everything that preprocessing refuses.

::

    PreprocessingError
    ├── FileError         the file as a whole is not a readable table
    ├── ColumnError       a column is missing, doubled, or in another unit
    ├── CellError         one cell cannot be what its column means
    ├── DateError         the dates cannot be read, or could be read in two ways
    ├── HoursError        hours are doubled or missing
    ├── HistoryError      hours to predict lack the hours before them
    ├── TooFewRowsError   there is not enough data for what is asked
    └── FeatureError      features do not fit the schema

Each message is one sentence for the person who brought the data: what is wrong, where, and what to do.
"""

from __future__ import annotations


class PreprocessingError(Exception):
    """The data cannot be preprocessed; nothing has been written."""


class FileError(PreprocessingError):
    """The file as a whole is not a readable table."""


class ColumnError(PreprocessingError):
    """A column is missing, there twice, or in another unit."""


class CellError(PreprocessingError):
    """One cell cannot be what its column means.

    Parameters
    ----------
    line
        Line of the file, counted from 1 as a text editor does.
    column
        The column as the file's own header spells it.
    problem
        What is wrong and what is expected.
    """

    def __init__(self, line: int, column: str, problem: str) -> None:
        super().__init__(f"Line {line}, column '{column}': {problem}")
        self.line = line
        self.column = column


class DateError(PreprocessingError):
    """The dates cannot be read, or could be read in two ways."""


class HoursError(PreprocessingError):
    """Hours are there twice, or too many are missing."""


class HistoryError(PreprocessingError):
    """Hours to predict come without the hours before them that their features need."""


class TooFewRowsError(PreprocessingError):
    """There is not enough data for what is asked."""


class FeatureError(PreprocessingError):
    """Features do not fit the schema that the model was trained with."""
