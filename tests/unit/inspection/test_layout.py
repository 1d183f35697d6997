"""A CSV file's separator, encoding, header and marks are found from the file."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.data.inspection.document import as_toml
from pipelines.data.inspection.layout import find_layout
from pipelines.data.inspection.proposal import propose
from pipelines.data.inspection.table import inspect_table
from pipelines.errors import BadInput
from processing_scripts.reading.numbers import Marks


def numbers(rows: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "größe": random.normal(0, 100, rows).round(2),
            "이름": random.choice(["가", "나, 다"], rows),
            "ziel": random.normal(size=rows).round(3),
        }
    )


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_finds_how_a_file_was_written(tmp_path, encoding, separator, decimal, header):
    file = tmp_path / "table.csv"
    table = numbers()
    table.to_csv(file, sep=separator, decimal=decimal, encoding=encoding, index=False, header=header)
    target = "ziel" if header else "column_3"
    inspected = inspect_table(file, target)
    layout = inspected.files.layouts[0]
    assert (layout.separator, layout.header, layout.encoding) == (separator, header, encoding)
    assert inspected.rows == len(table)
    assert inspected.marks.decimal == decimal
    assert inspected.columns[target].highest == pytest.approx(table["ziel"].max())


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize(("decimal", "before_text"), [(".", "  "), (",", "  "), (".", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_finds_cells_between_runs_of_blanks(tmp_path, encoding, decimal, before_text, header):
    table = numbers()[["größe", "ziel", "이름"]]
    texts = [f"{a:8.2f}   {b:.3f}".replace(".", decimal) + f'{before_text}"{c}" ' for a, b, c in table.to_numpy()]
    file = tmp_path / "table.data"
    file.write_text("\n".join([*(["größe ziel 이름"] if header else []), *texts, " "]), encoding=encoding)
    target = "ziel" if header else "column_2"
    inspected = inspect_table(file, target)
    layout = inspected.files.layouts[0]
    assert (layout.separator, layout.header, inspected.rows) == ("whitespace", header, len(table))
    assert inspected.columns[target].highest == pytest.approx(table["ziel"].max())
    assert set(inspected.columns["이름" if header else "column_3"].texts) == {"가", "나, 다"}


@pytest.mark.parametrize(
    ("row", "separator"), [("a b,c d", ","), ("1,  a b,  3", ","), ("2018-01-01  12:00 ; 5", ";"), ("a b\tc d", "\t")]
)
def test_blanks_within_cells_separate_nothing(tmp_path, row, separator):
    file = tmp_path / "table.csv"
    file.write_text(f"{row}\n" * 30)
    assert find_layout(file, "column_1").separator == separator


def test_finds_korean_text_and_grouped_thousands(tmp_path):
    file = tmp_path / "table.csv"
    table = numbers().drop(columns="größe")
    table["금액"] = [f"{value:,.1f}" for value in np.linspace(1, 5_000_000, len(table))]
    table.to_csv(file, encoding="cp949", index=False)
    inspected = inspect_table(file, "ziel")
    assert (inspected.files.layouts[0].encoding, inspected.marks) == ("cp949", Marks(".", ","))
    assert inspected.columns["금액"].highest == 5_000_000
    assert 'encoding = "cp949"\ngrouping = ","' in as_toml(propose(file, "ziel"), "a.csv", "a.csv")


def test_a_feature_without_name_is_ignored(tmp_path):
    file = tmp_path / "table.csv"
    numbers().rename(columns={"größe": ""}).to_csv(file, index=False)
    [warning] = propose(file, "ziel").warnings
    assert warning == "Column 'column_1' has no name in the header, so it is ignored; add one."


def test_reads_a_folder_of_files_and_parquet(tmp_path):
    table = numbers()
    for form in ("csv", "parquet"):
        folder = tmp_path / form
        (folder / "month=1").mkdir(parents=True)
        (folder / "_SUCCESS").touch()
        for at, part in enumerate((table[:30], table[30:])):
            path = folder / "month=1" / f"{at}.{form}"
            part.to_csv(path, index=False) if form == "csv" else part.to_parquet(path)
        inspected = inspect_table(folder, "ziel")
        assert inspected.rows == 60
        assert inspected.columns["größe"].lowest == pytest.approx(table["größe"].min())


def test_refuses_files_of_different_columns(tmp_path):
    numbers().to_csv(tmp_path / "1.csv", index=False)
    numbers().rename(columns={"ziel": "target"}).to_csv(tmp_path / "2.csv", index=False)
    with pytest.raises(BadInput, match=r"have different columns: only one of them has the column '(ziel|target)'"):
        inspect_table(tmp_path, "ziel")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=5)


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=30) | st.binary(max_size=300))
def test_any_file_is_read_or_refused_in_a_sentence(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.csv"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows(content)
    try:
        layout = find_layout(file, "x")
        inspect_table(file, "x")
    except BadInput:
        return
    assert len(layout.names) > 1
