"""Whether folds choose better than the validation set: ``python -m tests.performance.folds``, half an hour.

It needs the published file in SEOUL_BIKE_DATA. Of ten seeds of the split by days, each with its own sets, the candidate
that each way chooses is compared with the one that is best on the test set, which nobody can know.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import NamedTuple

from evaluation.inputs import Part, PartName
from evaluation.ranking.selection import RANKINGS, rank
from evaluation.schema import Task
from pipelines.definition.algorithms import ALGORITHMS
from pipelines.settings.fields import Settings
from tests.performance.experiments import in_parallel
from tests.performance.training import on_folds
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
    learned = Part(made.training.features, made.training.labels, made.training_days, "day")
    measured = Task("regression", "regression", METRIC, minimum=0)
    sets: dict[PartName, Part] = {"train": learned, "validation": made.validation}
    return on_folds(Settings().table.task("regression"), measured, sets, number, trial.seed).means


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
