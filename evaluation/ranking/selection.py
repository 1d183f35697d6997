"""Selection of a candidate, from the candidates and the validation set alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.errors import CandidateError

_MIN_SPEEDUP = 2
"""How many times as fast a candidate must be to replace an equally good one."""


@dataclass(frozen=True)
class Ranking:
    """The metric that ranks candidates."""

    metric: str
    lower_is_better: bool
    tolerance: float
    """Share of the metric up to which a difference is negligible."""


RANKINGS = {
    "rmse": Ranking("rmse", lower_is_better=True, tolerance=0.01),
    "mae": Ranking("mae", lower_is_better=True, tolerance=0.01),
    "auc": Ranking("auc", lower_is_better=False, tolerance=0.001),
    "log_loss": Ranking("log_loss", lower_is_better=True, tolerance=0.01),
}
"""By the metric of a task."""


def rank(validation: Mapping[str, float], ranking: Ranking) -> list[str]:
    """Sort candidates by their metric on the validation set, best first; ties keep the given order.

    Raises `CandidateError` if no candidate has the metric.
    """
    known = [name for name, value in validation.items() if not math.isnan(value)]
    if not known:
        raise CandidateError(
            f"No candidate has the metric {ranking.metric} on the validation set; it needs rows of several classes."
        )
    return sorted(known, key=validation.__getitem__, reverse=not ranking.lower_is_better)


def best_candidate(
    validation: Mapping[str, float], undecided: Sequence[str], microseconds: Mapping[str, float], ranking: Ranking
) -> str:
    """Select the candidate that ranks first, or an equally good one that predicts at least twice as fast.

    Equally good means that the difference to the first is neither significant nor larger than the tolerance. Both are
    necessary: with few rows, large differences are not significant; with many rows, negligible ones are.

    Raises `CandidateError` if no candidate has the metric.

    Parameters
    ----------
    validation
        The metric on the validation set, by candidate.
    undecided
        Candidates without a significant difference to the first.
    microseconds
        Per prediction, by candidate; not measured times, because the same input must select the same candidate.
    """
    first, *others = rank(validation, ranking)
    small = ranking.tolerance * abs(validation[first])
    equally_good = [name for name in others if name in undecided and abs(validation[name] - validation[first]) <= small]
    fastest = min((first, *equally_good), key=microseconds.__getitem__)
    return fastest if microseconds[first] >= _MIN_SPEEDUP * microseconds[fastest] else first
