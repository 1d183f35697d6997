"""Which candidate is the best: a function of what the candidates are and of the validation part, of nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.errors import CandidateError

_TWICE = 2


@dataclass(frozen=True)
class Ranking:
    """By which metric candidates are ranked.

    Attributes
    ----------
    metric
        Its name.
    lower_is_better
        Which end of it is the better one.
    tolerance
        The share of the metric up to which a difference is too small to matter.
    """

    metric: str
    lower_is_better: bool
    tolerance: float


RANKINGS = {
    "regression": Ranking("rmse", lower_is_better=True, tolerance=0.01),
    "classification": Ranking("auc", lower_is_better=False, tolerance=0.001),
}


def rank(validation: Mapping[str, float], ranking: Ranking) -> list[str]:
    """Names of candidates, the best first, by their metric on the validation part; of equals, in the given order.

    Raises
    ------
    CandidateError
        When no candidate has the metric.
    """
    known = [name for name, value in validation.items() if not math.isnan(value)]
    if not known:
        raise CandidateError(
            f"No candidate has the metric {ranking.metric} on the validation part; it needs rows of both classes."
        )
    return sorted(known, key=validation.__getitem__, reverse=not ranking.lower_is_better)


def best_candidate(
    validation: Mapping[str, float], undecided: Sequence[str], microseconds: Mapping[str, float], ranking: Ranking
) -> str:
    """The candidate that ranks first, or one that is as good and predicts at least twice as fast.

    As good is one whose difference to the first is both unreliable and small. Either alone would not do: few days
    leave large differences unreliable, and many make small ones reliable.

    Parameters
    ----------
    validation
        The metric on the validation part, by candidate.
    undecided
        The candidates that one cannot reliably tell from the first.
    microseconds
        Per prediction, by candidate. They must not be measured, lest the same input have another winner.
    ranking
        Says what is better, and what is small.

    Raises
    ------
    CandidateError
        When no candidate has the metric.
    """
    first, *others = rank(validation, ranking)
    small = ranking.tolerance * abs(validation[first])
    as_good = [name for name in others if name in undecided and abs(validation[name] - validation[first]) <= small]
    fastest = min((first, *as_good), key=microseconds.__getitem__)
    return fastest if microseconds[first] >= _TWICE * microseconds[fastest] else first
