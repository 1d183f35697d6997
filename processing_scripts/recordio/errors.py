"""The errors of RecordIO-protobuf.

::

    RecordIOError
    ├── ArrayError        features or labels that cannot be written
    └── RecordError       a record cannot be read; contains its index and offset
        ├── FrameError    its frame: magic number, length, padding, or truncation
        ├── MessageError  its payload is not a protobuf message of a row
        └── MatrixError   its row does not have the shape of the rows before it
"""


class RecordIOError(ValueError):
    """RecordIO-protobuf cannot be written or read."""


class ArrayError(RecordIOError):
    """Features or labels cannot be written; nothing is written."""


class RecordError(RecordIOError):
    """A record cannot be read.

    Records are counted from 0, the offset of its frame in bytes from the start of reading.
    """

    def __init__(self, index: int, offset: int, problem: str) -> None:
        super().__init__(f"Record {index} (counted from 0) at byte {offset}: {problem}.")
        self.index = index
        self.offset = offset


class FrameError(RecordError):
    """The frame of a record is invalid or truncated."""


class MessageError(RecordError):
    """The payload of a record is not a protobuf message of a row."""


class MatrixError(RecordError):
    """A record has another number of features or labels than the records before it."""


class Problem(Exception):
    """An error inside a record, raised where its index is not known; never leaves this package."""
