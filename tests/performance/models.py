"""How good the models are: the bars table, of all candidates with the pipeline's own features and hyperparameters.

``python -m tests.performance.models`` trains XGBoost, LightGBM and CatBoost on every split with seeds 0, 1 and 2 and
on six rolling windows, lets the validation part choose the winner as the evaluation does, and prints what the winner
scores on the test part. ``SEOUL_BIKE_DATA`` names the real file; two processors take about five minutes.
"""

from __future__ import annotations

import statistics
import sys
from typing import NamedTuple

import pandas as pd

from pipelines.algorithms import ALGORITHMS
from pipelines.settings import Task
from processing_scripts.catalogue import FeatureSet
from processing_scripts.splits import SPLITS, Split
from tests.performance.experiments import SEEDS, Outcome, columns, in_parallel, measure, observations, parts

TASKS: tuple[Task, ...] = ("regression", "classification")
WINDOWS, WINDOW_DAYS = 6, 30
FEATURE_SET: FeatureSet = "history"


class Bar(NamedTuple):
    """What the winner's test part must reach, as the mean of the seeds."""

    split: Split
    metric: str
    limit: float

    @property
    def task(self) -> Task:
        """Whose winner it is about."""
        return "classification" if self.metric == "auc" else "regression"

    def reached(self, value: float) -> bool:
        """Whether a value is as good as the bar or better."""
        return value <= self.limit if self.metric == "rmse" else value >= self.limit


BARS = (
    Bar("hours", "rmse", 106),
    Bar("hours", "r2", 0.973),
    Bar("days", "rmse", 140),
    Bar("days", "r2", 0.952),
    Bar("days", "auc", 0.992),
    Bar("time", "rmse", 175),
    Bar("time", "r2", 0.87),
    Bar("time", "auc", 0.978),
)
ROLLING_BAR = 224


class Training(NamedTuple):
    """A model to train: on a split by a seed, or on a rolling window."""

    algorithm: str
    task: Task
    split: Split
    seed: int
    window: int | None = None


def run(training: Training) -> Outcome:
    """Train and score one model."""
    part_of = parts(training.split, training.seed) if training.window is None else rolling_parts(training.window)
    names = columns(training.split, FEATURE_SET)
    return measure(training.algorithm, training.task, names, part_of, training.seed)


def rolling_parts(window: int) -> pd.Series[str]:
    """The parts of a rolling window: 30 days to test, the 30 before them to validate, all before those to train."""
    hours = observations()["datetime"]
    length = pd.Timedelta(days=WINDOW_DAYS)
    first = hours.max() + pd.Timedelta(hours=1) - (WINDOWS - window) * length
    part_of = pd.Series("train", index=hours.index)
    part_of[hours >= first - length] = "validation"
    part_of[hours >= first] = "test"
    in_time: pd.Series[str] = part_of[hours < first + length]
    return in_time


def winner(outcomes: dict[str, Outcome], task: Task) -> str:
    """The algorithm that is best on the validation part."""
    if task == "regression":
        return min(outcomes, key=lambda name: outcomes[name].validation.rmse)
    return max(outcomes, key=lambda name: outcomes[name].validation.auc)


def main() -> None:
    """Train everything and print the tables."""
    trainings = [
        Training(algorithm, task, split, seed)
        for split in SPLITS
        for task in TASKS
        for seed in SEEDS
        for algorithm in ALGORITHMS
    ]
    trainings += [
        Training(algorithm, "regression", "time", 0, window) for window in range(WINDOWS) for algorithm in ALGORITHMS
    ]
    outcomes = dict(zip(trainings, in_parallel(run, trainings), strict=True))
    tables = [_candidates_table(outcomes), _bars_table(outcomes), _rolling_table(outcomes)]
    sys.stdout.write("\n\n".join("\n".join(table) for table in tables) + "\n")


def _of_seed(outcomes: dict[Training, Outcome], task: Task, split: Split, seed: int) -> dict[str, Outcome]:
    return {name: outcomes[Training(name, task, split, seed)] for name in ALGORITHMS}


def _candidates_table(outcomes: dict[Training, Outcome]) -> list[str]:
    lines = [
        "| split | candidate | validation RMSE | test RMSE | test R2 | validation AUC | test AUC | trees |",
        "|---" * 8 + "|",
    ]
    for split in ("hours", "days", "time"):
        for name in ALGORITHMS:
            regression = [outcomes[Training(name, "regression", split, seed)] for seed in SEEDS]
            classification = [outcomes[Training(name, "classification", split, seed)] for seed in SEEDS]
            values = [
                f"{statistics.mean(outcome.validation.rmse for outcome in regression):.1f}",
                f"{statistics.mean(outcome.test.rmse for outcome in regression):.1f}",
                f"{statistics.mean(outcome.test.r2 for outcome in regression):.3f}",
                f"{statistics.mean(outcome.validation.auc for outcome in classification):.4f}",
                f"{statistics.mean(outcome.test.auc for outcome in classification):.4f}",
                f"{statistics.mean(outcome.trees for outcome in regression):.0f}",
            ]
            lines.append(f"| {split} | {ALGORITHMS[name].title} | {' | '.join(values)} |")
    return lines


def _bars_table(outcomes: dict[Training, Outcome]) -> list[str]:
    lines = ["| split | winner's test part | seeds 0, 1, 2 | mean | bar | |", "|---|---|---|---|---|---|"]
    for bar in BARS:
        winners = []
        for seed in SEEDS:
            candidates = _of_seed(outcomes, bar.task, bar.split, seed)
            winners.append(candidates[winner(candidates, bar.task)])
        values = [getattr(outcome.test, bar.metric) for outcome in winners]
        mean = statistics.mean(values)
        digits = ".1f" if bar.metric == "rmse" else ".4f"
        each = ", ".join(f"{value:{digits}}" for value in values)
        bound = f"{'at most' if bar.metric == 'rmse' else 'at least'} {bar.limit:g}"
        verdict = "reached" if bar.reached(mean) else "**not reached**"
        lines.append(f"| {bar.split} | {bar.metric.upper()} | {each} | {mean:{digits}} | {bound} | {verdict} |")
    return lines


def _rolling_table(outcomes: dict[Training, Outcome]) -> list[str]:
    lines = ["| 30 days from | winner | validation RMSE | test RMSE | test R2 |", "|---|---|---|---|---|"]
    errors = []
    for window in range(WINDOWS):
        candidates = {name: outcomes[Training(name, "regression", "time", 0, window)] for name in ALGORITHMS}
        name = winner(candidates, "regression")
        best = candidates[name]
        part_of = rolling_parts(window)
        first = observations()["datetime"].loc[part_of.index[part_of == "test"]].min()
        errors.append(best.test.rmse)
        lines.append(
            f"| {first:%Y-%m-%d} | {ALGORITHMS[name].title} | {best.validation.rmse:.1f} | {best.test.rmse:.1f} | "
            f"{best.test.r2:.3f} |"
        )
    mean = statistics.mean(errors)
    verdict = "reached" if mean <= ROLLING_BAR else "**not reached**"
    return [*lines, f"| mean | | | {mean:.1f} (bar: at most {ROLLING_BAR}; {verdict}) | |"]


if __name__ == "__main__":
    main()
