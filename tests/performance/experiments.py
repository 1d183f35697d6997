"""One experiment: features and parts of the real file, a model, and what it scores on validation and test.

Rentals of closed hours are 0 and their probability of high demand is 0, by the rule that ``schema.json`` states.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import r2_score, roc_auc_score, root_mean_squared_error

from evaluation.inputs import Part
from pipelines.settings.fields import Task
from processing_scripts.seoul_bike.features.build import make_features
from processing_scripts.seoul_bike.features.catalogue import FeatureSet, features_for
from processing_scripts.seoul_bike.reading.observations import read_observations
from processing_scripts.seoul_bike.splits import Split, split_hours
from tests.performance.training import Numbers, Rows, Trained, train

SEEDS = (0, 1, 2)
_Work = TypeVar("_Work")
_Result = TypeVar("_Result")


class Scores(NamedTuple):
    """The scores of a model on one set: RMSE in rentals per hour and R2, or the area under the ROC curve."""

    rmse: float
    r2: float
    auc: float


class Outcome(NamedTuple):
    """The scores of a model, its trees, its training seconds, and its predictions of either set."""

    validation: Scores
    test: Scores
    trees: int
    seconds: float
    validation_predicted: Numbers
    test_predicted: Numbers


@cache
def observations() -> pd.DataFrame:
    """The hours of the file that ``SEOUL_BIKE_DATA`` names, in the order of time."""
    named = os.environ.get("SEOUL_BIKE_DATA")
    if not named:
        raise SystemExit("Set SEOUL_BIKE_DATA to the path of SeoulBikeData.csv.")
    return read_observations(Path(named), with_rentals=True).frame.sort_values("datetime")


@cache
def _features() -> pd.DataFrame:
    return make_features(observations(), "lags")


def columns(split: Split, feature_set: FeatureSet, without: Iterable[str] = ()) -> list[str]:
    """Names of the features of a set that a split may use, less those of some groups."""
    return [feature.name for feature in features_for(split, feature_set) if feature.group not in set(without)]


class Material(NamedTuple):
    """The training, validation and test sets, and whether the service is open in the test rows."""

    training: Rows
    validation: Part
    test: Part
    test_is_open: npt.NDArray[np.bool_]
    training_days: pd.DataFrame
    """The column ``day`` of the training rows."""


def material(task: Task, names: Sequence[str], part_of: pd.Series[str]) -> Material:
    """The rows of an experiment, as preprocessing would write them.

    Parameters
    ----------
    names
        The features.
    part_of
        For each hour its part; hours that are in none are not used.
    """
    hours = observations()
    part = part_of.reindex(hours.index).to_numpy()
    is_open = hours["functioning_day"].to_numpy()
    labels = hours["rentals"].to_numpy(dtype="float64")
    learned = is_open
    if task == "classification":
        labels = (labels > np.median(labels[part == "train"])).astype("float64")
        learned = np.ones(len(hours), dtype=bool)
    features = _features()[list(names)].to_numpy(dtype="float64")
    test = part == "test"
    return Material(
        training=_rows(features, labels, (part == "train") & learned),
        validation=_part(features, labels, (part == "validation") & learned),
        test=_part(features, labels, test),
        test_is_open=is_open[test],
        training_days=_days((part == "train") & learned),
    )


def _rows(features: Numbers, labels: Numbers, chosen: npt.NDArray[np.bool_]) -> Rows:
    return Rows(features[chosen], labels[chosen])


def _part(features: Numbers, labels: Numbers, chosen: npt.NDArray[np.bool_]) -> Part:
    return Part(features[chosen], labels[chosen], _days(chosen), "day")


def _days(chosen: npt.NDArray[np.bool_]) -> pd.DataFrame:
    return observations()["datetime"][chosen].dt.strftime("%Y-%m-%d").reset_index(drop=True).to_frame("day")


def score(task: Task, rows: Material, model: Trained) -> Outcome:
    """Score what predicts rentals or the probability of high demand; closed hours are 0 by rule."""
    validation = _possible(task, model.predict(rows.validation.features))
    test = np.where(rows.test_is_open, _possible(task, model.predict(rows.test.features)), 0)
    scores = (_scores(task, part.labels, made) for part, made in ((rows.validation, validation), (rows.test, test)))
    return Outcome(*scores, model.trees, model.seconds, validation, test)


def _possible(task: Task, predicted: Numbers) -> Numbers:
    """Nobody rents less than nothing."""
    return np.maximum(predicted, 0) if task == "regression" else predicted


def measure(
    algorithm: str, task: Task, names: Sequence[str], part_of: pd.Series[str], seed: int, **changed: Any
) -> Outcome:
    """Train a model with the pipeline's hyperparameters, or some changed, and score it."""
    rows = material(task, names, part_of)
    validation = Rows(rows.validation.features, rows.validation.labels)
    return score(task, rows, train(algorithm, task, rows.training, validation, seed, **changed))


def _scores(task: Task, actual: np.ndarray, predicted: np.ndarray) -> Scores:
    if task == "classification":
        return Scores(np.nan, np.nan, float(roc_auc_score(actual, predicted)))
    return Scores(float(root_mean_squared_error(actual, predicted)), float(r2_score(actual, predicted)), np.nan)


@cache
def parts(split: Split, seed: int) -> pd.Series[str]:
    """For each hour the part that preprocessing puts it into."""
    return split_hours(observations()["datetime"], split, seed)


def in_parallel(work: Callable[[_Work], _Result], items: Sequence[_Work]) -> list[_Result]:
    """Do the same work for every item, one process per processor, and keep their order."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, items))
