"""Common file formats give the same observations."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from processing_scripts.errors import CellError, ColumnError, FileError


@pytest.fixture(scope="module")
def frame(raw_frame):
    return raw_frame(first="2018-04-28", hours=30 * 24)


@pytest.fixture(scope="module")
def expected(frame, csv_bytes, read):
    return read(csv_bytes(frame))


HEADERS = {
    "the degree sign stripped": lambda name: name.replace("°", ""),
    "the degree sign replaced": lambda name: name.replace("°", "\ufffd"),
    "the degree sign a question mark": lambda name: name.replace("°", "?"),
    "the degree sign encoded twice": lambda name: name.replace("°", "Â°"),
    "the degree sign read as Korean": lambda name: name.replace("°C", "캜"),
    "the degree sign read as Chinese": lambda name: name.replace("°C", "癈"),
    "no units": lambda name: name.split("(")[0].strip(),
    "small letters and underscores": lambda name: name.split("(")[0].strip().lower().replace(" ", "_"),
    "capitals": lambda name: name.split("(")[0].strip().upper().replace(" ", "_"),
    "units as letters": lambda name: "".join(c if c.isalnum() else "_" for c in name.replace("°", "deg ")),
    "blanks around": lambda name: f"  {name} ",
}


@pytest.mark.parametrize("spelling", HEADERS)
def test_headers_in_other_spellings(spelling, frame, expected, csv_bytes, read):
    renamed = frame.rename(columns=HEADERS[spelling])
    assert_frame_equal(read(csv_bytes(renamed, encoding="utf-8")), expected)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_encodings_separators_and_line_ends(encoding, separator, line_end, frame, expected, csv_bytes, read):
    data = csv_bytes(frame, encoding=encoding, separator=separator, line_end=line_end)
    assert_frame_equal(read(data), expected)


DATES = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%m/%d/%Y", "%d-%b-%Y", "%d/%m/%y",
         "%Y-%m-%d 00:00:00", "%d/%m/%Y 00:00"]  # fmt: skip


@pytest.mark.parametrize("style", DATES)
def test_date_formats(style, frame, expected, csv_bytes, read):
    days = pd.to_datetime(frame["Date"], format="%d/%m/%Y")
    assert_frame_equal(read(csv_bytes(frame.assign(Date=days.dt.strftime(style)))), expected)


def test_dates_without_leading_zeros(frame, expected, csv_bytes, read):
    days = pd.to_datetime(frame["Date"], format="%d/%m/%Y")
    short = [f"{day.day}/{day.month}/{day.year}" for day in days]
    assert_frame_equal(read(csv_bytes(frame.assign(Date=short))), expected)


def test_date_in_three_columns(frame, expected, csv_bytes, read):
    days = pd.to_datetime(frame["Date"], format="%d/%m/%Y")
    split = frame.drop(columns="Date").assign(Year=days.dt.year, Month=days.dt.month, Day=days.dt.day)
    assert_frame_equal(read(csv_bytes(split)), expected)


def test_hour_from_time_of_date(frame, expected, csv_bytes, read):
    starts = pd.to_datetime(frame["Date"] + " " + frame["Hour"], format="%d/%m/%Y %H")
    joined = frame.drop(columns=["Date", "Hour"]).assign(Datetime=starts.dt.strftime("%Y-%m-%d %H:%M:%S"))
    assert_frame_equal(read(csv_bytes(joined)), expected)


def test_extra_columns_and_order_are_ignored(frame, expected, csv_bytes, read):
    more = frame.assign(Weekend="0", Station="all", Datetime=frame["Date"])
    more = more[[*reversed(frame.columns), "Weekend", "Station", "Datetime"]]
    more.insert(0, "", range(len(frame)))
    assert_frame_equal(read(csv_bytes(more)), expected)


def test_spellings_of_categories(frame, expected, csv_bytes, read):
    spelled = frame.assign(
        Holiday=frame["Holiday"].replace({"No Holiday": "NoHoliday", "Holiday": "HOLIDAY"}),
        Seasons=frame["Seasons"].str.upper(),
        **{"Functioning Day": frame["Functioning Day"].replace({"Yes": "1", "No": "0"})},
    )
    assert_frame_equal(read(csv_bytes(spelled)), expected)


def test_no_holiday_is_no_holiday(expected):
    assert expected["holiday"].sum() == 24


def test_decimal_comma(frame, expected, csv_bytes, read):
    numbers = [name for name in frame.columns if "(" in name]
    german = frame.assign(**{name: frame[name].str.replace(".", ",") for name in numbers})
    assert_frame_equal(read(csv_bytes(german, separator=";")), expected)


def test_order_of_rows(frame, expected, csv_bytes, read):
    shuffled = read(csv_bytes(frame.sample(frac=1, random_state=1)))
    again = shuffled.sort_values("datetime").reset_index(drop=True)
    assert_frame_equal(again, expected.reset_index(drop=True))


def test_empty_weather_cell_is_missing(frame, csv_bytes, read):
    frame = frame.copy()
    frame.loc[3, "Humidity(%)"] = ""
    assert read(csv_bytes(frame))["humidity"].isna().sum() == 1


def test_blank_lines_count_as_lines(frame, csv_bytes, read):
    lines = csv_bytes(frame, line_end="\n").split(b"\n")
    data = b"\n".join([*lines[:3], b"", *lines[3:], b"", b""])
    assert list(read(data).index[:4]) == [2, 3, 5, 6]


def test_rentals_are_optional_in_hours_to_predict(frame, csv_bytes, read):
    without = read(csv_bytes(frame.drop(columns="Rented Bike Count")), with_rentals=False)
    assert without["rentals"].isna().all()
    blank = frame.assign(**{"Rented Bike Count": ["", *frame["Rented Bike Count"][1:]]})
    assert read(csv_bytes(blank), with_rentals=False)["rentals"].isna().sum() == 1


def test_real_file_is_read(real_file, read):
    observed = read(real_file.read_bytes())
    assert len(observed) == 8760
    assert str(observed["datetime"].iloc[0]) == "2017-12-01 00:00:00"
    assert str(observed["datetime"].iloc[-1]) == "2018-11-30 23:00:00"
    assert (observed["rentals"].sum(), observed["holiday"].sum()) == (6172314, 432)
    assert (~observed["functioning_day"]).sum() == 295
    assert observed["temperature"].mean() == pytest.approx(12.882922)


@given(
    data=st.data(),
    encoding=st.sampled_from(["cp1252", "utf-8", "utf-8-sig", "utf-16", "cp949"]),
    separator=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\r\n", "\n"]),
    spelling=st.sampled_from(sorted(HEADERS)),
    style=st.sampled_from(DATES),
)
@settings(max_examples=40)
def test_any_combination_of_formats(
    data, encoding, separator, line_end, spelling, style, frame, expected, csv_bytes, read
):
    days = pd.to_datetime(frame["Date"], format="%d/%m/%Y")
    varied = frame.assign(Date=days.dt.strftime(style))
    varied = varied[data.draw(st.permutations(list(frame.columns)), label="order of columns")]
    varied = varied.rename(columns=HEADERS[spelling])
    content = varied.to_csv(index=False, sep=separator, lineterminator=line_end)
    assert_frame_equal(read(content.encode(encoding, errors="replace")), expected)


@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@settings(max_examples=200)
def test_random_bytes_are_refused(content, read):
    with pytest.raises((FileError, ColumnError, CellError)):
        read(content)
