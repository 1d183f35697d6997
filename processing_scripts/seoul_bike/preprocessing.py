"""Preprocessing of the bikes: read the published file, split it, and calculate the features of each hour."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.datasets import PARTS, Choices, Report, Rows, Schema
from processing_scripts.hosts import Share
from processing_scripts.schema import Found, describe
from processing_scripts.seoul_bike.features.build import CATEGORIES, make_features
from processing_scripts.seoul_bike.features.catalogue import (
    HISTORY_HOURS,
    Feature,
    FeatureSet,
    features_for,
    left_out_of,
)
from processing_scripts.seoul_bike.features.history import WithHistory, with_history
from processing_scripts.seoul_bike.reading.checks import (
    check_both_classes,
    check_hours_complete,
    check_hours_differ,
    check_open_hours,
)
from processing_scripts.seoul_bike.reading.observations import (
    Observations,
    open_hours,
    read_observations,
    sha256_of,
    the_only_file,
)
from processing_scripts.seoul_bike.report.page import render
from processing_scripts.seoul_bike.report.statistics import data_report
from processing_scripts.seoul_bike.splits import Split, split_hours

_HISTORY_OF: dict[FeatureSet, list[str]] = {"now": [], "history": ["weather"], "lags": ["weather", "rentals"]}
_SATURDAY = 5
_HOLIDAY = {True: "Holiday", False: "No Holiday"}
_YES_OR_NO = {True: "Yes", False: "No"}
_BANDS = (-np.inf, 0.0, 10.0, 20.0, 30.0, np.inf)
_BAND_NAMES = ("below 0 °C", "0 to 10 °C", "10 to 20 °C", "20 to 30 °C", "30 °C and above")
_SLICES: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "hour": ("hour", [str(hour) for hour in range(24)], {"en": "Hour", "ko": "시각"}),
    "season": ("season", ["Winter", "Spring", "Summer", "Autumn"], {"en": "Season", "ko": "계절"}),
    "holiday": ("by holiday", ["no holiday", "holiday"], {"en": "Holiday", "ko": "공휴일"}),
    "rain": ("by rain", ["dry", "rain"], {"en": "Rain", "ko": "비"}),
    "temperature": ("by temperature", list(_BAND_NAMES), {"en": "Temperature", "ko": "기온"}),
    "service": ("by service", ["open", "closed"], {"en": "Service", "ko": "운영"}),
}
"""By kind: the column of the keys, its values in order, and the title."""
_KEYS = {
    "columns": ["datetime"],
    "time": "datetime",
    "unit": "day",
    "unit_word": {"en": "day", "ko": "하루"},
    "baseline": ["hour", "weekend", "season"],
    "one_hot": ["hour"],
}


@dataclass(frozen=True)
class PreparedHours:
    """The hours of the file, split, with their features; the whole year is one chunk per set."""

    file: DatasetFile
    choices: Choices
    split: Split
    feature_set: FeatureSet
    observed: Observations
    observations: Mapping[str, pd.DataFrame]
    """By set, including ``batch``: the hours in chronological order."""
    features: Mapping[str, pd.DataFrame]
    """By set: one row per hour."""
    threshold: float
    threshold_quantile: float

    def rows(self, share: Share) -> Iterator[Rows]:
        """Yield the rows of each set that a host writes.

        Nothing is rented while the service is closed, so closed hours contain no information about demand. Trained on
        them, a regression spends trees on recognizing them, and mistakes a closed day at the end of the training set
        for falling demand: in the split by time, that adds half as much error again. So it trains and is selected on
        open hours (see ``left_out_of`` in the data set file), and predictions of closed hours are replaced by 0. A
        classification trains on all hours; closed ones are of low demand.
        """
        rule = self.file.rules[0]
        for part in PARTS:
            observations = self.observations[part]
            labels = {
                "regression": observations["rentals"].astype("int64"),
                "classification": (observations["rentals"] > self.threshold).astype("int64"),
            }
            learned = open_hours(observations).index
            for task in labels:
                if part in rule.left_out_of.get(task, ()):
                    labels[task] = labels[task].loc[learned]
            yield from Rows(part, self.features[part], labels, self._keys(part)).dealt(share)
        yield from Rows("batch", self.features["batch"], {}, self._keys("batch")).dealt(share)

    def _keys(self, part: str) -> pd.DataFrame:
        """Return the raw columns of the hours; except for the batch, also what the evaluation needs of them."""
        hours = self.observations[part]
        raw = hours.assign(
            datetime=hours["datetime"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
            rentals=hours["rentals"].astype("Int64"),
            holiday=hours["holiday"].map(_HOLIDAY),
            functioning_day=hours["functioning_day"].map(_YES_OR_NO),
        )
        if part == "batch":
            return raw
        holiday = self.features[part]["public_holiday"] == 1
        derived = {
            "day": hours["datetime"].dt.strftime("%Y-%m-%d"),
            "hour": hours["datetime"].dt.hour,
            "weekend": hours["datetime"].dt.weekday >= _SATURDAY,
            "by holiday": np.where(holiday, "holiday", "no holiday"),
            "by rain": np.where(hours["rainfall"] > 0, "rain", "dry"),
            "by temperature": pd.cut(hours["temperature"], list(_BANDS), right=False, labels=list(_BAND_NAMES)),
            "by service": np.where(hours["functioning_day"], "open", "closed"),
        }
        return raw.assign(**derived)

    def schema(self) -> Schema:
        """Return the schema."""
        hours, names = self.observed.frame["datetime"], (self.split, self.feature_set)
        needing = [feature.name for feature in features_for(*names) if feature.feature_set != "now"]
        history = {"hours": HISTORY_HOURS[self.feature_set], "of": _HISTORY_OF[self.feature_set], "features": needing}
        found = Found(
            dataset={
                "sha256": self.observed.sha256,
                "rows": len(self.observed.frame),
                "kind": "generated-sample" if self.observed.generated else "real-data",
                "first": hours.min().isoformat(),
                "last": hours.max().isoformat(),
            },
            split=self.split,
            options={"split": self.split, "features": self.feature_set},
            rows={part: len(table) for part, table in self.features.items()},
            features=[_described(feature, self.features["train"][feature.name]) for feature in features_for(*names)],
            left_out={feature.name: feature.left_out[self.split] for feature in left_out_of(*names)},
            tasks={
                "regression": {"target": "rentals", "unit": "rentals"},
                "classification": {
                    "target": "rentals",
                    "threshold": self.threshold,
                    "threshold_quantile": self.threshold_quantile,
                },
            },
            keys=_KEYS,
            slices=[
                {"by": by, "column": column, "values": values, "title": title}
                for by, (column, values, title) in _SLICES.items()
            ],
            rule_keys=[("functioning_day", _YES_OR_NO[False])],
            history=history if needing else None,
            words=json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8")),
        )
        return describe(self.file, self.choices, found)

    def report(self) -> tuple[Report, str]:
        """Return the data report and its page."""
        report = data_report({part: self.observations[part] for part in PARTS})
        return report, render(report, self.schema(), self.threshold)


def prepare_hours(file: DatasetFile, data: Path, batch: Path, choices: Choices) -> PreparedHours:
    """Read, check and split the hours of the folder ``data``, and calculate their features.

    If the batch file is the data file, the test set is the batch. Another batch file must start with the history of the
    hours to predict, or continue the data (`processing_scripts.seoul_bike.features.history`).

    Raises `PreprocessingError` if the data is invalid, ambiguous, or too little for the split.
    """
    options: dict[str, Any] = {option.name: option.default for option in file.options} | dict(choices.options)
    split, feature_set = options["split"], options["features"]
    quantile = choices.threshold_quantile or file.task("classification").above_quantile or 0.5
    observed = read_observations(the_only_file(data), with_rentals=True)
    check_hours_differ(observed.frame)
    check_hours_complete(observed.frame)
    parts = _parts(observed, split, choices.seed)
    threshold = float(parts["train"]["rentals"].quantile(quantile))
    if choices.trains("classification"):
        check_both_classes(parts, threshold)
    check_open_hours({part: parts[part] for part in (PARTS if choices.trains("regression") else ("train",))})
    to_predict = _batch(the_only_file(batch), observed, parts["test"], feature_set)
    names = [feature.name for feature in features_for(split, feature_set)]
    made = make_features(observed.frame, feature_set, observed.frame)[names]
    features = {part: made.loc[frame.index] for part, frame in parts.items()}
    if to_predict.observations is parts["test"]:
        features["batch"] = features["test"]
    else:
        features["batch"] = make_features(to_predict.observations, feature_set, to_predict.known)[names]
    observations = {**parts, "batch": to_predict.observations}
    return PreparedHours(file, choices, split, feature_set, observed, observations, features, threshold, quantile)


def _parts(observed: Observations, split: Split, seed: int) -> dict[str, pd.DataFrame]:
    frame = observed.frame.sort_values("datetime")
    part_of = split_hours(frame["datetime"], split, seed)
    return {part: frame[part_of == part] for part in PARTS}


def _batch(path: Path, observed: Observations, test: pd.DataFrame, feature_set: FeatureSet) -> WithHistory:
    if sha256_of(path) == observed.sha256:
        return WithHistory(test, observed.frame)
    batch = read_observations(path, with_rentals=False)
    check_hours_differ(batch.frame)
    return with_history(batch.frame.sort_values("datetime"), observed.frame, feature_set)


def _described(feature: Feature, training: pd.Series[Any]) -> dict[str, Any]:
    known = training.dropna()
    lowest, highest = (float(known.min()), float(known.max())) if len(known) else (None, None)
    levels = {"levels": list(CATEGORIES[feature.name])} if feature.name in CATEGORIES else {}
    return {
        "name": feature.name,
        "type": feature.type,
        "group": feature.group,
        "derived": feature.derived,
        "of_time": feature.of_time,
        "minimum": lowest,
        "maximum": highest,
        "meaning": feature.meaning,
        **levels,
    }
