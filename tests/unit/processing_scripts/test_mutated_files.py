"""A table is read as it is meant, or refused, however a program wrote it."""

import os
import random

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from processing_scripts.errors import PreprocessingError
from processing_scripts.seoul_bike.chunks import ChunkReader

FILES = int(os.environ.get("MUTATED_FILES", "10000"))
MEASURED = ["Temperature(°C)", "Wind speed (m/s)", "Visibility (10m)", "Dew point temperature(°C)", "Rainfall(mm)"]
KOREAN = ["날짜", "대여건수", "시간", "기온(°C)", "습도(%)", "풍속(m/s)", "시정(10m)", "이슬점온도(°C)",
          "일사량(MJ/m2)", "강수량(mm)", "적설량(cm)", "계절", "공휴일", "운영일"]  # fmt: skip
KOREAN_CELLS = {
    "Seasons": {"Spring": "봄", "Summer": "여름", "Autumn": "가을", "Winter": "겨울"},
    "Holiday": {"Holiday": "공휴일", "No Holiday": "휴일 아님"},
    "Functioning Day": {"Yes": "예", "No": "아니오"},
}


def grouped(text, decimal, group, *, separate=True):
    whole, point, rest = text.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if separate and digits.isdigit():
        digits = f"{int(digits):,}".replace(",", group)
    return f"{sign}{digits}{decimal if point else ''}{rest}"


def days_of(frame):
    return pd.to_datetime(frame["Date"], format="%d/%m/%Y")


def with_dates(frame, style):
    return frame.assign(Date=days_of(frame).dt.strftime(style))


def korean(frame):
    translated = frame.assign(**{name: frame[name].map(cells) for name, cells in KOREAN_CELLS.items()})
    return translated.set_axis(KOREAN, axis=1)


def lines_before(generator, separator):
    several = ["\n", "\n\n \n", f"sep={separator}\n", f'"sep={separator}"\n', "# exported 2024-01-01; it's raw\n",
               f"{separator * 13}\n", f"sep={separator}\n\n"]  # fmt: skip
    return generator.choice(["", "", *several])


def written(frame, generator):
    """The table in a random form with the same meaning, as bytes."""
    separator = generator.choice([",", ";", "\t", "|"])
    decimal, group = generator.choice([(".", ","), (",", "."), (".", "'"), (",", " "), (",", "\u00a0"), (".", " ")])
    separate = generator.random() < 0.5
    numbers = generator.sample(MEASURED, generator.randint(1, len(MEASURED))) if separate else []
    if decimal == "," or separate:
        every = [name for name in frame.columns if "(" in name]
        frame = frame.assign(
            **{name: [grouped(text, decimal, group, separate=name in numbers) for text in frame[name]]
               for name in every}
        )  # fmt: skip
    frame = with_dates(frame, generator.choice(["%d/%m/%Y", "%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d-%b-%Y", "%m/%d/%Y"]))
    encoding = generator.choice(["utf-8", "utf-8-sig", "utf-16", "cp949", "cp1252"])
    if encoding != "cp1252" and generator.random() < 0.3:
        frame = korean(frame)
    elif generator.random() < 0.4:
        spell = generator.choice([str.upper, str.lower, lambda name: name.split("(")[0], lambda name: f" {name} "])
        frame = frame.rename(columns=spell)
    text = frame.to_csv(index=False, sep=separator, quoting=generator.choice([0, 1, 2]), lineterminator="\n")
    text = lines_before(generator, separator) + text
    return text.replace("\n", generator.choice(["\n", "\r\n"])).encode(encoding, errors="replace")


# Each changes the meaning of one cell or column.
BROKEN = {
    "negated holiday": lambda frame, at: frame.assign(Holiday=frame["Holiday"].replace("No Holiday", "비Holiday")),
    "signed holiday": lambda frame, at: frame.assign(Holiday=frame["Holiday"].replace("No Holiday", "!Holiday")),
    "lag": lambda frame, at: frame.rename(columns={MEASURED[at % 5]: f"{MEASURED[at % 5].split('(')[0]}_lag2"}),
    "change": lambda frame, at: frame.rename(columns={MEASURED[at % 5]: f"Δ{MEASURED[at % 5]}"}),
    "Fahrenheit": lambda frame, at: frame.rename(columns={"Temperature(°C)": "Temperature(°F)"}),
    "hour 24": lambda frame, at: with_cell(frame, at, "Hour", "24"),
    "hour 24 in dates": lambda frame, at: (
        frame.assign(Date=[f"{day} {int(hour) + 1}:00" for day, hour in zip(frame["Date"], frame["Hour"], strict=True)])
        .drop(columns="Hour")
    ),
    "two decimal marks": lambda frame, at: with_cell(frame, at, "Temperature(°C)", "1,5"),
    "thousands beside thousandths": lambda frame, at: frame.assign(
        **{"Visibility (10m)": [grouped(text, ",", ".") for text in frame["Visibility (10m)"]]}
    ),
    "no header": lambda frame, at: frame.set_axis(frame.iloc[0], axis=1).iloc[1:],
}  # fmt: skip


