"""The champion and its challenger on the same rows, which neither was trained on.

Two sets of rows are compared: the challenger's test set, and the champion's reference set, so that a narrow new data
set cannot pass by being easy. Both are resampled by units, such as days.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.account import Unknown
from evaluation.champion.records import ACTUAL, ROW, UNIT, Records
from evaluation.champion.scored import FeatureMaker, Registry, Scored, load_champion
from evaluation.champion.version import newest_approved
from evaluation.errors import EvaluationError
from evaluation.inputs import Numbers, Part
from evaluation.measures.metrics import measure
from evaluation.ranking.bootstrap import compare_pairs
from evaluation.ranking.selection import RANKINGS
from evaluation.schema import Task

CHAMPION, CHALLENGER = "champion", "challenger"
BETTER, NO_DIFFERENCE, WORSE = "better", "no difference", "worse"
PROMOTE = ("not-worse", "better", "always")
_PASSING = {"not-worse": {BETTER, NO_DIFFERENCE}, "better": {BETTER}}
_FEWEST_UNITS = 2
_SHOWN_HASH = 12


@dataclass(frozen=True)
class Outcome:
    """What became of a comparison."""

    described: dict[str, Any]
    """``champion`` of ``verdict.json``: status (``none``, ``sample``, ``compared`` or ``failed``), passes (``yes`` or
    ``no``) and, where known, version, arn, metric, data (SHA-256 of what each of them learned from), verdict (`BETTER`,
    `NO_DIFFERENCE`, `WORSE`, or None without rows to compare on), reason (of a failure), and parts: by set of rows
    name, rows, units, left_out, champion, challenger, difference (challenger minus champion), interval
    (95 %) and verdict."""
    reference: pd.DataFrame | None = None
    """The champion's reference set, if there is one."""


def compare_with_champion(
    challenger: Scored, test: Part, own: Records, registry: Registry, raw: Path, *, promote: str, seed: int
) -> Outcome:
    """Compare a model with the newest approved version of its group; a failure is part of the outcome.

    Parameters
    ----------
    test
        The challenger's test set, with its features.
    own
        The challenger's records; their rows are those of the test set.
    raw
        The folder of the challenger's raw files.
    promote
        Which verdicts pass: ``not-worse``, ``better``, or ``always``.
    """
    found: dict[str, Any] = {}
    reference = None
    try:
        version = newest_approved(registry.group, registry.own_bucket)
        if version is None:
            return Outcome({"status": "none", "passes": "yes"})
        found = {"version": version.number, "arn": version.arn, "metric": challenger.task.metric}
        with tempfile.TemporaryDirectory() as folder:
            champion = load_champion(version, challenger.task.name, Path(folder))
            found["data"] = {
                side: one.schema.content["dataset"]["sha256"]
                for side, one in ((CHALLENGER, challenger), (CHAMPION, champion.scored))
            }
            if champion.scored.schema.is_generated and not challenger.schema.is_generated:
                return Outcome({"status": "sample", **found, "verdict": None, "passes": "yes"})
            reference = champion.records.rows
            _check_alike(challenger, champion.scored)
            trained = np.union1d(champion.records.trained_on, own.trained_on)
            make = FeatureMaker(Path(folder), registry.data, raw)
            parts = [
                _compare(name, rows, rows[ROW].isin(trained).to_numpy(), features, challenger, champion.scored, seed)
                for name, rows, features in _sets(own.rows, test, reference, challenger, champion.scored, make)
            ]
    except (Unknown, EvaluationError) as error:
        described = {"status": "failed", **found, "verdict": None, "reason": str(error)}
        return Outcome({**described, "passes": _passes(None, promote)}, reference)
    verdict = _verdict([part["verdict"] for part in parts])
    described = {"status": "compared", **found, "verdict": verdict, "parts": parts}
    return Outcome({**described, "passes": _passes(verdict, promote)}, reference)


