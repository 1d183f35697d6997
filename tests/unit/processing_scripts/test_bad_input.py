"""Invalid input is refused in one sentence: what is wrong, where, and what to do."""

import json

import pandas as pd
import pytest

CLEAN = {"first": "2018-04-20", "hours": 40 * 24}


@pytest.fixture(scope="module")
def frame(raw_frame):
    return raw_frame(**CLEAN)


@pytest.fixture(scope="module")
def refusal(run_job, csv_bytes):
    """The message of a job on a frame or on bytes; nothing may have been written."""

    def refusal(raw, *arguments, batch=None):
        data = raw if isinstance(raw, bytes) else csv_bytes(raw)
        job = run_job(data, *arguments, batch=batch)
        assert job.exit_code == 1
        assert not job.output.exists()
        assert job.message.endswith((".", "?"))
        return job.message

    return refusal


def with_cell(frame, line, column, cell):
    """The frame with one cell changed; lines are counted as in the file, where the header is line 1."""
    changed = frame.copy()
    changed.loc[line - 2, column] = cell
    return changed


def test_missing_column_suggests_similar_name(frame, refusal):
    message = refusal(frame.rename(columns={"Functioning Day": "Functionning Dy"}))
    assert message == "Column 'Functionning Dy' is not known; did you mean 'Functioning Day'? Rename it."


def test_missing_column_lists_unknown_columns(frame, refusal):
    message = refusal(frame.drop(columns="Rainfall(mm)").assign(Station="all"))
    assert message == "Column 'Rainfall(mm)' is missing; the file has unknown columns 'Station'; add the column."


def test_missing_date_column(frame, refusal):
    assert refusal(frame.drop(columns="Date")).startswith("Column 'Date' is missing;")


def test_missing_rentals_column(frame, refusal):
    assert refusal(frame.drop(columns="Rented Bike Count")).startswith("Column 'Rented Bike Count' is missing;")


def test_duplicate_column(frame, refusal):
    message = refusal(frame.assign(Temp="3"))
    assert message == "Columns 'Temperature(°C)' and 'Temp' both mean Temperature(°C); keep one of them."


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("Temperature(°C)", "Temperature(°F)"),
        ("Wind speed (m/s)", "Wind speed (km/h)"),
        ("Visibility (10m)", "Visibility (km)"),
    ],
)
def test_column_in_another_unit(column, other, frame, refusal):
    message = refusal(frame.rename(columns={column: other}).to_csv(index=False).encode())
    assert message == f"Column '{other}' has another unit than '{column}'; convert its numbers and rename it."


def test_count_that_is_not_a_number(frame, refusal):
    message = refusal(with_cell(frame, 17, "Rented Bike Count", "many"))
    assert message == ("Line 17, column 'Rented Bike Count': 'many' is not a number; correct the cell.")


def test_negative_count(frame, refusal):
    message = refusal(with_cell(frame, 18, "Rented Bike Count", "-3"))
    assert message == (
        "Line 18, column 'Rented Bike Count': '-3' is below 0, which is impossible for Rented Bike Count; correct the "
        "cell."
    )


def test_fractional_count(frame, refusal):
    message = refusal(with_cell(frame, 19, "Rented Bike Count", "2.5"))
    assert message == "Line 19, column 'Rented Bike Count': '2.5' is not a whole number of bikes; correct the cell."


