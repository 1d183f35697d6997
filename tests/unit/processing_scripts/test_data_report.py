"""The numbers of the data report."""

import json

import numpy as np
import pandas as pd
import pytest

from processing_scripts.seoul_bike.report.statistics import data_report
from processing_scripts.seoul_bike.splits import PARTS, split_hours


@pytest.fixture(scope="module")
def observations(raw_frame, csv_bytes, read):
    return read(csv_bytes(raw_frame()))


def report_of(observations, seed=0):
    part = split_hours(observations["datetime"], "hours", seed)
    return data_report({name: observations[part == name] for name in PARTS})


def test_hours_are_counted(observations):
    hours = report_of(observations.drop(observations.index[[5, 6, 900]]))["hours"]
    assert (hours["rows"], hours["missing"]) == (1437, 3)
    assert (hours["first"], hours["last"]) == ("2018-04-20T00:00:00", "2018-06-18T23:00:00")
    assert hours["closed"] == (~observations["functioning_day"]).sum() - 2, "hours 5 and 6 are of a closed day"


def test_notes_count_missing_hours_and_wrong_seasons(observations):
    odd = observations.drop(observations.index[[5, 6, 900]])
    odd.iloc[:2, odd.columns.get_loc("season")] = "winter"
    assert [note["en"] for note in report_of(odd)["notes"]] == [
        "3 of 1,440 hours are missing",
        "the season of 2 hours contradicts their date",
    ]
    assert report_of(observations)["notes"] == []


def test_categories_contain_every_hour(observations):
    categories = report_of(observations)["categories"]
    assert {sum(value["rows"] for value in values.values()) for values in categories.values()} == {len(observations)}
    assert categories["holiday"]["True"]["rows"] == observations["holiday"].sum()
    closed = observations[~observations["functioning_day"]]
    assert categories["functioning_day"]["False"] == {"rows": len(closed), "mean": closed["rentals"].mean()}


def test_histogram_contains_every_open_hour(observations):
    rentals = report_of(observations)["rentals"]
    assert sum(rentals["counts"]) == observations["functioning_day"].sum()
    assert len(rentals["edges"]) == len(rentals["counts"]) + 1


def test_seasonality_of_open_hours(observations):
    by_weekday = report_of(observations)["seasonality"]["by_weekday"]
    mondays = observations[observations["functioning_day"] & (observations["datetime"].dt.weekday == 0)]
    assert by_weekday[0] == pytest.approx(mondays["rentals"].mean(), abs=1e-4)


def test_suspicious_values(observations):
    odd = observations.copy()
    odd.iloc[[30, 70], odd.columns.get_loc("humidity")] = 0
    odd.iloc[0, odd.columns.get_loc("rentals")] = 7
    odd.iloc[3, odd.columns.get_loc("rainfall")] = np.nan
    found = {oddity["name"]: oddity for oddity in report_of(odd)["oddities"]}
    assert (found["humidity_0"]["rows"], found["humidity_0"]["first"]) == (2, "2018-04-21T06:00:00")
    assert found["closed_with_rentals"]["rows"] == found["weather_missing"]["rows"] == 1
    assert "open_without_rentals" not in found


def test_holiday_differences(observations):
    assert report_of(observations)["holidays"] == {
        "flagged_only": [],
        "public_only": ["2018-05-01", "2018-05-05", "2018-05-07", "2018-06-06", "2018-06-13"],
    }


def test_drift_between_sets(observations):
    same = data_report({"train": observations, "test": observations})["drift"]["test"]
    assert {column["distance"] for column in same.values()} == {0}
    warmer = observations.assign(temperature=observations["temperature"] + 100)
    moved = data_report({"train": observations, "test": warmer})["drift"]["test"]["temperature"]
    assert moved["distance"] == 1
    assert moved["mean"] == pytest.approx(moved["train_mean"] + 100, abs=1e-3)


def test_missing_values_are_valid_json(observations):
    unknown = observations.assign(visibility=np.nan)
    assert json.loads(json.dumps(report_of(unknown), allow_nan=False))["distribution"]["visibility"]["mean"] is None


def test_oddities_of_real_file(real_file, read):
    report = report_of(read(real_file.read_bytes()))
    assert report["hours"] == {
        "rows": 8760,
        "missing": 0,
        "first": "2017-12-01T00:00:00",
        "last": "2018-11-30T23:00:00",
        "closed": 295,
    }
    rows = {oddity["name"]: oddity["rows"] for oddity in report["oddities"]}
    assert (rows["humidity_0"], rows["visibility_capped"]) == (17, 2245)
    assert {"2018-05-05", "2018-05-07", "2018-06-13", "2018-09-26"} <= set(report["holidays"]["public_only"])
    assert report["holidays"]["flagged_only"] == ["2017-12-22", "2017-12-24", "2017-12-31"]
    assert pd.Series(report["rentals"]["counts"]).sum() == 8760 - 295
