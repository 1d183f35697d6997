"""Distribution: how far the features of a window are from those of the reference, and which of them have drifted.

Weather has seasons, and hours depend on each other. So a window is compared only with the same days of the year in the
reference, and the test permutes whole blocks of consecutive days among those of four weeks. It is the single-step maxT
procedure of Westfall and Young (Resampling-Based Multiple Testing, 1993): the largest standardized distance over all
features of each permutation is what each feature's distance is compared with, which bounds the chance of any false
alarm in a window by `LEVEL`, however the features depend on each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.inputs import Numbers

LEVEL, PERMUTATIONS = 0.01, 499
"""Below the 5 % that is wanted, because weather depends on that of more than four days before."""
BLOCK_DAYS = 4
"""Days of a block, which is taken as a whole, because the weather of a day depends on that of the days before."""
STRATUM_DAYS = 28
"""Days of the year among which blocks are permuted, so that the course of a season is no drift."""
MARGIN_DAYS = 10
"""Days of the year before and after a window that count as the same time of the year."""
_BINS = 32
_YEAR = 365.25


@dataclass(frozen=True)
class _Histograms:
    """Rows per block and bin of each feature."""

    names: Sequence[str]
    counts: npt.NDArray[np.float64]
    """Of shape (features, blocks, bins)."""
    ordered: npt.NDArray[np.bool_]
    """Of each feature, whether its bins have an order."""


def drift(
    window: pd.DataFrame, known: pd.DataFrame, features: Sequence[Mapping[str, Any]], seed: int
) -> dict[str, Any]:
    """Compare the features of a window with the reference.

    Parameters
    ----------
    window, known
        Features by name, and a column ``unit``: a date as ``2018-12-01``, or any text that names rows which belong
        together.
    features
        The schema's features that are compared.

    Returns
    -------
    ``blocks`` (of the window, of the reference), ``tested`` (whether there are enough of them), and ``features``:
    ``name``, ``distance`` (0 to 1: the largest difference of the shares below a value; of categories, the share of rows
    in other categories), ``p_value`` (adjusted for all features; NaN if not tested) and ``drifted``.
    """
    known = same_time_of_year(known, window)
    ours, theirs = _blocks(window["unit"]), _blocks(known["unit"])
    sizes = [int(each.max()) + 1 if len(each) else 0 for each in (ours, theirs)]
    names = [each for each in features if each["name"] in window and each["name"] in known]
    if not names or not min(sizes):
        return {"blocks": sizes, "tested": False, "features": []}
    together = pd.concat([_typed(window, names), _typed(known, names)], ignore_index=True)
    blocks = np.concatenate([ours, theirs + sizes[0]])
    histograms = _histograms(together, names, blocks, sum(sizes))
    chosen = np.arange(sum(sizes)) < sizes[0]
    strata = _strata(together["unit"], blocks)
    tested = _possible(chosen, strata) * LEVEL >= 1
    generator = np.random.default_rng(seed)
    orders = [chosen, *(_permuted(chosen, strata, generator) for _ in range(PERMUTATIONS if tested else 0))]
    distances = _distances(histograms, np.array(orders))
    p_values = _adjusted(distances) if tested else np.full(len(names), np.nan)
    return {
        "blocks": sizes,
        "tested": tested,
        "features": [
            {"name": feature["name"], "distance": float(far), "p_value": float(p), "drifted": bool(p <= LEVEL)}
            for feature, far, p in zip(names, distances[:, 0], p_values, strict=True)
        ],
    }


def same_time_of_year(known: pd.DataFrame, window: pd.DataFrame) -> pd.DataFrame:
    """Return the reference's rows of the days of the year of a window; all of them if units are no dates."""
    ours, theirs = _dates(window["unit"]), _dates(known["unit"])
    if ours is None or theirs is None:
        return known
    near = np.flatnonzero(near_days(np.unique(ours.dt.dayofyear)).any(axis=0))
    near_rows: pd.DataFrame = known[(theirs.dt.dayofyear.isin(near) & ~theirs.isin(ours)).to_numpy()]
    return near_rows


