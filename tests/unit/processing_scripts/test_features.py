"""Features have known values and use nothing but an hour and its history."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from processing_scripts.seoul_bike.features.build import make_features
from processing_scripts.seoul_bike.features.catalogue import (
    FEATURE_SETS,
    HISTORY_HOURS,
    features_for,
    features_of,
    left_out_of,
)
from processing_scripts.seoul_bike.features.weather import clearness, sun_features
from processing_scripts.seoul_bike.splits import SPLITS


@pytest.fixture(scope="module")
def observations(raw_frame, csv_bytes, read):
    return read(csv_bytes(raw_frame(first="2018-05-18", hours=20 * 24)))


@pytest.mark.parametrize("feature_set", FEATURE_SETS)
def test_every_feature_is_numeric(feature_set, observations):
    features = make_features(observations, feature_set)
    assert list(features.columns) == [feature.name for feature in features_of(feature_set)]
    assert all(np.issubdtype(dtype, np.number) for dtype in features.dtypes)
    assert features.index.equals(observations.index)
    demand = [feature.name for feature in features_of(feature_set) if feature.group == "past demand"]
    assert not features.iloc[1:].drop(columns=demand).isna().any(axis=None)


def test_flags_are_0_or_1(observations):
    features = make_features(observations)
    flags = [feature.name for feature in features_of("now") if feature.type == "flag"]
    assert features[flags].isin([0, 1]).all(axis=None)


def test_only_lags_use_rentals(observations):
    unknown = observations.assign(rentals=np.nan)
    assert_frame_equal(make_features(observations, "history"), make_features(unknown, "history"))


@given(rows=st.sets(st.integers(0, 479), min_size=1, max_size=30))
@settings(max_examples=25)
def test_features_do_not_depend_on_other_hours(rows, observations):
    alone = observations.iloc[sorted(rows)]
    assert_frame_equal(make_features(alone), make_features(observations).loc[alone.index])


@given(row=st.integers(168, 479), feature_set=st.sampled_from(["history", "lags"]))
@settings(max_examples=25)
def test_features_need_only_their_history(row, feature_set, observations):
    """Rows after an hour, and rows before its history, change nothing."""
    hour = observations.iloc[[row]]
    known = observations.iloc[row - HISTORY_HOURS[feature_set] : row + 1]
    expected = make_features(observations, feature_set).loc[hour.index]
    assert_frame_equal(make_features(hour, feature_set, known), expected)


def test_calendar_features_of_a_holiday(observations):
    """Tuesday, 22 May 2018, with a bridge day before it."""
    features = make_features(observations).set_index(observations["datetime"])
    birthday = features.loc[pd.Timestamp("2018-05-22 08:00")]
    assert birthday[["weekday", "public_holiday", "day_off", "bridge_day", "days_off_in_a_row"]].tolist() == [
        1,
        1,
        1,
        0,
        1,
    ]
    assert birthday["hour_of_day_kind"] == 32
    monday = features.loc[pd.Timestamp("2018-05-21 08:00")]
    assert monday[["bridge_day", "day_off", "day_off_yesterday", "day_off_tomorrow"]].tolist() == [1, 0, 1, 1]
    assert monday["hour_of_day_kind"] == 8


def test_end_of_day_is_next_to_its_beginning(observations):
    features = make_features(observations).set_index("hour")[["hour_sine", "hour_cosine"]].drop_duplicates()
    distance = np.linalg.norm(features.loc[23] - features.loc[0])
    assert distance == pytest.approx(np.linalg.norm(features.loc[11] - features.loc[12]), abs=1e-5)


def test_humidity_0_is_calculated_from_dew_point(observations):
    """Seoul, 21 May 2018, 2 o'clock: 13.9 °C with a dew point of -2.1 °C is a humidity of 33 %."""
    failed = observations.assign(humidity=0.0, temperature=13.9, dew_point=-2.1)
    assert make_features(failed)["humidity"].unique().tolist() == [33]
    unknown = make_features(failed.assign(dew_point=np.nan))
    assert unknown["humidity"].isna().all()
    assert unknown["apparent_temperature"].isna().all()


def test_apparent_temperature(observations):
    calm = observations.assign(temperature=20.0, humidity=50.0, wind_speed=0.0)
    felt = make_features(calm)["apparent_temperature"].iloc[0]
    assert felt == pytest.approx(19.86, abs=0.05)
    assert make_features(calm.assign(wind_speed=5.0))["apparent_temperature"].iloc[0] == pytest.approx(felt - 3.5)
    assert make_features(calm.assign(humidity=90.0))["apparent_temperature"].iloc[0] > felt


@pytest.mark.parametrize("feature_set", FEATURE_SETS)
@pytest.mark.parametrize("split", SPLITS)
def test_every_feature_is_used_or_excluded_with_reason(split, feature_set):
    used = [feature.name for feature in features_for(split, feature_set)]
    left_out = [feature.name for feature in left_out_of(split, feature_set)]
    assert sorted(used + left_out) == sorted(feature.name for feature in features_of(feature_set))
    assert all(feature.left_out[split] for feature in left_out_of(split, feature_set))


def test_split_by_hours_excludes_day_index():
    used = [split for split in SPLITS if "day_index" in {feature.name for feature in features_for(split, "now")}]
    assert used == ["days", "time"]


def test_sun_on_longest_and_shortest_day():
    """At its highest 75.9 and 29 degrees, by the latitude of 37.6 and the ecliptic's 23.4; up for 14.75 and 9.57 h."""
    for day, height, length in (("2018-06-21", 75.9, 14.7), ("2018-12-22", 29.0, 9.5)):
        sun = sun_features(pd.Series(pd.date_range(day, periods=24, freq="h")))
        assert sun["sun_elevation"].max() == pytest.approx(height, abs=1)
        assert sun["sun_elevation"].idxmax() == 12
        assert sun["day_length"].iloc[0] == pytest.approx(length, abs=0.3)
        assert sun["sun_elevation"].iloc[0] < 0


def test_only_lags_contain_past_demand():
    groups = {feature_set: {feature.group for feature in features_of(feature_set)} for feature_set in FEATURE_SETS}
    assert [feature_set for feature_set in FEATURE_SETS if "past demand" in groups[feature_set]] == ["lags"]


def test_clearness_of_sunshine_and_night():
    elevation = pd.Series([-30.0, 5.0, 60.0, 60.0])
    assert clearness(pd.Series([0.0, 0.2, 3.2, 0.8]), elevation).tolist() == pytest.approx([0, 0, 1, 0.25], abs=0.01)
