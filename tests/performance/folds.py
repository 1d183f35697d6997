"""Whether folds choose better than the validation set: ``python -m tests.performance.folds``, half an hour.

It needs the published file in SEOUL_BIKE_DATA. Of ten seeds of the split by days, each with its own sets, the candidate
that each way chooses is compared with the one that is best on the test set, which nobody can know.
"""

from __future__ import annotations

import statistics
import sys
import time
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

from evaluation.inputs import Part
from evaluation.measures.folds import train_on_folds
from evaluation.ranking.selection import RANKINGS, rank
from evaluation.schema import Task
from pipelines.definition.algorithms import ALGORITHMS
from tests.performance.experiments import in_parallel
from tests.performance.training import Predict, Rows, train
from tests.performance.trials import Training, Trial, run

SEEDS, FOLDS = range(10), (3, 5)
METRIC = "rmse"


class Chosen(NamedTuple):
    """By seed, the test metric of the candidates, and what each way chooses."""

    test: dict[str, float]
    by_validation: str
    by_folds: dict[int, str]
    seconds: dict[int, float]
    """Processor seconds of all candidates on folds, by their number."""


def choose(seed: int) -> Chosen:
    """Train all candidates on one split, and on its folds."""
    trial = Trial("regression", "days", seed)
    outcomes = {name: run(Training(trial, name)) for name in ALGORITHMS}
    validation = {name: outcome.validation.rmse for name, outcome in outcomes.items()}
    by_folds, seconds = {}, {}
    for number in FOLDS:
        began = time.process_time()
        by_folds[number] = rank(_means(trial, number), RANKINGS[METRIC])[0]
        seconds[number] = time.process_time() - began
    test = {name: outcome.test.rmse for name, outcome in outcomes.items()}
    return Chosen(test, rank(validation, RANKINGS[METRIC])[0], by_folds, seconds)


def _means(trial: Trial, number: int) -> dict[str, float]:
    made = trial.material()
    models: Any = {name: SimpleNamespace(train=partial(_train, name, trial.seed)) for name in ALGORITHMS}
    learned = Part(made.training.features, made.training.labels, made.training_days, "day")
    schema: Any = SimpleNamespace(rules=[])
    task = Task("regression", "regression", METRIC, minimum=0)
    known = {name: {"hyperparameters": "the pipeline's"} for name in ALGORITHMS}
    sets = {"train": learned, "validation": made.validation}
    return train_on_folds(task, models, known, sets, schema, number=number, seed=trial.seed).means


def _train(name: str, seed: int, _: Any, learned: Any, stopped: Any) -> Predict:
    return train(name, "regression", Rows(*learned), Rows(*stopped), seed).predict


def main() -> None:
    """Measure, and print a table."""
    chosen = in_parallel(choose, list(SEEDS))
    ways = {"validation set": [one.by_validation for one in chosen]}
    ways |= {f"{number} folds": [one.by_folds[number] for one in chosen] for number in FOLDS}
    ways |= {name: [name] * len(chosen) for name in ALGORITHMS}
    columns = ("chosen by", "test RMSE, mean of seeds", "above the best", "best in", "processor seconds")
    sys.stdout.write(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n")
    for way, names in ways.items():
        values = [one.test[name] for one, name in zip(chosen, names, strict=True)]
        above = statistics.mean(value - min(one.test.values()) for one, value in zip(chosen, values, strict=True))
        hits = sum(value == min(one.test.values()) for one, value in zip(chosen, values, strict=True))
        number = int(way.split()[0]) if way.endswith("folds") else None
        effort = f"{statistics.mean(one.seconds[number] for one in chosen):.0f}" if number else ""
        sys.stdout.write(
            f"| {way} | {statistics.mean(values):.1f} | {above:.1f} | {hits} of {len(chosen)} | {effort} |\n"
        )


if __name__ == "__main__":
    main()
