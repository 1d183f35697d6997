"""Makes the features of parts of hours and writes them; on its own, of those that `processing_scripts.parts` sends.

``python -m processing_scripts.chunks.writer --schema schema.json --output DIR --format csv`` takes pickled pairs of a
part's name and its hours from standard input until that ends. It tells of each part on standard output when its two
files are whole.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from processing_scripts import recordio
from processing_scripts.chunks.reader import Hours
from processing_scripts.errors import PreprocessingError
from processing_scripts.features.build import make_features
from processing_scripts.features.history import WithHistory
from processing_scripts.outputs import write_rows
from processing_scripts.schema import Schema, check_features, feature_names, load_schema


class PartWriter(NamedTuple):
    """Where parts go, and in which form, for a model with this schema."""

    schema: Schema
    output: Path
    form: str

    def write(self, name: str, hours: Hours) -> None:
        """Make the features of a part, write them beside what their rows are, and tell of it."""
        features = self.features_of(hours)
        for folder in ("rows", "known"):
            (self.output / folder).mkdir(parents=True, exist_ok=True)
        self._write_rows(self.output / "rows" / f"{name}.{self.form}", features)
        self._write_known(self.output / "known" / f"{name}.parquet", pd.concat([hours.keys, features], axis=1))
        tell({"part": name, "rows": len(features)})

    def features_of(self, hours: Hours) -> pd.DataFrame:
        """Make the features of a part, in the order of its file and under its lines.

        Raises
        ------
        PreprocessingError
            The schema asks for features that there are not.
        """
        made = [self._features_of(series) for series in hours.series]
        return pd.concat(made).sort_index() if len(made) > 1 else made[0]

    def _features_of(self, series: WithHistory) -> pd.DataFrame:
        made = make_features(series.observations, self.schema["feature_set"], series.known)
        features = made[[name for name in feature_names(self.schema) if name in made]]
        check_features(features, self.schema)
        return features

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


def tell(what: dict[str, str | int]) -> None:
    """Write a line of JSON to standard output."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is sent; 0 when all is well, 1 when something is refused, with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="part_writer", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--format", required=True)
    options = parser.parse_args(arguments)
    writer = PartWriter(load_schema(options.schema), options.output, options.format)
    try:
        while True:
            writer.write(*pickle.load(sys.stdin.buffer))  # noqa: S301 - from our own process
    except (EOFError, pickle.UnpicklingError):  # also where the reader has been killed amid a part
        return 0
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
