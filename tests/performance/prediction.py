"""The cost of a tree in a prediction, by library: the constants that decide ties (``evaluation.candidates``).

``python -m tests.performance.prediction`` trains the regression of the split by days with the pipeline's
hyperparameters and prints processor time per row, of one core and thousands of rows at once, as the evaluation measures
it. ``SEOUL_BIKE_DATA`` names the real file.
"""

from __future__ import annotations

import sys

from evaluation.measures.cost import microseconds_per_row
from pipelines.definition.algorithms import ALGORITHMS
from tests.performance.training import Rows, train
from tests.performance.trials import NANOSECONDS_PER_TREE, Trial


def main() -> None:
    """Print the table."""
    trial = Trial("regression", "days", seed=0)
    rows = trial.material()
    validation = Rows(rows.validation.features, rows.validation.labels)
    sys.stdout.write("| library | trees | µs per row | ns per row and tree | constant |\n|---|---|---|---|---|\n")
    for name, algorithm in ALGORITHMS.items():
        model = train(name, trial.task, rows.training, validation, trial.seed)
        microseconds = microseconds_per_row(model.predict, rows.test.features)
        each = 1000 * microseconds / model.trees
        constant = NANOSECONDS_PER_TREE[name]
        sys.stdout.write(f"| {algorithm.title} | {model.trees} | {microseconds:.1f} | {each:.1f} | {constant:g} |\n")


if __name__ == "__main__":
    main()
