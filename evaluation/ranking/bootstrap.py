"""Which candidate is better, and whether one could rely on it: paired bootstrap over whole days.

The hours of a day share its weather and its mood, so whole days are drawn, with replacement, and always the same ones
for every candidate: what all of them find hard cancels out of their difference.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.inputs import Numbers, Part
from evaluation.ranking.selection import Ranking

BETTER, NO_DIFFERENCE = "better", "no difference you could rely on"
SAMPLES, LEVEL = 2000, 0.95


def resampled_metric(ranking: Ranking, part: Part, predictions: Mapping[str, Numbers], seed: int) -> dict[str, Numbers]:
    """The ranking metric of each set of predictions, on the same `SAMPLES` samples of the part's days.

    Parameters
    ----------
    ranking
        Says which metric: ``rmse`` or ``auc``.
    part
        Its labels and days.
    predictions
        By name, of shape (rows,).
    seed
        Of the samples.

    Returns
    -------
    By name, of shape (`SAMPLES`,); NaN where a sample has not both classes.
    """
    days, drawn = part.days, draw_days(part, seed)
    measure = _rmse_of_samples if ranking.metric == "rmse" else _auc_of_samples
    return {name: measure(part.labels, predicted, days, drawn) for name, predicted in predictions.items()}


def draw_days(part: Part, seed: int) -> Numbers:
    """How often each day of a part is in each sample, of shape (`SAMPLES`, days)."""
    number = int(part.days.max()) + 1
    return np.random.default_rng(seed).multinomial(number, np.full(number, 1 / number), size=SAMPLES).astype(float)


def interval(values: Numbers) -> list[float]:
    """The interval that holds `LEVEL` of the values, as much of the rest on either side; NaN if it does not exist."""
    known = values[np.isfinite(values)]
    if not len(known):
        return [np.nan, np.nan]
    outside = (1 - LEVEL) / 2
    return [float(bound) for bound in np.quantile(known, (outside, 1 - outside))]


def compare_pairs(
    ranking: Ranking, measured: Mapping[str, Mapping[str, float]], samples: Mapping[str, Numbers], days: int
) -> list[dict[str, Any]]:
    """Compare every pair of candidates on one part.

    Parameters
    ----------
    ranking
        Which metric, and which end of it is better.
    measured
        The metrics of the whole part, by candidate.
    samples
        What `resampled_metric` gave, by candidate.
    days
        How many days the part has; of one day nothing can be said.

    Returns
    -------
    ``first``, ``second``, ``metric``, ``difference`` (the first's minus the second's), its 95 % ``interval``, the
    ``verdict`` (`BETTER` or `NO_DIFFERENCE`) and ``better``, the name of the better one or an empty text.
    """
    return [
        _pair(ranking, first, second, measured, samples[first] - samples[second], days)
        for first, second in itertools.combinations(measured, 2)
    ]


def equals_of(name: str, pairs: list[dict[str, Any]]) -> list[str]:
    """The candidates from which one could not reliably tell this one."""
    undecided = [pair for pair in pairs if pair["verdict"] == NO_DIFFERENCE and name in (pair["first"], pair["second"])]
    return [pair["second"] if pair["first"] == name else pair["first"] for pair in undecided]


def _pair(
    ranking: Ranking,
    first: str,
    second: str,
    measured: Mapping[str, Mapping[str, float]],
    differences: Numbers,
    days: int,
) -> dict[str, Any]:
    low, high = interval(differences)
    reliable = days > 1 and (low > 0 or high < 0)
    first_is_better = (high < 0) == ranking.lower_is_better
    return {
        "first": first,
        "second": second,
        "metric": ranking.metric,
        "difference": measured[first][ranking.metric] - measured[second][ranking.metric],
        "interval": [low, high],
        "verdict": BETTER if reliable else NO_DIFFERENCE,
        "better": (first if first_is_better else second) if reliable else "",
    }


def _rmse_of_samples(actual: Numbers, predicted: Numbers, days: npt.NDArray[np.intp], drawn: Numbers) -> Numbers:
    squares = np.bincount(days, (actual - predicted) ** 2)
    return np.asarray(np.sqrt(drawn @ squares / (drawn @ np.bincount(days))))


def _auc_of_samples(actual: Numbers, predicted: Numbers, days: npt.NDArray[np.intp], drawn: Numbers) -> Numbers:
    """The area under the curve is the share of pairs, one of each class, that are in order; pairs add up by their days.

    ``wins[i, j]`` counts those of positives of day i and negatives of day j, so that a sample is a sum over it.
    """
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
