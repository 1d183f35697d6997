"""Calculation and writing of the features of chunks.

``python -m processing_scripts.chunk_writer --schema schema.json --output DIR --format csv`` reads pickled pairs of a
name and a chunk from stdin, which `processing_scripts.parts` sends, and reports each chunk on stdout when both of its
files are complete.
"""

import argparse
import json
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from processing_scripts import recordio
from processing_scripts.datasets import DataSet, Schema
from processing_scripts.errors import PreprocessingError
from processing_scripts.loading import load
from processing_scripts.outputs import write_rows
from processing_scripts.schema import dataset_path, load_schema


class ChunkWriter(NamedTuple):
    """Writer of a data set's chunks for a model with this schema, into a folder and in a format."""

    data_set: DataSet
    schema: Schema
    output: Path
    form: str

    def write(self, name: str, chunk: Any) -> None:
        """Calculate the features of a chunk, write both of its files, and report it.

        Raises `PreprocessingError` if the schema contains unknown features.
        """
        features = self.data_set.features_of_chunk(chunk, self.schema)
        for folder in ("rows", "known"):
            (self.output / folder).mkdir(parents=True, exist_ok=True)
        self._write_rows(self.output / "rows" / f"{name}.{self.form}", features)
        keys = chunk.keys.rename(columns={key: f"key {key}" for key in chunk.keys if key in features})
        self._write_known(self.output / "known" / f"{name}.parquet", pd.concat([keys, features], axis=1))
        report({"part": name, "rows": len(features)})

    def _write_rows(self, path: Path, features: pd.DataFrame) -> None:
        if self.form == "csv":
            write_rows(path, features)
        else:
            with path.open("wb") as file:
                recordio.write(file, features.to_numpy(dtype=np.float32))

    @staticmethod
    def _write_known(path: Path, known: pd.DataFrame) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        parquet.write_table(pa.Table.from_pandas(known, preserve_index=False), path)


def report(line: dict[str, str | int]) -> None:
    """Write a line of JSON to stdout."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write chunks from stdin; return 0 on success, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="chunk_writer", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--format", required=True)
    options = parser.parse_args(arguments)
    schema = load_schema(options.schema)
    try:
        writer = ChunkWriter(load(dataset_path(schema)), schema, options.output, options.format)
        while True:
            writer.write(*pickle.load(sys.stdin.buffer))  # noqa: S301 - from our own process
    except (EOFError, pickle.UnpicklingError):  # UnpicklingError: the reader was killed within a chunk
        return 0
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
