"""The errors of preprocessing.

::

    PreprocessingError
    ├── DatasetFileError  the data set file contains a mistake
    ├── FileError         the file is not a readable table
    ├── ColumnError       a column is missing, duplicated, or in another unit
    ├── CellError         a cell is not a valid value of its column
    ├── DateError         the dates are invalid or ambiguous
    ├── HoursError        hours are duplicated or missing
    ├── HistoryError      hours to predict lack their history
    ├── TooFewRowsError   there is too little data for the split
    ├── FeatureError      features do not match the schema
    ├── CodeError         the code beside the data set file failed
    └── OptionError       the data set does not offer a choice

Each message is one sentence for the owner of the data: what is wrong, where, and what to do.
"""

import traceback
from pathlib import Path

LONGEST_QUOTE = 80
"""The most characters of a text from a file in a message."""


def quoted(text: str) -> str:
    """A cell or name from a file for a message, shortened if it is long."""
    return f"'{text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 3] + '...'}'"


class PreprocessingError(Exception):
    """The data cannot be preprocessed; no output is written."""


class DatasetFileError(PreprocessingError):
    """The data set file contains a mistake; the message names file, line and key."""


class FileError(PreprocessingError):
    """The file is not a readable table."""


class ColumnError(PreprocessingError):
    """A column is missing, duplicated, or in another unit."""


class CellError(PreprocessingError):
    """A cell is not a valid value of its column.

    Lines are counted from 1, the column is named as in the file's header. In files without lines, the place is "Row".
    """

    def __init__(self, line: int, column: str, problem: str, *, place: str = "Line") -> None:
        super().__init__(f"{place} {line}, column {quoted(column)}: {problem}")
        self.line = line
        self.column = column


class DateError(PreprocessingError):
    """The dates are invalid or ambiguous."""


class HoursError(PreprocessingError):
    """Hours are duplicated, or too many are missing."""


class HistoryError(PreprocessingError):
    """Hours to predict lack the preceding hours that their features need."""


class TooFewRowsError(PreprocessingError):
    """There is too little data for the split."""


class FeatureError(PreprocessingError):
    """Features do not match the schema of the model."""


class CodeError(PreprocessingError):
    """The code beside a data set file failed."""

    def __init__(self, path: Path, problem: str, error: BaseException) -> None:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
        where = f"{path.name}, line {lines[-1]}" if lines else path.name
        super().__init__(f"{where}: {problem} ({type(error).__name__}: {error}); correct the code.")


class OptionError(PreprocessingError):
    """The data set does not offer a choice."""
