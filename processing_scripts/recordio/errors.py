"""Everything that RecordIO-protobuf refuses.

::

    RecordIOError
    ├── ArrayError        features or labels that cannot be written
    └── RecordError       one record cannot be read; says which, and at which byte
        ├── FrameError    its frame: magic number, length, padding, or it is cut off
        ├── MessageError  its payload is not a protobuf message that means a row
        └── MatrixError   it is a row, but not one of the same matrix as the records before it
"""

from __future__ import annotations


class RecordIOError(ValueError):
    """RecordIO-protobuf cannot be written or read."""


class ArrayError(RecordIOError):
    """Features or labels cannot be written; nothing has been."""


class RecordError(RecordIOError):
    """One record cannot be read.

    Parameters
    ----------
    index
        Which record, counted from 0.
    offset
        Where its frame begins, in bytes from where reading began.
    problem
        What is wrong with it.
    """

    def __init__(self, index: int, offset: int, problem: str) -> None:
        super().__init__(f"Record {index} (counted from 0) at byte {offset}: {problem}.")
        self.index = index
        self.offset = offset


class FrameError(RecordError):
    """The frame around a record is wrong or cut off."""


class MessageError(RecordError):
    """The payload of a record is not a protobuf message that means a row."""


class MatrixError(RecordError):
    """A record has another number of features or labels than the records before it."""


class Problem(Exception):
    """What is wrong inside a record, said where it is not yet known which record that is; never leaves this package."""