def near_days(days: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return which days of the year are the same time of the year as each of these, of shape (days, 367)."""
    apart = np.abs(days[:, None] - np.arange(367)[None, :])
    return np.asarray(np.minimum(apart, _YEAR - apart) <= MARGIN_DAYS)


def _typed(rows: pd.DataFrame, features: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the unit and the features of rows, as objects where they are categories, else as numbers."""
    columns = {
        each["name"]: rows[each["name"]].astype(object)
        if each.get("levels")
        else pd.to_numeric(rows[each["name"]], errors="coerce").astype("float64")
        for each in features
    }
    return pd.DataFrame({"unit": rows["unit"].astype(object), **columns})


def _dates(units: "pd.Series[Any]") -> "pd.Series[Any] | None":
    dates = pd.to_datetime(units, format="%Y-%m-%d", errors="coerce")
    return None if dates.isna().any() else dates


def _blocks(units: "pd.Series[Any]") -> npt.NDArray[np.intp]:
    """Number the block of each row from 0: `BLOCK_DAYS` consecutive days, or a unit that is no date."""
    dates = _dates(units)
    named = units if dates is None else (dates - pd.Timestamp(0)).dt.days // BLOCK_DAYS
    return np.asarray(pd.factorize(named, sort=True)[0], dtype=np.intp)


def _strata(units: "pd.Series[Any]", blocks: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Number the stratum of each block: its part of the year, or one for all where units are no dates."""
    dates = _dates(units)
    if dates is None:
        return np.zeros(int(blocks.max()) + 1, dtype=np.intp)
    return np.asarray(dates.groupby(blocks).min().dt.dayofyear.to_numpy() // STRATUM_DAYS, dtype=np.intp)


def _possible(chosen: npt.NDArray[np.bool_], strata: npt.NDArray[np.intp]) -> int:
    """Return how many different orders there are."""
    return prod(comb(int((strata == one).sum()), int(chosen[strata == one].sum())) for one in np.unique(strata))


def _permuted(
    chosen: npt.NDArray[np.bool_], strata: npt.NDArray[np.intp], generator: np.random.Generator
) -> npt.NDArray[np.bool_]:
    order = chosen.copy()
    for one in np.unique(strata):
        order[strata == one] = generator.permutation(chosen[strata == one])
    return order


def _histograms(
    table: pd.DataFrame, features: Sequence[Mapping[str, Any]], blocks: npt.NDArray[np.intp], number: int
) -> _Histograms:
    counts, ordered = np.zeros((len(features), number, _BINS + 2)), []
    for at, feature in enumerate(features):
        bins = _bins(table[feature["name"]], feature)
        np.add.at(counts[at], (blocks, np.minimum(bins, _BINS + 1)), 1.0)
        ordered.append(not feature.get("levels"))
    return _Histograms([feature["name"] for feature in features], counts, np.array(ordered))


def _bins(values: "pd.Series[Any]", feature: Mapping[str, Any]) -> npt.NDArray[np.intp]:
    """Return the bin of each row; missing values have the first one."""
    if feature.get("levels"):
        return np.asarray(pd.factorize(values, sort=False)[0] + 1, dtype=np.intp)
    numbers = values.to_numpy(dtype="float64")
    present = numbers[np.isfinite(numbers)]
    edges = np.unique(np.quantile(present, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(present) else np.empty(0)
    return np.where(np.isfinite(numbers), np.searchsorted(edges, numbers, side="left") + 1, 0)


def _distances(histograms: _Histograms, orders: npt.NDArray[np.bool_]) -> Numbers:
    """Return the distance of each feature in each order of the blocks, of shape (features, orders)."""
    found = []
    for counts, in_order in zip(histograms.counts, histograms.ordered, strict=True):
        ours = orders.astype("float64") @ counts
        theirs = counts.sum(axis=0) - ours
        apart = ours / ours.sum(axis=1, keepdims=True) - theirs / theirs.sum(axis=1, keepdims=True)
        found.append(np.abs(np.cumsum(apart, axis=1)).max(axis=1) if in_order else np.abs(apart).sum(axis=1) / 2)
    return np.array(found)


def _adjusted(distances: Numbers) -> Numbers:
    """Return the p-value of each feature; the first column is the observed order."""
    spread = distances.std(axis=1, keepdims=True)
    scores = (distances - distances.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, np.inf)
    largest = scores.max(axis=0)
    return np.asarray((largest[None, :] >= scores[:, :1] - 1e-9).mean(axis=1))
