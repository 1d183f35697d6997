"""Objectives of the regression compared: squared error, Poisson, Tweedie, and the squared error of transformed rentals.

``python -m tests.performance.objectives`` prints a table of XGBoost, whose built-in has them all, on the three splits,
mean of seeds 0, 1 and 2, always scored in rentals per hour. A model of the logarithm predicts a mean of logarithms,
which turned back is below the mean of rentals; the bias is taken out by Duan's factor, the mean over the validation
part of what was rented over what was predicted (1983, Journal of the American Statistical Association 78).
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from processing_scripts.seoul_bike.splits import SPLITS, Split
from tests.performance.experiments import SEEDS, Outcome, columns, in_parallel, material, parts, score
from tests.performance.training import Rows, train

Numbers = npt.NDArray[np.float64]


class Objective(NamedTuple):
    """The hyperparameters to optimize, and the transformation of rentals and its inverse."""

    title: str
    hyperparameters: dict[str, Any]
    forth: Callable[[Numbers], Numbers] = np.asarray
    back: Callable[[Numbers], Numbers] = np.asarray
    corrected: bool = False


OBJECTIVES = (
    Objective("squared error", {"objective": "reg:squarederror"}),
    Objective("Poisson", {"objective": "count:poisson"}),
    Objective("Tweedie, power 1.5", {"objective": "reg:tweedie", "tweedie_variance_power": 1.5}),
    Objective("logarithm, back without correction", {}, np.log1p, np.expm1),
    Objective("logarithm, back with Duan's factor", {}, np.log1p, np.expm1, corrected=True),
    Objective("square root, back with Duan's factor", {}, np.sqrt, np.square, corrected=True),
)


class Trial(NamedTuple):
    """A model to train."""

    objective: int
    split: Split
    seed: int


def run(trial: Trial) -> Outcome:
    """Train and score one model."""
    objective = OBJECTIVES[trial.objective]
    rows = material("regression", columns(trial.split, "history"), parts(trial.split, trial.seed))
    training, validation = (Rows(part.features, objective.forth(part.labels)) for part in rows[:2])
    model = train("xgboost", "regression", training, validation, trial.seed, **objective.hyperparameters)
    factor = 1.0
    if objective.corrected:
        factor = rows.validation.labels.mean() / objective.back(model.predict(validation.features)).mean()
    predict = lambda features: factor * objective.back(model.predict(features))  # noqa: E731
    return score("regression", rows, model._replace(predict=predict))


def main() -> None:
    """Train everything and print the table."""
    trials = [Trial(number, split, seed) for number in range(len(OBJECTIVES)) for split in SPLITS for seed in SEEDS]
    outcomes = dict(zip(trials, in_parallel(run, trials), strict=True))
    sys.stdout.write(f"| validation RMSE / test RMSE | {' | '.join(SPLITS)} |\n{'|---' * (1 + len(SPLITS))}|\n")
    for number, objective in enumerate(OBJECTIVES):
        cells = []
        for split in SPLITS:
            seeds = [outcomes[Trial(number, split, seed)] for seed in SEEDS]
            validation = statistics.mean(outcome.validation.rmse for outcome in seeds)
            cells.append(f"{validation:.1f} / {statistics.mean(outcome.test.rmse for outcome in seeds):.1f}")
        sys.stdout.write(f"| {objective.title} | {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
