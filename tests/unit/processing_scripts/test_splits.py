"""Sets are disjoint, of the right size, and reproducible."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing_scripts.seoul_bike.calendars.korean import is_day_off
from processing_scripts.seoul_bike.splits import PARTS, SPLITS, split_at, split_hours


@pytest.fixture(scope="module")
def year():
    hours = pd.Series(pd.date_range("2017-12-01", periods=8760, freq="h"))
    return hours.sample(frac=1, random_state=0)


@given(seed=st.integers(0, 2**32), split=st.sampled_from(SPLITS))
@settings(max_examples=30)
def test_set_sizes_to_a_day(seed, split, year):
    hours = split_hours(year, split, seed).value_counts()
    assert set(hours.index) == set(PARTS)
    assert hours[list(PARTS)].tolist() == pytest.approx([7008, 876, 876], abs=24)


@pytest.mark.parametrize("split", SPLITS)
def test_same_seed_gives_same_sets(split, year):
    assert split_hours(year, split, 3).equals(split_hours(year, split, 3))


@pytest.mark.parametrize("split", SPLITS)
def test_another_seed_draws_other_parts(split, year):
    assert not split_hours(year, split, 3).equals(split_hours(year, split, 4))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_split_by_days_keeps_days_together(seed, year):
    parts = split_hours(year, "days", seed)
    assert parts.groupby(year.dt.date).nunique().eq(1).all()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_every_set_has_its_share_of_months(seed, year):
    parts = split_hours(year, "days", seed)
    days = pd.crosstab(year.dt.month, parts) / 24
    assert days[["validation", "test"]].isin([2, 3, 4]).all(axis=None)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_every_set_has_its_share_of_days_off(seed, year):
    parts = split_hours(year, "days", seed)
    off = year.dt.date.map(is_day_off)
    assert off.groupby(parts).mean().to_numpy() == pytest.approx(off.mean(), abs=0.06)


def test_split_by_time_tests_on_later_hours(year):
    parts = split_hours(year, "time", 0)
    first, last = year.groupby(parts).min(), year.groupby(parts).max()
    assert max(last["train"], last["validation"]) < first["test"]
    assert last["test"] == year.max()


@given(seed=st.integers(0, 2**32), first=st.integers(480, 8759))
@settings(max_examples=20)
def test_split_by_time_validates_on_whole_days(seed, first, year):
    begin = year.min() + pd.Timedelta(hours=first)
    parts = split_at(year, begin, seed)
    assert parts.eq("test").equals(year >= begin)
    before = parts[year < begin]
    assert before.groupby(year[before.index].dt.date).nunique().eq(1).all()
    assert before.eq("validation").mean() == pytest.approx(1 / 9, abs=0.06)


def test_incomplete_days_stay_together():
    hours = pd.Series(pd.date_range("2018-01-01 07:00", periods=1000, freq="h")).drop(index=range(50, 60))
    parts = split_hours(hours, "days", 0)
    assert parts.groupby(hours.dt.date).nunique().eq(1).all()
    assert np.array_equal(parts.index, hours.index)