def test_empty_count(frame, refusal):
    message = refusal(with_cell(frame, 20, "Rented Bike Count", ""))
    assert message == "Line 20, column 'Rented Bike Count': is empty; enter the number of rented bikes."


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("Temperature(°C)", "warm", "'warm' is not a number"),
        ("Temperature(°C)", "inf", "'inf' is not a number"),
        ("Temperature(°C)", "91.4", "'91.4' is above 60, which is impossible"),
        ("Humidity(%)", "120", "'120' is above 100, which is impossible"),
        ("Hour", "24", "'24' is above 23, which is impossible"),
        ("Hour", "7.5", "'7.5' is not a full hour"),
        ("Hour", "", "'' is not a full hour"),
        ("Seasons", "Monsoon", "'Monsoon' is not a known value; write Winter, Spring, Summer or Autumn"),
        ("Holiday", "0", "'0' is not a known value; write Holiday or No Holiday"),
        ("Functioning Day", "Ye", "'Ye' is not a known value; write Yes or No"),
        ("Date", "20/13/2018", "'20/13/2018' is not a date from 1990 to 2100"),
        ("Date", "31/04/2018", "'31/04/2018' is not a date from 1990 to 2100"),
        ("Date", "20/04/1018", "'20/04/1018' is not a date from 1990 to 2100"),
        ("Date", "20/04/2018 00:30", "'20/04/2018 00:30' is not a date"),
        ("Rented Bike Count", "1e30", "'1e30' is above 1e+06, which is impossible"),
        ("Date", "yesterday", "'yesterday' is not a date"),
        ("Date", "", "'' is not a date"),
    ],
)
def test_invalid_cell(column, cell, problem, frame, refusal):
    message = refusal(with_cell(frame, 30, column, cell))
    assert message.startswith(f"Line 30, column '{column}': {problem}")


def test_hour_contradicts_date(frame, refusal):
    message = refusal(with_cell(frame, 30, "Date", "21/04/2018 13:00"))
    assert message == "Line 30, column 'Hour': is 4 where 'Date' contains 13:00; keep the right one."


def test_duplicate_hour_reports_both_lines(frame, refusal):
    message = refusal(pd.concat([frame, frame.iloc[[3]]]))
    assert message == (
        f"Lines 5 and {len(frame) + 2} both contain the hour 2018-04-20 03:00 (duplicate hours in total: 1); keep one "
        "row per hour."
    )


def test_too_many_missing_hours(frame, refusal):
    message = refusal(frame.drop(index=range(48, 48 + 96)))
    assert message == (
        "96 of the 960 hours from 2018-04-20 00:00 to 2018-05-29 23:00 are missing, first those between 2018-04-21 "
        "23:00 and 2018-04-26 00:00 (line 50); at most 5% may be missing, so provide the complete data."
    )


def test_few_missing_hours_are_accepted(frame, run_job, csv_bytes):
    assert run_job(csv_bytes(frame.drop(index=range(48, 48 + 48)))).exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\r\n \r\n"])
def test_empty_file(content, refusal):
    assert refusal(content) == "bikes.csv is empty; provide a CSV file with a header and rows."


def test_header_without_rows(frame, refusal):
    assert refusal(frame.iloc[:0]) == "bikes.csv has a header but no rows; provide a file with rows below it."


def test_notebook_instead_of_csv(refusal):
    notebook = json.dumps({"cells": [], "metadata": {}, "nbformat": 4}).encode()
    assert refusal(notebook) == (
        "bikes.csv is not a CSV file but JSON (perhaps a notebook); provide the table that it reads as CSV."
    )


