"""Which candidate is the best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.errors import CandidateError

_TWICE = 2


@dataclass(frozen=True)
class Ranking:
    """By which metric candidates are ranked, and which end of it is the better one."""

    metric: str
    lower_is_better: bool


RANKINGS = {
    "regression": Ranking("rmse", lower_is_better=True),
    "classification": Ranking("auc", lower_is_better=False),
}


def best_candidate(validation: Mapping[str, Mapping[str, float]], ranking: Ranking) -> str:
    """The name of the best candidate by its metrics on the validation part; of equals, the one named first.

    Raises
    ------
    CandidateError
        When no candidate has the metric.
    """
    values = {name: measured[ranking.metric] for name, measured in validation.items()}
    known = {name: value for name, value in values.items() if not math.isnan(value)}
    if not known:
        raise CandidateError(
            f"No candidate has the metric {ranking.metric} on the validation part; it needs rows of both classes."
        )
    choose = min if ranking.lower_is_better else max
    return choose(known, key=known.__getitem__)


def fastest_of_equals(first: str, equals: Sequence[str], microseconds: Mapping[str, float]) -> str:
    """The candidate that predicts fastest among the first and those one cannot tell from it.

    Times are measured, and measured times differ by chance: only one that is at least twice as fast takes the first's
    place.

    Parameters
    ----------
    first
        The candidate that ranks first.
    equals
        The others that are as good.
    microseconds
        Per prediction, by candidate.
    """
    fastest = min((first, *equals), key=microseconds.__getitem__)
    return fastest if microseconds[first] >= _TWICE * microseconds[fastest] else first
