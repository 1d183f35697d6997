"""Significance of differences between candidates: a paired bootstrap over whole days.

The hours of a day are correlated, so the bootstrap draws whole days; drawing hours would make intervals too narrow.
Every candidate is measured on the same samples, so that days which are hard for all of them cancel out of the
difference.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.inputs import Numbers, Part
from evaluation.ranking.selection import Ranking

BETTER, NO_DIFFERENCE = "better", "no significant difference"
SAMPLES, LEVEL = 2000, 0.95


def resampled_metric(ranking: Ranking, part: Part, predictions: Mapping[str, Numbers], seed: int) -> dict[str, Numbers]:
    """Return the ranking metric of each set of predictions on the same bootstrap samples of days.

    Predictions are of shape (rows,), the results of shape (`SAMPLES`,); NaN where a sample lacks a class.
    """
    days, drawn = part.days, draw_days(part, seed)
    measure = _rmse_of_samples if ranking.metric == "rmse" else _auc_of_samples
    return {name: measure(part.labels, predicted, days, drawn) for name, predicted in predictions.items()}


def draw_days(part: Part, seed: int) -> Numbers:
    """Return how often each sample contains each day, of shape (`SAMPLES`, days)."""
    number = int(part.days.max()) + 1
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
    several_days = bool(part.days.any())
    return [
        _pair(ranking, first, second, measured, samples[first] - samples[second], several_days=several_days)
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
    several_days: bool,
) -> dict[str, Any]:
    low, high = interval(differences)
    significant = several_days and (low > 0 or high < 0)  # with a single day, all samples are the same
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


def _rmse_of_samples(actual: Numbers, predicted: Numbers, days: npt.NDArray[np.intp], drawn: Numbers) -> Numbers:
    squares = np.bincount(days, (actual - predicted) ** 2)
    return np.asarray(np.sqrt(drawn @ squares / (drawn @ np.bincount(days))))


def _auc_of_samples(actual: Numbers, predicted: Numbers, days: npt.NDArray[np.intp], drawn: Numbers) -> Numbers:
    """Return the AUC of each sample of days, without sorting each sample."""
    # The AUC is the share of (positive, negative) pairs in which the positive has the higher score. wins[i, j] counts
    # them for the positives of day i and the negatives of day j (ties count half). A sample that contains day i n_i
    # times has sum(n_i * wins[i, j] * n_j) of them, so one matrix serves all samples.
    positive, number = actual == 1, drawn.shape[1]
    scores, day_of_score = predicted[positive], days[positive]
    wins = np.zeros((number, number))
    for day in np.unique(days[~positive]):
        negatives = np.sort(predicted[~positive & (days == day)])
        below = np.searchsorted(negatives, scores, "left") + np.searchsorted(negatives, scores, "right")
        wins[:, day] = np.bincount(day_of_score, below / 2, minlength=number)
    positives = np.bincount(day_of_score, minlength=number)
    negatives_of_day = np.bincount(days[~positive], minlength=number)
    pairs = (drawn @ positives) * (drawn @ negatives_of_day)
    in_order = np.einsum("ij,ij->i", drawn @ wins, drawn)
    return np.asarray(np.divide(in_order, pairs, out=np.full(len(drawn), np.nan), where=pairs > 0))
