"""Learning curves are read from the logs of the built-in algorithms."""

from __future__ import annotations

import pytest

from pipelines.execution.training import learning_curves


@pytest.mark.parametrize(
    ("lines", "curves"),
    [
        (
            ["[0]#011train-rmse:614.1#011validation-rmse:591.3", "[1]\ttrain-auc:0.9\tvalidation-auc:8e-1"],
            {"train": {0: 614.1, 1: 0.9}, "validation": {0: 591.3, 1: 0.8}},
        ),
        (
            [
                "[400]\ttrain's rmse: 55.5\tval's rmse: 135.3",
                "Early stopping, best iteration is:",
                "[366]\tval's auc: 1",
            ],
            {"train": {400: 55.5}, "validation": {400: 135.3, 366: 1.0}},
        ),
        (
            ["0:\tlearn: 597.7\ttest: 577.6\tbest: 577.6 (0)\ttotal: 71.9ms\tremaining: 57.5s", "bestTest = 147.5"],
            {"train": {0: 597.7}, "validation": {0: 577.6}},
        ),
        (["2026-12-01 13:11:07,786 INFO test: 5", "[2026-12-01:13:11:07:INFO] train-rmse:3", "SM_HPS={}"], {}),
    ],
    ids=["XGBoost", "LightGBM", "CatBoost", "other lines"],
)
def test_each_line_of_an_iteration_is_a_point(lines, curves):
    assert learning_curves(lines) == curves
