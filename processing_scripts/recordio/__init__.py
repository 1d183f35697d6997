"""RecordIO-protobuf, the binary format of SageMaker's built-in algorithms, to and from numpy arrays.

::

    data = dumps(features, labels)           features, labels = loads(data)

    with open(path, "wb") as file:           with open(path, "rb") as file:
        for features, labels in chunks:          for features, labels in read(file):
            write(file, features, labels)            ...

Its content type is ``application/x-recordio-protobuf``. The V3 SDK has no writer for it, and a message per row, as the
V2 SDK built them, is slow; this one writes and reads dense matrices thousands of rows at a time. It needs numpy only.

A corrupt record is refused and named. What the format cannot tell, for it has neither a checksum nor a count: that a
number was changed, and that a file ends between two records too early.
"""

from processing_scripts.recordio.errors import (
    ArrayError,
    FrameError,
    MatrixError,
    MessageError,
    RecordError,
    RecordIOError,
)
from processing_scripts.recordio.reading import loads, read
from processing_scripts.recordio.writing import dumps, write

__all__ = [
    "ArrayError",
    "FrameError",
    "MatrixError",
    "MessageError",
    "RecordError",
    "RecordIOError",
    "dumps",
    "loads",
    "read",
    "write",
]
