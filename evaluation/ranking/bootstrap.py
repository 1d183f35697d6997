"""Significance of differences between candidates: a paired bootstrap over whole units of rows.

Rows of a unit, such as the hours of a day, are correlated, so the bootstrap draws whole units (`Part.units`); drawing
rows would make intervals too narrow. Every candidate is measured on the same samples, so that units which are hard for
all of them cancel out of the difference.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from evaluation.inputs import Numbers, Part
from evaluation.ranking.selection import Ranking

BETTER, NO_DIFFERENCE = "better", "no significant difference"
SAMPLES, LEVEL = 2000, 0.95
_MOST_CELLS, _BINS = 2**20, 512
"""Units times distinct scores up to which the AUC of samples is exact, and bins of scores beyond."""

_Units = npt.NDArray[np.intp]


def resampled_metric(ranking: Ranking, part: Part, predictions: Mapping[str, Numbers], seed: int) -> dict[str, Numbers]:
    """Return the ranking metric of each set of predictions on the same bootstrap samples of units.

    Predictions are as in `evaluation.inputs.Predictions`, the results of shape (`SAMPLES`,); NaN where a sample lacks
    a class.
    """
    units, drawn = part.units, draw_units(part, seed)
    measure = _OF_SAMPLES[ranking.metric]
    return {name: measure(part.labels, predicted, units, drawn) for name, predicted in predictions.items()}


def draw_units(part: Part, seed: int) -> Numbers:
    """Return how often each sample contains each unit, of shape (`SAMPLES`, units)."""
    number = int(part.units.max()) + 1
    return np.random.default_rng(seed).multinomial(number, np.full(number, 1 / number), size=SAMPLES).astype(float)


def interval(values: Numbers) -> list[float]:
    """Return the central interval that contains `LEVEL` of the values; NaN if all are NaN."""
    known = values[np.isfinite(values)]
    if not len(known):
        return [np.nan, np.nan]
    outside = (1 - LEVEL) / 2
    return [float(bound) for bound in np.quantile(known, (outside, 1 - outside))]


def compare_pairs(
    ranking: Ranking,
    part: Part,
    predictions: Mapping[str, Numbers],
    measured: Mapping[str, Mapping[str, float]],
    seed: int,
) -> list[dict[str, Any]]:
    """Compare every pair of candidates on one set, given their metrics on the whole of it.

    Returns
    -------
    ``first``, ``second``, ``metric``, ``difference`` (first minus second), its 95 % ``interval``, the ``verdict``
    (`BETTER` if the interval does not contain 0, else `NO_DIFFERENCE`) and ``better``, a name or an empty string.
    """
    samples = resampled_metric(ranking, part, predictions, seed)
    several = bool(part.units.any())
    return [
        _pair(ranking, first, second, measured, samples[first] - samples[second], several=several)
        for first, second in itertools.combinations(predictions, 2)
    ]


def not_significantly_different(name: str, pairs: list[dict[str, Any]]) -> list[str]:
    """Return the candidates without a significant difference to this one."""
    undecided = [pair for pair in pairs if pair["verdict"] == NO_DIFFERENCE and name in (pair["first"], pair["second"])]
    return [pair["second"] if pair["first"] == name else pair["first"] for pair in undecided]


def _pair(
    ranking: Ranking,
    first: str,
    second: str,
    measured: Mapping[str, Mapping[str, float]],
    differences: Numbers,
    *,
    several: bool,
) -> dict[str, Any]:
    low, high = interval(differences)
    significant = several and (low > 0 or high < 0)  # with a single unit, all samples are the same
    first_is_better = (high < 0) == ranking.lower_is_better
    return {
        "first": first,
        "second": second,
        "metric": ranking.metric,
        "difference": measured[first][ranking.metric] - measured[second][ranking.metric],
        "interval": [low, high],
        "verdict": BETTER if significant else NO_DIFFERENCE,
        "better": (first if first_is_better else second) if significant else "",
    }


def log_losses(actual: Numbers, probability: Numbers) -> Numbers:
    """Return the log loss of each row, as scikit-learn clips it; ``actual`` are codes of classes."""
    columns = np.column_stack([1 - probability, probability]) if probability.ndim == 1 else probability
    smallest = np.finfo(np.float64).eps
    return np.asarray(-np.log(np.clip(columns[np.arange(len(actual)), actual.astype(int)], smallest, 1 - smallest)))


def _mean_of_samples(losses: Numbers, units: _Units, drawn: Numbers) -> Numbers:
    return np.asarray(drawn @ np.bincount(units, losses) / (drawn @ np.bincount(units)))


def _auc_of_samples(actual: Numbers, predicted: Numbers, units: _Units, drawn: Numbers) -> Numbers:
    """Return the AUC of each sample of units, without sorting each sample."""
    # The AUC is the share of (positive, negative) pairs in which the positive has the higher score; ties count half.
    # From the histograms of the units' scores, by class, a product of matrices makes those of all samples. Every number
    # is a multiple of a half, so there are no rounding errors.
    positive, number = actual == 1, drawn.shape[1]
    scores, places = np.unique(predicted, return_inverse=True)
    exact = len(scores) * number <= _MOST_CELLS
    if not exact:  # bins of as many rows each
        ordered = np.sort(predicted)
        places = np.searchsorted(ordered, predicted) * _BINS // len(ordered)
    bins = int(places.max()) + 1

    def of_samples(rows: npt.NDArray[np.bool_]) -> Numbers:
        counts = np.bincount(units[rows] * bins + places[rows], minlength=number * bins).reshape(number, bins)
        return np.vstack([drawn, np.ones(number)]) @ counts

    positives, negatives = of_samples(positive), of_samples(~positive)
    in_order = np.einsum("ij,ij->i", positives, np.cumsum(negatives, axis=1) - negatives / 2)
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    values = np.divide(in_order, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    if not exact and pairs[-1]:  # the last "sample" is the whole set, where the effect of the bins is known
        values += roc_auc_score(actual, predicted) - values[-1]
    return np.asarray(values[:-1])


_OF_SAMPLES: Mapping[str, Callable[[Numbers, Numbers, _Units, Numbers], Numbers]] = {
    "rmse": lambda actual, predicted, *sample: np.sqrt(_mean_of_samples((actual - predicted) ** 2, *sample)),
    "mae": lambda actual, predicted, *sample: _mean_of_samples(np.abs(actual - predicted), *sample),
    "log_loss": lambda actual, predicted, *sample: _mean_of_samples(log_losses(actual, predicted), *sample),
    "auc": _auc_of_samples,
}
