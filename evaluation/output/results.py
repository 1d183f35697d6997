"""The output folder of an evaluation, the only source of the page and the pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.errors import InputError
from evaluation.schema import Kind
from evaluation.strict_json import read_json


@dataclass(frozen=True)
class Results:
    """The results of an evaluation."""

    report: dict[str, Any]
    """The content of ``evaluation.json``."""
    predictions: Mapping[str, pd.DataFrame]
    """By candidate the rows of ``predictions-<name>.csv``: the identity of the row, ``actual``, ``predicted`` and,
    for a classification, ``probability`` or ``probability_<class>``."""

    @property
    def best(self) -> str:
        """The name of the selected candidate."""
        return str(self.report["best"]["algorithm"])

    @property
    def kind(self) -> Kind:
        """The kind of the task."""
        kind: Kind = self.report["kind"]
        return kind

    @property
    def time(self) -> str | None:
        """The column of the predictions that orders them in time, if there is one."""
        time: str | None = self.report["keys"]["time"]
        return time

    @property
    def is_generated(self) -> bool:
        """Whether the models were trained on a generated sample, not on the real data."""
        return bool(self.report["dataset"]["kind"] != "real-data")


def read_results(folder: Path) -> Results:
    """Read the output folder of an evaluation.

    Raises `InputError` if the folder is not the output of an evaluation.
    """
    try:
        report = read_json(folder / "evaluation.json")
        predictions = {name: _read(folder / f"predictions-{name}.csv", report["keys"]) for name in report["candidates"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} is not the output of an evaluation ({error!r}); name a folder that contains "
            "evaluation.json and predictions-*.csv."
        ) from error
    return Results(report, predictions)


def _read(path: Path, keys: Mapping[str, Any]) -> pd.DataFrame:
    time = keys["time"]
    texts = dict.fromkeys(set(keys["columns"]) - {time}, "str")
    return pd.read_csv(path, dtype=texts, parse_dates=[time] if time else False, date_format="ISO8601")
