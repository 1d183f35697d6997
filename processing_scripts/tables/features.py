"""Features of a table's rows before categories get their codes: numbers, parts of times, and texts."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from processing_scripts.dataset_file.model import Column, DatasetFile
from processing_scripts.tables.code import made_features

FeatureType = Literal["number", "integer", "flag", "category"]
_PARTS: Mapping[str, str] = {
    "year": "Year",
    "month": "Month, 1 to 12",
    "day": "Day of the month",
    "weekday": "Day of the week, Monday is 0",
    "day_of_year": "Day of the year",
    "hour": "Hour of the day",
    "minute": "Minute of the hour",
    "days": "Days since 1 January 1970",
}
_TREND = ("year", "days")
"""Parts that never repeat. The time of a row has none of them: after the training set, trees do not know their values,
and within it, they identify the neighbors of a row."""


@dataclass(frozen=True)
class Feature:
    """A feature of a table."""

    name: str
    type: FeatureType
    group: str
    """The column that it is made from."""
    meaning: str


def feature_columns(file: DatasetFile) -> tuple[Column, ...]:
    """Return the columns that features are made from."""
    times = tuple(column for column in file.with_role("time") if column.type == "datetime")
    return (*(column for column in file.with_role("feature") if column.type != "text"), *times)


def distinct(*columns: Column) -> tuple[Column, ...]:
    """Return columns without repetitions, in their order."""
    return tuple({column.name: column for column in columns}.values())


def make_features(
    file: DatasetFile, code: types.ModuleType | None, frame: pd.DataFrame
) -> dict[str, tuple[Feature, np.ndarray[Any, Any]]]:
    """Calculate the features of rows whose columns were read.

    Raises `CodeError` if the data set's own code fails.
    """
    columns = {column.name: column for column in file.columns}
    made: dict[str, tuple[Feature, np.ndarray[Any, Any]]] = {}
    read_or_made = made_features(code, frame)
    for name, values in read_or_made.items():
        column = columns.get(str(name))
        if pd.api.types.is_datetime64_any_dtype(values):
            trend = column is None or column.role != "time"
            parts = _time_parts(str(name), values, {*map(str, read_or_made)}, trend=trend)
            made |= {feature.name: (feature, part) for feature, part in parts}
            continue
        type_ = _type(column, values)
        empty: Any = None if type_ == "category" else np.nan
        read = values.to_numpy(dtype=object if type_ == "category" else "float64", na_value=empty)
        made[str(name)] = Feature(str(name), type_, str(name), _meaning(str(name), column)), read
    return made


def _type(column: Column | None, values: pd.Series[Any]) -> FeatureType:
    if pd.api.types.is_bool_dtype(values):
        return "flag"
    if not pd.api.types.is_numeric_dtype(values):
        return "category"
    if column is None:
        return "number"
    types_: dict[str, FeatureType] = {"integer": "integer", "boolean": "flag"}
    return types_.get(column.type, "number")


def _meaning(name: str, column: Column | None) -> str:
    if column is None:
        return name
    unit = "hours since midnight" if column.type == "time_of_day" else column.unit
    return column.meaning.get("en") or (f"{name} in {unit}" if unit else name)


def _time_parts(
    name: str, times: pd.Series[Any], others: Collection[str], *, trend: bool
) -> Iterator[tuple[Feature, np.ndarray[Any, Any]]]:
    """Yield the parts of a time; one that is called like another column gets ``part`` before its name."""
    for part, meaning in _PARTS.items():
        if part in _TREND and not trend:
            continue
        values = (times - pd.Timestamp(0)).dt.days if part == "days" else getattr(times.dt, part.replace("_of_", "of"))
        own = f"{name}_{part}"
        while own in others:
            own = f"part {own}"
        feature = Feature(own, "integer", name, f"{meaning} of {name}")
        yield feature, values.to_numpy(dtype="float64", na_value=np.nan)
