"""Hours to predict have their history or are refused."""

import json

import numpy as np
import pandas as pd
import pytest

from processing_scripts.seoul_bike.features.catalogue import features_for
from processing_scripts.seoul_bike.features.past import past_demand_features, past_rain_features, past_weather_features
from processing_scripts.seoul_bike.features.windows import (
    hour_by_hour,
    hours_since,
    maximum_before,
    mean_before,
    sum_before,
)

FIRST_AFTER_THE_DATA = "2018-06-19"


@pytest.fixture(scope="module")
def data(raw_frame, csv_bytes):
    return csv_bytes(raw_frame())


def coming_hours(raw_frame, first, hours):
    return raw_frame(first=first, hours=hours, seed=1).drop(columns="Rented Bike Count")


def test_batch_continues_the_data(data, raw_frame, csv_bytes, run_job):
    job = run_job(data, batch=csv_bytes(coming_hours(raw_frame, FIRST_AFTER_THE_DATA, 48)))
    assert (job.exit_code, len(job.table("batch/data.csv"))) == (0, 48)
    assert job.table("keys/batch.csv")["datetime"].iloc[0] == "2018-06-19T00:00:00"


def test_batch_starts_with_its_history(data, raw_frame, csv_bytes, run_job):
    job = run_job(data, batch=csv_bytes(coming_hours(raw_frame, "2019-01-01", 168 + 5)))
    keys = job.table("keys/batch.csv")
    assert len(keys) == len(job.table("batch/data.csv")) == 5 + 8, "8 of 168 hours may be missing"
    assert keys["datetime"].iloc[-1] == "2019-01-08T04:00:00"
    assert json.loads((job.output / "schema" / "schema.json").read_text())["rows"]["batch"] == len(keys)


def test_same_features_from_either_history(data, raw_frame, csv_bytes, run_job):
    whole = raw_frame().drop(columns="Rented Bike Count")
    from_data = run_job(data).table("batch/data.csv")
    with_batch = run_job(data, batch=csv_bytes(whole.iloc[:-1]))
    keys = with_batch.table("keys/batch.csv")["datetime"]
    tested = run_job(data).table("keys/test.csv")["datetime"]
    both = sorted(set(keys) & set(tested))
    assert len(both) > 100
    ours = with_batch.table("batch/data.csv").set_axis(keys).loc[both]
    assert ours.to_numpy().tolist() == from_data.set_axis(tested).loc[both].to_numpy().tolist()


def test_batch_without_history(data, raw_frame, csv_bytes, run_job):
    job = run_job(data, batch=csv_bytes(coming_hours(raw_frame, "2018-07-01", 30)))
    assert job.exit_code == 1
    assert job.message == (
        "None of the 30 hours to predict has its history; the feature set 'history' needs the weather of the 168 hours "
        "before each; add them to the start of the file, continue the data set, or choose the feature set 'now'."
    )


def test_gap_in_history_reports_line(data, raw_frame, csv_bytes, run_job):
    coming = coming_hours(raw_frame, FIRST_AFTER_THE_DATA, 80).drop(index=range(30, 50))
    job = run_job(data, batch=csv_bytes(coming))
    assert job.exit_code == 1
    assert job.message.startswith(
        "Line 32 (hour 2018-06-21 02:00) cannot be predicted, because too many of the 168 hours"
    )


def test_lags_predict_one_day_ahead(data, raw_frame, csv_bytes, run_job):
    tomorrow = run_job(
        data, "--option", "features=lags", batch=csv_bytes(coming_hours(raw_frame, FIRST_AFTER_THE_DATA, 24))
    )
    assert len(tomorrow.table("batch/data.csv")) == 24
    later = run_job(
        data, "--option", "features=lags", batch=csv_bytes(coming_hours(raw_frame, FIRST_AFTER_THE_DATA, 25))
    )
    assert later.message.startswith("Line 26 (hour 2018-06-20 00:00) cannot be predicted")


def test_windows_end_before_the_hour():
    values = pd.Series([1.0, 2.0, np.nan, 4.0, 8.0])
    assert mean_before(values, 2)[1:].tolist() == [1.0, 1.5, 2.0, 4.0]
    assert sum_before(values, 2)[1:].tolist() == [1.0, 3.0, 2.0, 4.0]
    assert maximum_before(values, 2)[1:].tolist() == [1.0, 2.0, 2.0, 4.0]
    for summarise in (mean_before, sum_before, maximum_before):
        assert np.isnan(summarise(values, 2)[0])


def test_hours_since_rain():
    wet = pd.Series([0.0, 0.3, 0.0, 0.0, 0.0, 0.0])
    assert hours_since(wet.to_numpy() > 0, 3).tolist() == [4, 4, 1, 2, 3, 4]


def test_current_rain_is_not_history(raw_frame, csv_bytes, read):
    observed = read(csv_bytes(raw_frame(hours=300))).assign(rainfall=0.0)
    observed.loc[observed.index[200], "rainfall"] = 5.0
    sums = past_rain_features(hour_by_hour(observed))["rainfall_sum_3h"].to_numpy()
    assert sums[199:205].tolist() == [0, 0, 5, 5, 5, 0]


def test_closed_day_has_no_past_demand(raw_frame, csv_bytes, read):
    observed = hour_by_hour(read(csv_bytes(raw_frame(hours=300))))
    yesterday = past_demand_features(observed)["demand_24h_ago"]
    was_open = observed["functioning_day"].shift(24).eq(True)
    assert yesterday[was_open].equals(observed["rentals"].shift(24)[was_open])
    assert yesterday[~was_open].isna().all()


def test_windows_ignore_missing_hours(raw_frame, csv_bytes, read):
    observed = read(csv_bytes(raw_frame(hours=300)))
    gap = observed.drop(observed.index[100:103])
    means = past_weather_features(hour_by_hour(gap))["temperature_mean_6h"]
    assert means.iloc[104] == pytest.approx(observed["temperature"].iloc[[98, 99, 103]].mean(), abs=1e-3)


def test_split_by_time_excludes_past_weather():
    assert "past weather" in {feature.group for feature in features_for("days", "history")}
    assert "past weather" not in {feature.group for feature in features_for("time", "history")}
