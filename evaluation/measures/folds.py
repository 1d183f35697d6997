"""Candidates on folds: each one's settings trained again, K times, on the rows of the training and validation sets.

One validation set of few units ranks close candidates partly by chance. Here every row is held out once, in whole units
of the split, such as days. As in the training jobs, the rows that are held out end the training.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.candidates import Model
from evaluation.errors import InputError
from evaluation.inputs import Numbers, Part, PartName
from evaluation.measures.metrics import measure
from evaluation.rules import apply_rules
from evaluation.schema import Schema, Task


@dataclass(frozen=True)
class Folds:
    """The candidates on all folds."""

    part: Part
    """The rows of the training and validation sets."""
    predictions: Mapping[str, Numbers]
    """By candidate, for those rows: each predicted by the model that it was held out of."""
    values: Mapping[str, list[float]]
    """By candidate, the metric of each fold."""

    @property
    def number(self) -> int:
        """How many folds there are."""
        return len(next(iter(self.values.values())))

    @property
    def means(self) -> dict[str, float]:
        """The mean of the folds by candidate; NaN where no fold has the metric."""
        return {
            name: float(np.nanmean(values)) if np.isfinite(values).any() else np.nan
            for name, values in self.values.items()
        }

    def as_json(self) -> dict[str, Any]:
        """Return ``number`` and by candidate the ``mean`` and the ``values``."""
        means = self.means
        return {
            "number": self.number,
            "candidates": {name: {"mean": means[name], "values": values} for name, values in self.values.items()},
        }


def train_on_folds(
    task: Task,
    models: Mapping[str, Model],
    settings: Mapping[str, Mapping[str, str]],
    parts: Mapping[PartName, Part],
    schema: Schema,
    *,
    number: int,
    seed: int,
) -> Folds:
    """Train every candidate on ``number`` folds.

    Raises `InputError` if the hyperparameters of a candidate are not known, or there are fewer units than folds.

    Parameters
    ----------
    settings
        The hyperparameters of the training jobs.
    parts
        Of a large training set, this is its sample.
    """
    for name in models:
        if not settings.get(name):
            raise InputError(
                f"The hyperparameters of {name} cannot be read from its training job, so it cannot be trained on "
                "folds; let the job reach SageMaker's API, or use --folds 1."
            )
    both = _both(parts)
    units = int(both.units.max()) + 1
    if units < number:
        what = both.unit or "row"
        raise InputError(f"--folds is {number}, but training and validation set have {units} units ({what}) only.")
    fold_of = (np.random.default_rng(seed).permutation(units) % number)[both.units]
    width = (len(task.classes),) if task.kind == "multiclass" else ()
    predictions, values = {}, {}
    for name, model in models.items():
        predicted = np.empty((len(both.labels), *width))
        for fold in range(number):
            held = fold_of == fold
            learned, stopped = ((both.features[at], both.labels[at]) for at in (~held, held))
            predict = model.train(settings[name], learned, stopped)
            part = Part(both.features[held], both.labels[held], both.keys[held])
            predicted[held] = apply_rules(task, predict(part.features), part, schema)
        predictions[name] = predicted
        values[name] = [
            measure(task, both.labels[fold_of == fold], predicted[fold_of == fold])[task.metric]
            for fold in range(number)
        ]
    return Folds(both, predictions, values)


def _both(parts: Mapping[PartName, Part]) -> Part:
    """Return the rows of the training and validation sets as one."""
    both = [parts[name] for name in ("train", "validation")]
    keys = [part.keys[[part.unit] if part.unit else []] for part in both]
    features, labels = (np.concatenate([getattr(part, what) for part in both]) for what in ("features", "labels"))
    return Part(features, labels, pd.concat(keys, ignore_index=True), both[0].unit)
