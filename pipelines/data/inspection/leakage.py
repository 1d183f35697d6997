"""Features that give the target away, found in a sample of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Values = np.ndarray[Any, Any]

FOLDS = 5
LEAST_ROWS = 50
NEARLY_PERFECT = {"regression": 0.995, "binary": 0.998, "multiclass": 0.995}
"""Held-out R2, AUC and balanced accuracy from which a feature is suspicious alone."""
SUM_SHARE = 0.99
"""Share of the rows in which two columns must add up to the target."""
_DEPTH = 8
_EXACT = 1e-6
_LINEAR = 1 - 1e-6


@dataclass(frozen=True)
class Leak:
    """Features that give the target away."""

    names: tuple[str, ...]
    how: str
    """Completes "the target can be read from it: ..."."""


def find_leaks(features: dict[str, Values], target: Values, kind: str) -> list[Leak]:
    """Find features that predict the target nearly perfectly, alone or added up.

    ``features`` are numbers, or objects: the texts of a category. ``target`` contains numbers, or codes of classes.
    """
    import numpy as np

    if len(target) < LEAST_ROWS:
        return []
    leaks = [
        Leak((name,), f"{_METRIC[kind]} {score:.4f} on held-out rows")
        for name, values in features.items()
        if (score := _score_alone(values, target, kind)) >= NEARLY_PERFECT[kind]
    ]
    if kind == "regression":
        alone = {name for leak in leaks for name in leak.names}
        numbers = {
            name: np.nan_to_num(values)
            for name, values in features.items()
            if values.dtype != object and np.ptp(values[~np.isnan(values)]) > 0
        }
        pairs = _sums(numbers, target)
        in_pairs = {name for leak in pairs for name in leak.names}
        leaks = pairs + [leak for leak in leaks if not in_pairs.issuperset(leak.names)]
        rest = {name: values for name, values in numbers.items() if name not in alone | in_pairs}
        leaks += _combination(rest, target)
    return leaks


_METRIC = {"regression": "R2", "binary": "AUC", "multiclass": "balanced accuracy"}


def _score_alone(values: Values, target: Values, kind: str) -> float:
    """Score a tree of limited depth that sees one feature, on rows that it was not fitted to.

    A number may also be read off a curve between the known rows, which is smoother than a tree's steps; rows beyond
    the known ones, where there is no curve, do not count then.
    """
    import numpy as np
    from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score

    folds = np.random.default_rng(42).permutation(len(target)) % FOLDS
    predicted, curve = np.zeros(len(target)), np.full(len(target), np.nan)
    for fold in range(FOLDS):
        held_out = folds == fold
        column = _as_numbers(values, target, ~held_out)
        known, labels = column[~held_out], target[~held_out]
        predicted[held_out] = _tree(known, labels, column[held_out], kind)
        if kind == "regression":
            points, position, counts = np.unique(known, return_inverse=True, return_counts=True)
            heights = np.bincount(position, labels) / counts
            curve[held_out] = np.interp(column[held_out], points, heights, left=np.nan, right=np.nan)
    if kind == "regression":
        on_curve = ~np.isnan(curve)
        return float(max(r2_score(target, predicted), r2_score(target[on_curve], curve[on_curve])))
    if kind == "binary":
        return float(roc_auc_score(target, predicted)) if len(np.unique(target)) == 2 else 0.0
    return float(balanced_accuracy_score(target, predicted))


def _tree(known: Values, labels: Values, asked: Values, kind: str) -> Values:
    """Predict numbers, codes of classes, or the probability of the code 1, from one feature."""
    import numpy as np
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    choices = {"max_depth": _DEPTH, "min_samples_leaf": max(3, len(labels) // 800), "random_state": 42}
    tree = DecisionTreeRegressor(**choices) if kind == "regression" else DecisionTreeClassifier(**choices)
    tree.fit(known[:, None], labels)
    if kind != "binary":
        return np.asarray(tree.predict(asked[:, None]))
    probabilities = tree.predict_proba(asked[:, None])
    return np.asarray(probabilities[:, list(tree.classes_).index(1)] if 1 in tree.classes_ else np.zeros(len(asked)))


def _as_numbers(values: Values, target: Values, fitted: Values) -> Values:
    """Return numbers: missing ones below all others, categories by the mean of the target in the fitted rows."""
    import numpy as np
    import pandas as pd

    if values.dtype != object:
        known = values[~np.isnan(values)]
        return np.where(np.isnan(values), (known.min() if len(known) else 0.0) - 1.0, values)
    codes, levels = pd.factorize(values)
    sums = np.bincount(codes[fitted] + 1, target[fitted], minlength=len(levels) + 1)
    counts = np.bincount(codes[fitted] + 1, minlength=len(levels) + 1)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), target[fitted].mean())
    return np.asarray(means[codes + 1])


def _sums(numbers: dict[str, Values], target: Values) -> list[Leak]:
    """Find pairs of columns whose sum or difference is the target."""
    import numpy as np

    scale = _EXACT * max(float(np.abs(target).max()), 1e-300)
    found = []
    for (one, first), (other, second) in combinations(numbers.items(), 2):
        for sign, word in ((1.0, "+"), (-1.0, "-"), (None, "-")):
            left, right = (one, other) if sign is not None else (other, one)
            value = first + sign * second if sign is not None else second - first
            if (np.abs(value - target) <= scale).mean() >= SUM_SHARE:
                found.append(Leak((one, other), f"{left} {word} {right} is the target"))
    return found


def _combination(numbers: dict[str, Values], target: Values) -> list[Leak]:
    """Find columns that add up to the target, each times a factor."""
    import numpy as np

    names: Sequence[str] = [*numbers]
    if len(names) < 2 or len(target) < 5 * len(names):
        return []
    matrix = np.column_stack([*numbers.values()])
    matrix = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    centred = target - target.mean()
    fitted = np.arange(len(target)) % 2 == 0
    factors = np.linalg.lstsq(matrix[fitted], centred[fitted], rcond=1e-8)[0]
    residual = centred[~fitted] - matrix[~fitted] @ factors
    if 1 - residual.var() / max(centred.var(), 1e-300) < _LINEAR:
        return []
    used = tuple(name for name, factor in zip(names, factors, strict=True) if abs(factor) > 1e-3 * centred.std())
    return [Leak(used, f"{' and '.join(used)} add up to the target, each times a constant")] if len(used) > 1 else []
