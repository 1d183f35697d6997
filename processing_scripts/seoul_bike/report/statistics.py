"""``data-report.json``: distribution, seasonality, suspicious values and drift of the data set.

Format version 1; rentals are per hour, shares are from 0 to 1::

    format_version  1
    hours           {rows, missing, first, last, closed}
    distribution    by column of the data set: {missing, mean, standard_deviation, quantiles: {"0": ..., "1": ...}}
    categories      by categorical column and value, the most frequent first: {rows, mean}, the mean rentals
    rentals         {edges, counts}: a histogram of open hours, len(edges) = len(counts) + 1
    seasonality     mean rentals of open hours: {by_hour: {working_day: [24], day_off: [24]}, by_weekday: [7, Monday
                    first], by_month: {"2017-12": ...}, by_season: {...}}; null if there is no such hour
    oddities        missing or suspicious values: {name, rows, first, last, meaning}, if there are any
    notes           what the console says of the data: [{en, ko}], if there is anything
    holidays        days whose flag differs from the Korean calendar: {flagged_only, public_only}
    drift           by set (validation, test) and column: {mean, train_mean, distance}; distance is the
                    Kolmogorov-Smirnov statistic: 0 for identical distributions, 1 for disjoint ones
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from html_page.translations import LANGUAGES, read_translations
from processing_scripts.data_report.statistics import kolmogorov_smirnov
from processing_scripts.datasets import Report
from processing_scripts.seoul_bike.calendars.korean import is_day_off, is_public_holiday
from processing_scripts.seoul_bike.reading.columns import TARGET, WEATHER
from processing_scripts.seoul_bike.reading.dates import season_of
from processing_scripts.seoul_bike.reading.observations import open_hours

FORMAT_VERSION = 1
_COLUMNS = (TARGET, *(column.name for column in WEATHER))
_CATEGORIES = ("season", "holiday", "functioning_day")
_QUANTILES = (0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1)
_BINS = 40
_TRANSLATIONS = read_translations(Path(__file__).with_name("translations.json"))
_HIGHEST_VISIBILITY = 2000


def data_report(parts: Mapping[str, pd.DataFrame]) -> Report:
    """Describe the observations of ``train``, ``validation`` and ``test``."""
    observations = pd.concat(parts.values()).sort_values("datetime")
    hours, oddities = _hours(observations), _oddities(observations)
    return {
        "format_version": FORMAT_VERSION,
        "hours": hours,
        "distribution": {name: _distribution(observations[name]) for name in _COLUMNS},
        "categories": {name: _categories(observations, name) for name in _CATEGORIES},
        "rentals": _histogram(open_hours(observations)[TARGET]),
        "seasonality": _seasonality(open_hours(observations)),
        "oddities": oddities,
        "notes": _notes(hours, {oddity["name"]: oddity["rows"] for oddity in oddities}),
        "holidays": _holidays(observations),
        "drift": {part: _drift(parts["train"], parts[part]) for part in parts if part != "train"},
    }


def _hours(observations: pd.DataFrame) -> Report:
    hours = observations["datetime"]
    expected = int((hours.iloc[-1] - hours.iloc[0]) / pd.Timedelta(hours=1)) + 1
    return {
        "rows": len(hours),
        "missing": expected - len(hours),
        "first": hours.iloc[0].isoformat(),
        "last": hours.iloc[-1].isoformat(),
        "closed": int((~observations["functioning_day"]).sum()),
    }


def _notes(hours: Report, odd: Mapping[str, int]) -> list[dict[str, str]]:
    """Say how many hours are missing, or contradict themselves, in both languages."""
    rows, missing = hours["rows"] + hours["missing"], hours["missing"]
    wrong = odd.get("season_contradicts_date", 0)
    counts = {
        "note missing": {"rows": f"{rows:,}", "missing": f"{missing:,}"} if missing else None,
        "note season": {"rows": f"{wrong:,}"} if wrong else None,
    }
    return [
        {language: _TRANSLATIONS.text(language, key, **values) for language in LANGUAGES}
        for key, values in counts.items()
        if values
    ]


def _distribution(values: pd.Series[Any]) -> Report:
    return {
        "missing": int(values.isna().sum()),
        "mean": _number(values.mean()),
        "standard_deviation": _number(values.std()),
        "quantiles": {f"{share:g}": _number(values.quantile(share)) for share in _QUANTILES},
    }


def _categories(observations: pd.DataFrame, name: str) -> Report:
    rentals = observations[TARGET].groupby(observations[name])
    sizes = rentals.size().sort_values(ascending=False, kind="stable")
    means = rentals.mean().reindex(sizes.index)
    return {
        str(value): {"rows": int(rows), "mean": _number(mean)}
        for (value, rows), mean in zip(sizes.items(), means, strict=True)
    }


def _histogram(rentals: pd.Series[Any]) -> Report:
    counts, edges = np.histogram(rentals, bins=_BINS)
    return {"edges": [_number(edge) for edge in edges], "counts": counts.tolist()}


def _seasonality(observations: pd.DataFrame) -> Report:
    hours, rentals = observations["datetime"], observations[TARGET]
    day_off = hours.dt.date.map(is_day_off).astype(bool)
    by_hour = {
        kind: _means(rentals[chosen], hours[chosen].dt.hour, range(24))
        for kind, chosen in (("working_day", ~day_off), ("day_off", day_off))
    }
    months = hours.dt.strftime("%Y-%m")
    return {
        "by_hour": by_hour,
        "by_weekday": _means(rentals, hours.dt.weekday, range(7)),
        "by_month": {month: _number(mean) for month, mean in rentals.groupby(months).mean().items()},
        "by_season": {season: _number(mean) for season, mean in rentals.groupby(observations["season"]).mean().items()},
    }


def _means(values: pd.Series[Any], keys: pd.Series[Any], wanted: range) -> list[float | None]:
    return [_number(mean) for mean in values.groupby(keys).mean().reindex(wanted)]


def _oddities(observations: pd.DataFrame) -> list[Report]:
    rentals, is_open = observations[TARGET], observations["functioning_day"]
    found = {
        "humidity_0": (observations["humidity"] == 0, "Sensor failure; calculated from the dew point"),
        "visibility_capped": (observations["visibility"] >= _HIGHEST_VISIBILITY, "20 km or more; kept"),
        "dew_point_above_temperature": (
            observations["dew_point"] > observations["temperature"],
            "Physically implausible; kept",
        ),
        "closed_with_rentals": (~is_open & (rentals > 0), "Rentals in hours when the service is closed; kept"),
        "open_without_rentals": (is_open & (rentals == 0), "No rentals in hours when the service is open; kept"),
        "season_contradicts_date": (
            observations["season"] != observations["datetime"].dt.date.map(season_of),
            "Another season than that of the date's month; kept",
        ),
        "weather_missing": (
            observations[[column.name for column in WEATHER]].isna().any(axis=1),
            "Empty weather cells; passed to the algorithms as missing",
        ),
    }
    return [_oddity(name, observations["datetime"][rows], text) for name, (rows, text) in found.items() if rows.any()]


def _oddity(name: str, hours: pd.Series[Any], meaning: str) -> Report:
    return {
        "name": name,
        "rows": len(hours),
        "first": hours.iloc[0].isoformat(),
        "last": hours.iloc[-1].isoformat(),
        "meaning": meaning,
    }


def _holidays(observations: pd.DataFrame) -> dict[str, list[str]]:
    flag = observations.groupby(observations["datetime"].dt.date)["holiday"].any()
    public = pd.Series([is_public_holiday(day) for day in flag.index], index=flag.index)
    return {
        "flagged_only": [day.isoformat() for day in flag.index[flag & ~public]],
        "public_only": [day.isoformat() for day in flag.index[public & ~flag]],
    }


def _drift(train: pd.DataFrame, part: pd.DataFrame) -> dict[str, Report]:
    return {
        name: {
            "mean": _number(part[name].mean()),
            "train_mean": _number(train[name].mean()),
            "distance": _distance(train[name].dropna().to_numpy(), part[name].dropna().to_numpy()),
        }
        for name in _COLUMNS
    }


def _distance(first: np.ndarray, second: np.ndarray) -> float | None:
    if not len(first) or not len(second):
        return None
    return _number(kolmogorov_smirnov(first, second))


def _number(value: float) -> float | None:
    """Round a number; None instead of NaN, which is not JSON."""
    return round(float(value), 4) if np.isfinite(value) else None
