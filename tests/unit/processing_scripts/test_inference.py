"""Features of raw hours for a trained model."""

import io
import json

import pandas as pd
import pytest

from processing_scripts import inference


@pytest.fixture(scope="module")
def data(raw_frame, csv_bytes, tmp_path_factory):
    path = tmp_path_factory.mktemp("inference") / "data.csv"
    path.write_bytes(csv_bytes(raw_frame()))
    return path


@pytest.fixture(scope="module")
def coming(raw_frame, csv_bytes):
    return csv_bytes(raw_frame(first="2018-06-19", hours=24).drop(columns="Rented Bike Count"))


@pytest.fixture(scope="module")
def job(run_job, data, coming):
    return run_job(data.read_bytes(), batch=coming)


@pytest.fixture
def hours(coming, tmp_path):
    path = tmp_path / "hours.csv"
    path.write_bytes(coming)
    return path


def run(job, *arguments):
    return inference.main(["--schema", str(job.output / "schema" / "schema.json"), *map(str, arguments)])


def test_rows_equal_those_of_a_batch(job, hours, data, capsys):
    assert run(job, "--data", hours, "--known", data) == 0
    rows = pd.read_csv(io.StringIO(capsys.readouterr().out), header=None, dtype=float, float_precision="round_trip")
    expected = pd.read_csv(job.output / "batch" / "data.csv", header=None, dtype=float, float_precision="round_trip")
    pd.testing.assert_frame_equal(rows, expected, check_exact=True)


def test_hours_without_history(job, hours, capsys):
    assert run(job, "--data", hours) == 1
    assert capsys.readouterr().err.startswith("None of the 24 hours to predict has its history")


def test_schema_with_unknown_features(job, hours, data, tmp_path, capsys):
    schema = json.loads((job.output / "schema" / "schema.json").read_text())
    schema["features"][0]["name"] = "phase_of_the_moon"
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    assert inference.main(["--schema", str(tmp_path / "schema.json"), "--data", str(hours), "--known", str(data)]) == 1
    assert "phase_of_the_moon" in capsys.readouterr().err


def test_named_rows(job, hours, data, capsys):
    assert run(job, "--data", hours, "--known", data, "--named") == 0
    header, first, *_ = capsys.readouterr().out.splitlines()
    schema = json.loads((job.output / "schema" / "schema.json").read_text())
    assert header.split(",") == ["datetime", *(feature["name"] for feature in schema["features"])]
    hour, *values = first.split(",")
    assert hour == "2018-06-19T00:00:00"
    row = (job.output / "batch" / "data.csv").read_text().splitlines()[0]
    assert list(map(float, values)) == list(map(float, row.split(",")))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"Temperature(°C)": None}, "Line 2, column 'Temperature(°C)': is empty; give its value."),
        ({"Humidty": 50}, "Column 'Humidty' is not known; did you mean 'Humidity(%)'? Rename it."),
        ({"phase of the moon": 1}, "Column 'phase of the moon' is not known; known columns: Date, Rented Bike Count"),
    ],
)
def test_complete_refuses_empty_cells(job, raw_frame, csv_bytes, data, tmp_path, capsys, change, sentence):
    path = tmp_path / "input.csv"
    path.write_bytes(csv_bytes(raw_frame(first="2018-06-19", hours=2).assign(**change)))
    assert run(job, "--data", path, "--known", data) == 0
    capsys.readouterr()
    assert run(job, "--data", path, "--known", data, "--complete") == 1
    assert sentence in capsys.readouterr().err


def test_complete_never_uses_hours_as_history(job, raw_frame, csv_bytes, data, tmp_path, capsys):
    path = tmp_path / "input.csv"
    early, late = (raw_frame(first=first, hours=1) for first in ("2018-01-01", "2018-06-19"))
    path.write_bytes(csv_bytes(pd.concat([early, late])))
    known = tmp_path / "known.csv"
    known.write_bytes(csv_bytes(raw_frame(first="2018-06-01", hours=24 * 18)))
    assert run(job, "--data", path, "--known", known, "--complete") == 1
    assert "Hour 2018-01-01 00:00 has no history in known.csv" in capsys.readouterr().err
