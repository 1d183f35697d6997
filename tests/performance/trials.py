"""Trials of all candidates on the same parts, and the winner that the evaluation would name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from evaluation.candidates import catboost, lightgbm, xgboost
from evaluation.ranking.bootstrap import compare_pairs, not_significantly_different
from evaluation.ranking.selection import RANKINGS, best_candidate, rank
from pipelines.definition.algorithms import ALGORITHMS
from pipelines.settings.fields import Task
from processing_scripts.seoul_bike.splits import Split, split_at
from tests.performance.experiments import Material, Outcome, columns, material, measure, observations, parts

WINDOWS, WINDOW_DAYS = 6, 30
METRICS: Mapping[Task, str] = {"regression": "rmse", "classification": "auc"}
NANOSECONDS_PER_TREE = {
    name: module.NANOSECONDS_PER_TREE
    for name, module in (("xgboost", xgboost), ("lightgbm", lightgbm), ("catboost", catboost))
}


class Trial(NamedTuple):
    """Candidates to train on the same parts: of a split, or of a rolling window.

    ``month_held_out`` makes the 30 days before a window its validation, in place of days at random.
    """

    task: Task
    split: Split
    seed: int
    window: int | None = None
    month_held_out: bool = False

    @property
    def parts(self) -> pd.Series[str]:
        """For each hour its part."""
        return parts(self.split, self.seed) if self.window is None else _rolling_parts(self)

    @property
    def features(self) -> list[str]:
        """The features that the pipeline uses by default on the split."""
        return columns(self.split, "history")

    def material(self) -> Material:
        """The rows of the parts."""
        return material(self.task, self.features, self.parts)


class Training(NamedTuple):
    """One candidate of a trial."""

    trial: Trial
    algorithm: str


Outcomes = Mapping[Training, Outcome]


def run(training: Training) -> Outcome:
    """Train and score one model."""
    trial = training.trial
    return measure(training.algorithm, trial.task, trial.features, trial.parts, trial.seed)


def window_begin(window: int) -> pd.Timestamp:
    """The first hour of a rolling window; the last window ends with the data."""
    end: pd.Timestamp = observations()["datetime"].max() + pd.Timedelta(hours=1)
    return end - (WINDOWS - window) * pd.Timedelta(days=WINDOW_DAYS)


def _rolling_parts(trial: Trial) -> pd.Series[str]:
    """Thirty days to test and all before them to learn from, parted as the split by time does it."""
    hours, length = observations()["datetime"], pd.Timedelta(days=WINDOW_DAYS)
    begin = window_begin(trial.window or 0)
    known = hours[hours < begin + length]
    part_of = split_at(known, begin, trial.seed)
    if trial.month_held_out:
        part_of[known < begin] = "train"
        part_of[(known < begin) & (known >= begin - length)] = "validation"
    return part_of


def winner(trial: Trial, outcomes: Outcomes) -> str:
    """The candidate that the evaluation would name, by the validation set alone."""
    ranking = RANKINGS[METRICS[trial.task]]
    found = {name: outcomes[Training(trial, name)] for name in ALGORITHMS}
    part = trial.material().validation
    predicted = {name: outcome.validation_predicted for name, outcome in found.items()}
    values = {name: float(getattr(outcome.validation, ranking.metric)) for name, outcome in found.items()}
    measured = {name: {ranking.metric: value} for name, value in values.items()}
    pairs = compare_pairs(ranking, part, predicted, measured, trial.seed)
    microseconds = {name: outcome.trees * NANOSECONDS_PER_TREE[name] / 1000 for name, outcome in found.items()}
    return best_candidate(values, not_significantly_different(rank(values, ranking)[0], pairs), microseconds, ranking)
