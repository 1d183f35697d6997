"""The effect of each group of features, and of training without history.

``python -m tests.performance.ablation [--splits hours days time]`` prints two tables for ``docs/models.md``: test RMSE
of LightGBM with the pipeline's hyperparameters, mean of seeds 0, 1 and 2, by split. ``SEOUL_BIKE_DATA`` names the real
file; two processors take four minutes, most of them for ``hours``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.settings.fields import Task
from processing_scripts.seoul_bike.features.catalogue import FEATURE_SETS, FEATURES, FeatureSet
from processing_scripts.seoul_bike.splits import SPLITS, Split
from tests.performance.experiments import SEEDS, Outcome, columns, in_parallel, measure, parts

ALGORITHM = "lightgbm"
BASE = frozenset({"calendar", "weather"})
GROUPS = tuple(dict.fromkeys(feature.group for feature in FEATURES if feature.feature_set != "lags"))


class Trial(NamedTuple):
    """A model to train with the features of a set, less some groups."""

    split: Split
    feature_set: FeatureSet
    without: frozenset[str]
    task: Task
    seed: int


def run(trial: Trial) -> Outcome:
    """Train and score one model."""
    names = columns(trial.split, trial.feature_set, trial.without)
    return measure(ALGORITHM, trial.task, names, parts(trial.split, trial.seed), trial.seed)


class Row(NamedTuple):
    """A line of a table: what it is called, and the features it stands for."""

    title: str
    feature_set: FeatureSet
    without: frozenset[str]


def group_rows() -> list[Row]:
    """The base, each group on top of it, all groups, and all less each group."""
    others = [group for group in GROUPS if group not in BASE]
    base = frozenset(others)
    return [
        Row("calendar and weather of the hour", "history", base),
        *(Row(f"that and {group}", "history", base - {group}) for group in others),
        Row("**all of `history`**", "history", frozenset()),
        *(Row(f"all but {group}", "history", frozenset({group})) for group in others),
    ]


def set_rows() -> list[Row]:
    """The feature sets as they are."""
    return [Row(f"`{feature_set}`", feature_set, frozenset()) for feature_set in FEATURE_SETS]


def main(arguments: Sequence[str] | None = None) -> None:
    """Train everything and print the tables."""
    parser = argparse.ArgumentParser(description="What each group of features is worth.")
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=SPLITS)
    splits: list[Split] = parser.parse_args(arguments).splits
    regressions: list[tuple[Row, Task]] = [(row, "regression") for row in (*group_rows(), *set_rows())]
    classifications: list[tuple[Row, Task]] = [(row, "classification") for row in set_rows()]
    wanted = dict.fromkeys(
        Trial(split, row.feature_set, row.without, task, seed)
        for row, task in (*regressions, *classifications)
        for split in splits
        for seed in SEEDS
    )
    outcomes = dict(zip(wanted, in_parallel(run, list(wanted)), strict=True))
    tables = [_groups_table(outcomes, splits), _sets_table(outcomes, splits)]
    sys.stdout.write("\n\n".join("\n".join(table) for table in tables) + "\n")


def _groups_table(outcomes: dict[Trial, Outcome], splits: Sequence[Split]) -> list[str]:
    lines = [f"| test RMSE | {' | '.join(splits)} |", "|---" * (1 + len(splits)) + "|"]
    for row in group_rows():
        cells = []
        for split in splits:
            count = len(columns(split, row.feature_set, row.without))
            cells.append(f"{_mean(outcomes, row, split, 'rmse'):.1f} ({count})")
        lines.append(f"| {row.title} | {' | '.join(cells)} |")
    return lines


def _sets_table(outcomes: dict[Trial, Outcome], splits: Sequence[Split]) -> list[str]:
    titles = [f"{split} {what}" for split in splits for what in ("RMSE", "R2", "AUC")]
    lines = [f"| `--features` | {' | '.join(titles)} |", "|---" * (1 + len(titles)) + "|"]
    for row in set_rows():
        cells = []
        for split in splits:
            cells += [
                f"{_mean(outcomes, row, split, 'rmse'):.1f}",
                f"{_mean(outcomes, row, split, 'r2'):.3f}",
                f"{_mean(outcomes, row, split, 'auc'):.4f}",
            ]
        lines.append(f"| {row.title} | {' | '.join(cells)} |")
    return lines


def _mean(outcomes: dict[Trial, Outcome], row: Row, split: Split, metric: str) -> float:
    task: Task = "classification" if metric == "auc" else "regression"
    trials = [Trial(split, row.feature_set, row.without, task, seed) for seed in SEEDS]
    values: list[float] = [getattr(outcomes[trial].test, metric) for trial in trials]
    return statistics.mean(values)


if __name__ == "__main__":
    main()
