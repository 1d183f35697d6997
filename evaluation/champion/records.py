"""What a version records of its rows, so that the next model can be compared with it on fair rows.

``trained-on.npy``
    A hash of each row of the training and validation sets, sorted: 8 bytes per row.
``reference.csv``
    Rows of the test sets of this version and of the champions before it, sampled evenly by the hash of their unit:
    ``key <column>`` (its identity), ``unit``, ``actual``, ``row hash``, ``data`` (the S3 URI of its raw files) and
    ``sha256`` (of those).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.inputs import Part, files_of_set
from evaluation.schema import Schema, Task

TRAINED_ON, REFERENCE = "trained-on.npy", "reference.csv"
MOST_ROWS = 20_000
"""Rows of the reference set, which the next evaluation must predict."""
UNIT, ACTUAL, ROW, DATA, SHA256 = "unit", "actual", "row hash", "data", "sha256"
_KEY = "key "
"""Before the names of the columns that identify a row, which may be any, so that they differ from those above."""
_CHUNK_ROWS = 100_000

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Records:
    """The content of both files."""

    trained_on: Hashes
    rows: pd.DataFrame
    """The format of ``reference.csv``."""


def records_of(source: Path, task: Task, schema: Schema, test: Part, data: str) -> Records:
    """Record a model's own rows: those that it learned from, and those of its test set.

    ``source`` are the inputs of the evaluation, and ``data`` is the S3 URI of the raw files.
    """
    trained = np.unique(np.concatenate([hash_rows(source, part, schema) for part in ("train", "validation")]))
    return Records(trained, test_rows(source, task, schema, test, data))


def hash_texts(texts: Sequence[str]) -> Hashes:
    """Hash texts to 64 bits; the same text has the same hash on every machine."""
    return np.asarray(pd.util.hash_array(np.array(texts, dtype=object), categorize=False), dtype="uint64")


def hash_rows(source: Path, part: str, schema: Schema) -> Hashes:
    """Hash each row of a set by its identity, or, if the data set has no keys, by its label and its features.

    The number of a row identifies it in one file only. Equal rows then count as the same row.
    """
    if schema.keys.row_number:
        return np.concatenate([_hash_lines(path) for path in files_of_set(source / "data" / part, "data")])
    files = files_of_set(source / "keys", part)
    return np.concatenate([_hash_keys(path, list(schema.keys.columns)) for path in files])


def identity(keys: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Return the identity of each row as one text."""
    return ["\0".join(cells) for cells in keys[list(columns)].itertuples(index=False, name=None)]


def test_rows(source: Path, task: Task, schema: Schema, test: Part, data: str) -> pd.DataFrame:
    """Return the rows of the test set in the format of ``reference.csv``."""
    columns, content = list(schema.keys.columns), schema.content["dataset"]["sha256"]
    rows = test.keys[columns].astype("str").reset_index(drop=True)
    hashes = hash_rows(source, "test", schema) if schema.keys.row_number else hash_texts(identity(rows, columns))
    unit = list(map(str, hashes)) if test.unit is None else test.keys[test.unit].astype("str").to_numpy()
    names = np.array(task.classes, dtype=object)
    actual = names[test.labels.astype(int)] if task.classes else [f"{label:.15g}" for label in test.labels]
    return rows.add_prefix(_KEY).assign(**{UNIT: unit, ACTUAL: actual, ROW: hashes, DATA: data, SHA256: content})


def sample(earlier: pd.DataFrame | None, own: pd.DataFrame, most: int = MOST_ROWS) -> pd.DataFrame:
    """Return rows of both, whole units in the order of their hash: an even sample of all that was ever seen.

    A row that is in both is kept once, as in ``own``.
    """
    rows = own if earlier is None else pd.concat([own, earlier], ignore_index=True).drop_duplicates(ROW)
    order = hash_texts(rows[UNIT].astype("str").tolist())
    rows = rows.assign(order=order).sort_values(["order", ROW], kind="stable", ignore_index=True)
    ends = np.flatnonzero(rows["order"].to_numpy()[1:] != rows["order"].to_numpy()[:-1]) + 1
    whole = [end for end in (*ends, len(rows)) if end <= most]
    return rows.drop(columns="order").iloc[: whole[-1] if whole else most]


def keys_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that identify rows in the format of ``reference.csv``, by their own names."""
    keys = rows[[name for name in rows if str(name).startswith(_KEY)]]
    return keys.rename(columns=lambda name: name.removeprefix(_KEY))


def write_records(output: Path, records: Records) -> None:
    """Write both files."""
    np.save(output / TRAINED_ON, records.trained_on)
    records.rows.to_csv(output / REFERENCE, index=False, lineterminator="\n")


def read_records(folder: Path) -> Records:
    """Read both files."""
    rows = pd.read_csv(folder / REFERENCE, dtype="str", na_filter=False).astype({ROW: "uint64"})
    return Records(np.load(folder / TRAINED_ON, allow_pickle=False), rows)


def _hash_keys(path: Path, columns: list[str]) -> Hashes:
    chunks = pd.read_csv(path, usecols=columns, dtype="str", na_filter=False, chunksize=_CHUNK_ROWS)
    return np.concatenate([hash_texts(identity(chunk, columns)) for chunk in chunks])


def _hash_lines(path: Path) -> Hashes:
    with path.open(encoding="utf-8") as lines:
        return np.concatenate([hash_texts(chunk) for chunk in _chunks(line.rstrip("\r\n") for line in lines)])


def _chunks(lines: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(islice(lines, _CHUNK_ROWS)):
        yield chunk