def _passes(verdict: str | None, promote: str) -> str:
    """Return whether a verdict passes, as a string that a condition step can read."""
    return "yes" if promote == "always" or verdict in _PASSING[promote] else "no"


def _verdict(verdicts: Sequence[str | None]) -> str | None:
    """Return the verdict over all sets of rows: worse on one is worse."""
    return next((each for each in (WORSE, BETTER, NO_DIFFERENCE) if each in verdicts), None)


def _check_alike(challenger: Scored, champion: Scored) -> None:
    """Refuse a comparison of other classes, or of a generated sample with real data."""
    new, old = challenger.task, champion.task
    same = new.kind == old.kind and sorted(new.classes) == sorted(old.classes)
    if not same or (new.kind == "binary" and new.classes != old.classes):
        raise Unknown(f"it predicts other classes of the task {old.name}.")
    if challenger.schema.is_generated and not champion.schema.is_generated:
        learned = champion.schema.content["dataset"]["sha256"][:_SHOWN_HASH]
        raise Unknown(f"it learned from real data (SHA-256 {learned}...), and this model from the generated sample.")


_Features = tuple[Numbers, Numbers]
"""Those of the challenger and of the champion for the same rows; a row is NaN where its code makes none."""


def _sets(
    own: pd.DataFrame, test: Part, reference: pd.DataFrame, challenger: Scored, champion: Scored, make: FeatureMaker
) -> Iterator[tuple[str, pd.DataFrame, _Features]]:
    """Yield the name, the rows and the features of both sets of rows, if they are not empty."""
    # With the same schema, the same features were made by the same code.
    same = challenger.schema.sha256 == champion.schema.sha256 and challenger.code == champion.code
    yield "test", own, (test.features, test.features if same else make.features(champion, own))
    earlier = reference[~reference[ROW].isin(own[ROW])].reset_index(drop=True)
    if len(earlier):
        of_challenger = make.features(challenger, earlier)
        yield "reference", earlier, (of_challenger, of_challenger if same else make.features(champion, earlier))


def _compare(
    name: str,
    rows: pd.DataFrame,
    trained: npt.NDArray[np.bool_],
    features: _Features,
    challenger: Scored,
    champion: Scored,
    seed: int,
) -> dict[str, Any]:
    task = challenger.task
    made = ~(np.isnan(features[0]).all(axis=1) | np.isnan(features[1]).all(axis=1))
    kept = made & ~trained
    units = rows.loc[kept, UNIT].nunique()
    described = {"name": name, "rows": int(kept.sum()), "units": units, "left_out": int((~kept).sum())}
    if units < _FEWEST_UNITS:
        return {**described, "verdict": None}
    labels = _labels(task, rows.loc[kept, ACTUAL])
    part = Part(features[0][kept], labels, rows.loc[kept, [UNIT]].reset_index(drop=True), unit=UNIT)
    of_champion = champion.predict(features[1][kept])
    if task.kind == "multiclass":
        of_champion = of_champion[:, [champion.task.classes.index(each) for each in task.classes]]
    sides = {CHALLENGER: challenger.predict(features[0][kept]), CHAMPION: of_champion}
    measured = {side: measure(task, labels, predicted) for side, predicted in sides.items()}
    values = {side: metrics[task.metric] for side, metrics in measured.items()}
    if not np.isfinite(list(values.values())).all():  # one class only
        return {**described, "verdict": None}
    (pair,) = compare_pairs(RANKINGS[task.metric], part, sides, measured, seed)
    verdict = {CHALLENGER: BETTER, CHAMPION: WORSE}.get(pair["better"], NO_DIFFERENCE)
    return {**described, **values, "difference": pair["difference"], "interval": pair["interval"], "verdict": verdict}


def _labels(task: Task, actual: "pd.Series[str]") -> Numbers:
    if not task.classes:
        return np.asarray(actual.astype("float64"))
    return np.array([task.classes.index(name) for name in actual], dtype="float64")
