"""Columns of any number of rows in a temporary file, so that the raw files are read and checked once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Values = npt.NDArray[Any]
Columns = dict[str, Values]


class Spool:
    """A file of columns, written chunk by chunk, then read as often as needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self.rows = 0

    def append(self, columns: Mapping[str, Values]) -> None:
        """Append a chunk; every chunk has the same columns: numbers, datetime64, or texts as objects."""
        if self._writer is None:
            fields = [(name, pa.string() if values.dtype == object else None) for name, values in columns.items()]
            arrays = [pa.array(values, type_) for values, (_, type_) in zip(columns.values(), fields, strict=True)]
            schema = pa.schema([(name, array.type) for name, array in zip(columns, arrays, strict=True)])
            self._writer = pa.ipc.new_file(self._path, schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
            self._schema = schema
        arrays = [pa.array(columns[field.name], field.type) for field in self._schema]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self.rows += len(arrays[0])

    def finish(self) -> None:
        """Close the file for reading."""
        self._writer.close()

    def __iter__(self) -> Iterator[Columns]:
        """Yield the chunks."""
        with pa.OSFile(str(self._path)) as file:  # not memory-mapped: pages of a mapping count as memory of the job
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                yield {name: _values(array) for name, array in zip(batch.schema.names, batch.columns, strict=True)}


def _values(array: pa.Array) -> Values:
    return np.asarray(array.to_numpy(zero_copy_only=False))