@pytest.mark.parametrize(
    ("beginning", "what"),
    [
        (b"PK\x03\x04rest", "a ZIP archive or an Excel workbook"),
        (b"<!DOCTYPE html>", "HTML or XML"),
        (b"PAR1rest", "a Parquet file"),
        (b"\x1f\x8brest", "gzip-compressed"),
        (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
    ],
)
def test_other_format_instead_of_csv(beginning, what, refusal):
    assert refusal(beginning).startswith(f"bikes.csv is not a CSV file but {what}")


def test_truncated_file_reports_line(frame, csv_bytes, refusal):
    message = refusal(csv_bytes(frame)[:-80])
    assert message.startswith("Line 960 of bikes.csv has ")
    assert "cells where the header has 14: the row is cut off before " in message


def test_too_few_cells(frame, csv_bytes, refusal):
    lines = csv_bytes(frame).split(b"\r\n")
    lines[6] = lines[6].rsplit(b",", 2)[0]
    assert refusal(b"\r\n".join(lines)) == (
        "Line 7 of bikes.csv has 12 cells where the header has 14: the row is cut off before 'Holiday'; fix the row "
        "or download the file again."
    )


def test_too_many_cells(frame, csv_bytes, refusal):
    lines = csv_bytes(frame).split(b"\r\n")
    lines[6] += b",1"
    assert refusal(b"\r\n".join(lines)).startswith(
        "Line 7 of bikes.csv has 15 cells where the header has 14: there is an extra separator"
    )


def test_unclosed_quotation_mark(frame, csv_bytes, refusal):
    assert refusal(csv_bytes(frame).replace(b"Spring", b'"Spring', 1)).startswith("bikes.csv is not CSV (")


def test_binary_data(refusal):
    assert refusal(b"Date,Hour\x00\x01").startswith("bikes.csv contains binary data (byte 0 at offset 9)")


@pytest.mark.parametrize("split", ["days", "time"])
def test_too_few_days(split, raw_frame, refusal):
    assert refusal(raw_frame(hours=12 * 24), "--option", f"split={split}") == (
        f"The data has 12 days, but the split '{split}' needs at least 20 for its three sets; provide more data, or "
        "choose another split."
    )


def test_too_few_hours(raw_frame, refusal):
    assert refusal(raw_frame(first="2018-04-28", hours=99), "--option", "split=hours").startswith(
        "The data has 99 hours, but the split 'hours' needs at least 100"
    )


def test_set_with_a_single_class(frame, refusal):
    message = refusal(frame.assign(**{"Rented Bike Count": "7"}))
    assert message.startswith("All 768 hours of the training set are low demand (threshold 7 rentals per hour)")


def test_only_the_requested_task_is_checked(frame, csv_bytes, run_job, refusal):
    one_class = frame.assign(**{"Rented Bike Count": "7"})
    assert run_job(csv_bytes(one_class), "--task", "regression").exit_code == 0
    assert "low demand" in refusal(one_class, "--task", "classification")
    closed_end = frame.assign(**{"Functioning Day": ["Yes"] * 768 + ["No"] * 192})
    by_time = ("--option", "split=time", "--task")
    assert "hours of the test set, so there is nothing to predict" in refusal(closed_end, *by_time, "regression")
    assert run_job(csv_bytes(closed_end), *by_time, "classification").exit_code == 0


def test_contradicting_seasons_are_counted(frame, csv_bytes, run_job):
    job = run_job(csv_bytes(frame.assign(Seasons="Winter")))
    report = json.loads((job.output / "schema" / "data-report.json").read_text())
    odd = {oddity["name"]: oddity["rows"] for oddity in report["oddities"]}
    assert odd["season_contradicts_date"] == len(frame)


def test_invalid_batch(frame, csv_bytes, refusal):
    batch = csv_bytes(with_cell(frame, 4, "Humidity(%)", "wet"))
    assert refusal(frame, batch=batch).startswith("Line 4, column 'Humidity(%)': 'wet' is not a number")
    assert refusal(frame, batch=csv_bytes(pd.concat([frame, frame]))).startswith(
        "Lines 2 and 962 both contain the hour"
    )


@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"]])
def test_input_must_be_one_file(names, tmp_path, capsys):
    from processing_scripts.preprocess import main

    (tmp_path / "data").mkdir()
    for name in names:
        (tmp_path / "data" / name).touch()
    places = ["--input", str(tmp_path), "--output", str(tmp_path / "output"), "--message", str(tmp_path / "message")]
    assert main(places) == 1
    assert f"must contain exactly one file, but contains {len(names)}" in capsys.readouterr().err


def test_exit_message_is_cut_to_one_kilobyte(frame, csv_bytes, run_job, capsys):
    titles = {title: f"{'한' * 78}{number}" for number, title in enumerate(frame.columns) if title != "Date"}
    job = run_job(csv_bytes(frame.rename(columns=titles), encoding="utf-8"))
    assert 1021 < len(job.message.encode()) <= 1024
    assert capsys.readouterr().err.startswith(job.message)


@pytest.mark.parametrize("quantile", ["0", "1", "-0.5", "nan"])
def test_threshold_quantile_out_of_range(quantile, csv_bytes, frame, run_job, capsys):
    with pytest.raises(SystemExit) as exit_:
        run_job(csv_bytes(frame), "--threshold-quantile", quantile)
    assert exit_.value.code == 2
    assert f"{quantile} is not between 0 and 1" in capsys.readouterr().err
