"""The output folder of an evaluation, the only source of the page and the pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.errors import InputError
from evaluation.strict_json import read_json


@dataclass(frozen=True)
class Results:
    """The results of an evaluation."""

    report: dict[str, Any]
    """The content of ``evaluation.json``."""
    predictions: Mapping[str, pd.DataFrame]
    """By candidate the rows of ``predictions-<name>.csv``: ``datetime``, ``actual``, ``predicted`` and, for a
    classification, ``probability``."""

    @property
    def best(self) -> str:
        """The name of the selected candidate."""
        return str(self.report["best"]["algorithm"])

    @property
    def is_regression(self) -> bool:
        """Whether the task is regression."""
        return bool(self.report["task"] == "regression")

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
        predictions = {
            name: pd.read_csv(folder / f"predictions-{name}.csv", parse_dates=["datetime"])
            for name in report["candidates"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} is not the output of an evaluation ({error!r}); name a folder that contains "
            "evaluation.json and predictions-*.csv."
        ) from error
    return Results(report, predictions)
