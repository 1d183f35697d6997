"""RecordIO-protobuf, the binary format of SageMaker's built-in algorithms, to and from numpy arrays.

::

    data = dumps(features, labels)           features, labels = loads(data)

    with open(path, "wb") as file:           with open(path, "rb") as file:
        for features, labels in chunks:          for features, labels in read(file):
            write(file, features, labels)            ...

Its content type is ``application/x-recordio-protobuf``. The V3 SDK has no writer for it, and the V2 SDK's writer is
slow: it builds a protobuf message per row. This package reads and writes thousands of rows of a dense matrix at a time,
and needs only numpy.

A corrupt record raises an error with its index. The format has neither checksum nor record count, so a changed number
and a file that ends between two records are not detected.
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
