"""Models with what makes their features: the schema, and the code that travels with each version."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.account import Unknown
from evaluation.candidates import Model, load_candidate
from evaluation.champion.features import features_of
from evaluation.champion.records import DATA, REFERENCE, SHA256, TRAINED_ON, Records, identity, keys_of, read_records
from evaluation.champion.version import Gone, Version, download
from evaluation.inputs import Numbers, Part
from evaluation.rules import apply_rules
from evaluation.schema import Schema, Task, read_schema

_BLOCK_BYTES = 2**20


@dataclass(frozen=True)
class Registry:
    """Where the champion is, and where the challenger's raw files came from."""

    group: str
    """Model package group of the task."""
    own_bucket: str | None
    code: str
    """S3 URI of the challenger's ``processing_scripts``."""
    data: str
    """S3 URI of its raw files."""


@dataclass(frozen=True)
class Scored:
    """A model that predicts raw rows."""

    task: Task
    schema: Schema
    model: Model
    code: str
    """S3 URI of the folder with its ``processing_scripts``."""

    def predict(self, features: Numbers) -> Numbers:
        """Predict, and apply the model's own rules; see `evaluation.inputs.Predictions`."""
        part = Part(features, np.zeros(len(features)), pd.DataFrame())
        return apply_rules(self.task, self.model.predict(features), part, self.schema)


@dataclass(frozen=True)
class Champion:
    """The champion with its records, whose rows are its reference set."""

    scored: Scored
    records: Records


def load_champion(version: Version, task: str, folder: Path) -> Champion:
    """Download and load a version.

    Raises `Unknown` if a file is missing. Raises `EvaluationError` if the model or the schema cannot be loaded.
    """
    own = folder / "champion"
    for name in ("schema.json", TRAINED_ON, REFERENCE):
        download(f"{version.evaluation}/{name}", own)
    (artifact,) = download(version.model_data, own)
    schema = read_schema(own / "schema.json")
    own_task = schema.task(task)
    model = load_candidate(artifact, own_task, features=len(schema.feature_names))
    return Champion(Scored(own_task, schema, model, version.code), read_records(own))


@dataclass(frozen=True)
class _Raw:
    """Raw files in order, and the hash that a schema has of them."""

    files: Sequence[Path]
    sha256: str


class FeatureMaker:
    """Features of raw rows by the code of any model; each file and each code is downloaded once."""

    def __init__(self, folder: Path, data: str, raw: Path) -> None:
        """Use ``raw`` as the files of the S3 URI ``data``, and ``folder`` for all others."""
        self._folder = folder
        self._raw = {data: _raw_of(raw)}
        self._made: dict[tuple[str, str, str], pd.DataFrame] = {}

    def features(self, of: Scored, rows: pd.DataFrame) -> Numbers:
        """Return the features of rows in the format of ``reference.csv``, of shape (rows, features).

        A row is NaN if its history is missing, the code does not predict it, or its raw file is not there any more, or
        not the same.

        Raises `Unknown` if the code refuses the raw file.
        """
        columns = list(of.schema.keys.columns)
        keys = keys_of(rows)
        if missing := [name for name in columns if name not in keys]:
            raise Unknown(f"its rows are identified by {missing[0]}, which the other's rows do not have.")
        values = np.full((len(rows), len(of.schema.feature_names)), np.nan)
        for data in rows[DATA].unique():
            at = np.flatnonzero((rows[DATA] == data) & (rows[SHA256] == self._raw_at(data).sha256))
            if not len(at):
                continue
            table = self._table(of, data)
            index = pd.Index(identity(table, columns)).get_indexer(pd.Index(identity(keys.iloc[at], columns)))
            found = index >= 0
            values[at[found]] = table[of.schema.feature_names].to_numpy(dtype="float64")[index[found]]
        return values

    def _table(self, of: Scored, data: str) -> pd.DataFrame:
        key = of.code, of.schema.sha256, data
        if key not in self._made:
            self._made[key] = features_of(self._code(of.code), of.schema, self._raw_at(data).files)
        return self._made[key]

    def _code(self, uri: str) -> Path:
        folder = self._folder / f"code-{uri.rsplit('/', 1)[-1]}"
        if not folder.is_dir():
            download(uri, folder)
        return folder

    def _raw_at(self, data: str) -> _Raw:
        """Return the raw files at an S3 URI; none if they are not there any more."""
        if data not in self._raw:
            folder = self._folder / f"raw-{len(self._raw)}"
            with suppress(Gone):
                download(data, folder)
            self._raw[data] = _raw_of(folder)
        return self._raw[data]


def _raw_of(folder: Path) -> _Raw:
    """Find the files that preprocessing reads, and hash them as it does: the bytes, or the hashes of several files."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_hidden(path.relative_to(folder))]
    hashes = [_hash_of(path) for path in files]
    whole = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    return _Raw(files, whole)


def _is_hidden(path: Path) -> bool:
    """Whether a file is hidden, or one that tools leave, such as ``_SUCCESS``."""
    return any(part.startswith((".", "_")) for part in path.parts)


def _hash_of(path: Path) -> str:
    content = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            content.update(block)
    return content.hexdigest()
