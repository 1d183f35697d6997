"""The candidates: one file per algorithm. A fourth algorithm is a fourth file and one more line here."""

from __future__ import annotations

from pipelines.algorithms.algorithm import Algorithm
from pipelines.algorithms.catboost import CATBOOST
from pipelines.algorithms.lightgbm import LIGHTGBM
from pipelines.algorithms.xgboost import XGBOOST

ALGORITHMS: dict[str, Algorithm] = {algorithm.name: algorithm for algorithm in (XGBOOST, LIGHTGBM, CATBOOST)}

__all__ = ["ALGORITHMS", "Algorithm"]
