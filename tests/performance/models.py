"""How good the models are: the bars, of all candidates with the pipeline's own features and hyperparameters.

``make benchmark-models`` trains XGBoost, LightGBM and CatBoost on every split with seeds 0, 1 and 2 and on six rolling
windows, applies the evaluation's own rule for the winner on the validation set, and prints what the winner scores on
the test set, with 95 % intervals over days. ``SEOUL_BIKE_DATA`` names the real file; two processors take four minutes.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from evaluation.ranking.bootstrap import interval, resampled_metric
from evaluation.ranking.selection import RANKINGS
from pipelines.definition.algorithms import ALGORITHMS
from pipelines.settings.fields import Task
from processing_scripts.seoul_bike.splits import SPLITS, Split
from tests.performance.experiments import SEEDS, Outcome, in_parallel
from tests.performance.trials import METRICS, WINDOWS, Outcomes, Training, Trial, run, window_begin, winner

MANY_SEEDS = range(12)


class Bar(NamedTuple):
    """The scores that the winner must reach on the test set, as the mean of the seeds."""

    split: Split
    metric: str
    limit: float

    @property
    def task(self) -> Task:
        """Whose winner it is about."""
        return "classification" if self.metric == "auc" else "regression"

    def reached(self, value: float) -> str:
        """Whether a value is as good as the bar or better, in words."""
        return "reached" if (value <= self.limit if self.metric == "rmse" else value >= self.limit) else "**missed**"


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
ROLLING_BAR = Bar("time", "rmse", 224)


def main() -> None:
    """Train everything and print the tables."""
    trials = [Trial(task, split, seed) for split in SPLITS for task in METRICS for seed in SEEDS]
    trials += [Trial("regression", "time", seed, window) for window in range(WINDOWS) for seed in SEEDS]
    trials += [Trial("regression", "time", 0, window, month_held_out=True) for window in range(WINDOWS)]
    trainings = [Training(trial, algorithm) for trial in trials for algorithm in ALGORITHMS]
    trainings += [Training(Trial(task, "days", seed), "lightgbm") for task in METRICS for seed in MANY_SEEDS]
    wanted = list(dict.fromkeys(trainings))
    outcomes = dict(zip(wanted, in_parallel(run, wanted), strict=True))
    winners = {trial: winner(trial, outcomes) for trial in trials}
    tables = [
        _candidates_table(outcomes),
        _bars_table(outcomes, winners),
        _rolling_table(outcomes, winners),
        _luck_table(outcomes),
    ]
    sys.stdout.write("\n\n".join("\n".join(table) for table in tables) + "\n")


def _candidates_table(outcomes: Outcomes) -> list[str]:
    titles = ["split", "candidate", "validation RMSE", "test RMSE", "test R2", "trees", "seconds"]
    titles += ["validation AUC", "test AUC", "trees", "seconds"]
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for split in SPLITS:
        for name in ALGORITHMS:
            regression, classification = (
                [outcomes[Training(Trial(task, split, seed), name)] for seed in SEEDS] for task in METRICS
            )
            values = [
                f"{statistics.mean(outcome.validation.rmse for outcome in regression):.1f}",
                f"{statistics.mean(outcome.test.rmse for outcome in regression):.1f}",
                f"{statistics.mean(outcome.test.r2 for outcome in regression):.3f}",
                *_effort(regression),
                f"{statistics.mean(outcome.validation.auc for outcome in classification):.4f}",
                f"{statistics.mean(outcome.test.auc for outcome in classification):.4f}",
                *_effort(classification),
            ]
            lines.append(f"| {split} | {ALGORITHMS[name].title} | {' | '.join(values)} |")
    return lines


def _effort(outcomes: list[Outcome]) -> list[str]:
    """Trees and processor seconds."""
    trees = statistics.mean(outcome.trees for outcome in outcomes)
    return [f"{trees:.0f}", f"{statistics.mean(outcome.seconds for outcome in outcomes):.1f}"]


def _bars_table(outcomes: Outcomes, winners: Mapping[Trial, str]) -> list[str]:
    lines = [
        "| split | test metric of the selected model | seeds 0, 1, 2 | selected | mean | 95 % interval | goal | |",
        "|---" * 8 + "|",
    ]
    for bar in BARS:
        trials = [Trial(bar.task, bar.split, seed) for seed in SEEDS]
        values = [getattr(outcomes[Training(trial, winners[trial])].test, bar.metric) for trial in trials]
        mean = statistics.mean(values)
        digits = ".1f" if bar.metric == "rmse" else ".4f"
        each = ", ".join(f"{value:{digits}}" for value in values)
        names = ", ".join(ALGORITHMS[winners[trial]].title for trial in trials)
        bound = f"{'at most' if bar.metric == 'rmse' else 'at least'} {bar.limit:g}"
        between = "" if bar.metric == "r2" else _interval_of_mean(trials, outcomes, winners, digits)
        lines.append(
            f"| {bar.split} | {bar.metric.upper()} | {each} | {names} | {mean:{digits}} | {between} | {bound} | "
            f"{bar.reached(mean)} |"
        )
    return lines


def _interval_of_mean(trials: list[Trial], outcomes: Outcomes, winners: Mapping[Trial, str], digits: str) -> str:
    """Where the mean of the seeds would lie, had other days been drawn."""
    samples = []
    for trial in trials:
        test = trial.material().test
        predicted = {"winner": outcomes[Training(trial, winners[trial])].test_predicted}
        samples.append(resampled_metric(RANKINGS[METRICS[trial.task]], test, predicted, trial.seed)["winner"])
    low, high = interval(np.mean(samples, axis=0))
    return f"{low:{digits}} to {high:{digits}}"


def _rolling_table(outcomes: Outcomes, winners: Mapping[Trial, str]) -> list[str]:
    lines = [
        "| 30 days from | selected | validation RMSE | test RMSE | test R2 | test RMSE, month before held out |",
        "|---" * 6 + "|",
    ]
    errors, held_out = [], []
    for window in range(WINDOWS):
        trials = [Trial("regression", "time", seed, window) for seed in SEEDS]
        found = [outcomes[Training(trial, winners[trial])] for trial in trials]
        names = ", ".join(ALGORITHMS[winners[trial]].title for trial in trials)
        other = Trial("regression", "time", 0, window, month_held_out=True)
        errors.append(statistics.mean(outcome.test.rmse for outcome in found))
        held_out.append(outcomes[Training(other, winners[other])].test.rmse)
        validation = statistics.mean(outcome.validation.rmse for outcome in found)
        r2 = statistics.mean(outcome.test.r2 for outcome in found)
        lines.append(
            f"| {window_begin(window):%Y-%m-%d} | {names} | {validation:.1f} | {errors[-1]:.1f} | {r2:.3f} | "
            f"{held_out[-1]:.1f} |"
        )
    mean = statistics.mean(errors)
    verdict = f"goal: at most {ROLLING_BAR.limit:g}; {ROLLING_BAR.reached(mean)}"
    return [*lines, f"| mean | | | {mean:.1f} ({verdict}) | | {statistics.mean(held_out):.1f} |"]


def _luck_table(outcomes: Outcomes) -> list[str]:
    """How much the days that happen to be drawn decide: LightGBM on the split by days with many seeds."""
    lines = [f"| LightGBM, days, {len(MANY_SEEDS)} seeds | mean | min | max |", "|---" * 4 + "|"]
    for task, metric, digits in (
        ("regression", "rmse", ".1f"),
        ("regression", "r2", ".4f"),
        ("classification", "auc", ".4f"),
    ):
        values = [
            getattr(outcomes[Training(Trial(task, "days", seed), "lightgbm")].test, metric) for seed in MANY_SEEDS
        ]
        lines.append(
            f"| test {metric.upper()} | {statistics.mean(values):{digits}} | {min(values):{digits}} | "
            f"{max(values):{digits}} |"
        )
    return lines


if __name__ == "__main__":
    main()
