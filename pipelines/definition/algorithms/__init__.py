"""The candidates: one file per algorithm. A fourth algorithm is a fourth file and one more line here."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.definition.algorithms.algorithm import Algorithm
from pipelines.definition.algorithms.catboost import CATBOOST
from pipelines.definition.algorithms.lightgbm import LIGHTGBM
from pipelines.definition.algorithms.xgboost import XGBOOST
from pipelines.definition.formats import Format
from pipelines.errors import BadInput

ALGORITHMS: dict[str, Algorithm] = {algorithm.name: algorithm for algorithm in (XGBOOST, LIGHTGBM, CATBOOST)}

__all__ = ["ALGORITHMS", "Algorithm", "require_format"]


def require_format(form: Format, algorithms: Iterable[str]) -> None:
    """See that every one of the algorithms reads rows in a form.

    Raises
    ------
    BadInput
        Some do not; the sentence names them, and those that do.
    """
    unable = [name for name in algorithms if form not in ALGORITHMS[name].formats]
    if unable:
        titles = " and ".join(ALGORITHMS[name].title for name in unable)
        able = " or ".join(name for name, algorithm in ALGORITHMS.items() if form in algorithm.formats)
        raise BadInput(
            f"{titles} cannot read {form.name} ({form.content_type}), which {able} does: choose csv, or that algorithm."
        )