def with_cell(frame, at, column, cell):
    changed = frame.copy()
    changed.iloc[at % len(frame), changed.columns.get_loc(column)] = cell
    return changed


@pytest.fixture(scope="module")
def frame(raw_frame):
    """Days that have one reading in any order, and visibilities on both sides of 1000."""
    return with_cell(raw_frame(first="2018-05-13", hours=4 * 24), 3, "Visibility (10m)", "1500")


def check(seed, frame, expected, read):
    generator = random.Random(seed)
    if generator.random() < 0.3:
        name = generator.choice(sorted(BROKEN))
        data = BROKEN[name](frame, generator.randrange(len(frame))).to_csv(index=False, sep=";").encode()
        with pytest.raises(PreprocessingError):
            read(data)
        return 0
    try:
        found = read(written(frame, generator))
    except PreprocessingError:
        return 1
    assert_frame_equal(found.reset_index(drop=True), expected.reset_index(drop=True), obj=f"seed {seed}")
    return 0


@pytest.mark.parametrize(("first", "number"), [(0, 200), pytest.param(200, FILES, marks=pytest.mark.slow)])
def test_mutated_files_are_read_as_meant_or_refused(first, number, frame, csv_bytes, read):
    expected = read(csv_bytes(frame))
    refused = sum(check(seed, frame, expected, read) for seed in range(first, number))
    assert refused <= (number - first) / 20


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_changed_meaning_is_refused(name, frame, read):
    with pytest.raises(PreprocessingError):
        read(BROKEN[name](frame, 7).to_csv(index=False, sep=";").encode())


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_korean_headers(encoding, frame, csv_bytes, read):
    data = korean(frame).to_csv(index=False).encode(encoding)
    assert_frame_equal(read(data), read(csv_bytes(frame)))


def test_missing_header_is_named(frame, read):
    with pytest.raises(PreprocessingError, match="has no header: line 1 contains values"):
        read(frame.to_csv(index=False, header=False).encode())


def test_title_before_header_is_named(frame, read):
    with pytest.raises(PreprocessingError, match="has its header after other text"):
        read(b"Seoul bikes\n" + frame.to_csv(index=False).encode())


def test_ambiguous_number_names_both_meanings(frame, read):
    whole = frame.assign(**{name: frame[name].str.partition(".")[0] for name in frame.columns if "(" in name})
    thousands = whole.assign(**{"Visibility (10m)": [grouped(text, ",", ".") for text in whole["Visibility (10m)"]]})
    with pytest.raises(PreprocessingError, match=r"could be 1\.\d+ or 1\d+, and the file does not show which"):
        read(thousands.to_csv(index=False, sep=";").encode())


@pytest.mark.parametrize("name", ["Temperature_lag2", "atemp", "temp min", "Temperature (normalised)"])
def test_no_name_of_another_meaning_is_suggested(name, frame, csv_bytes, read):
    with pytest.raises(PreprocessingError, match=r"Column 'Temperature\(°C\)' is missing; the file has unknown"):
        read(csv_bytes(frame.rename(columns={"Temperature(°C)": name})))


@pytest.mark.parametrize("rows", [7, 1000])
def test_marks_are_those_of_the_whole_file_in_every_chunk(rows, frame, csv_bytes, read, tmp_path):
    numbers = {name: [grouped(text, ",", ".") for text in frame[name]] for name in frame.columns if "(" in name}
    path = tmp_path / "german.csv"
    path.write_bytes(frame.assign(**numbers).to_csv(index=False, sep=";").encode())
    chunks = [series.observations for chunk in ChunkReader(path, "now", rows) for series in chunk.series]
    assert_frame_equal(pd.concat(chunks), read(csv_bytes(frame)))
