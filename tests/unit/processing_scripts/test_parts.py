"""Features in chunks equal those of the whole file, with the same refusals."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing_scripts import parts as module
from processing_scripts import recordio
from processing_scripts.errors import ColumnError, HistoryError, HoursError
from processing_scripts.loading import load
from processing_scripts.schema import dataset_path, load_schema
from processing_scripts.seoul_bike.chunks import ChunkReader


@pytest.fixture(scope="module")
def schema_file(raw_frame, csv_bytes, run_job):
    return run_job(csv_bytes(raw_frame()), "--option", "features=history").output / "schema" / "schema.json"


@pytest.fixture(scope="module")
def hours(raw_frame):
    """Twelve days without the rentals."""
    return raw_frame("2018-07-01", hours=288, seed=3).drop(columns="Rented Bike Count")


@pytest.fixture
def parts_of(tmp_path, csv_bytes):
    def parts(frame, rows, series=None):
        path = tmp_path / "hours.csv"
        path.write_bytes(csv_bytes(frame))
        return ChunkReader(path, "history", rows, series)

    return parts


@pytest.fixture
def joined(schema_file):
    def joined(parts):
        schema = load_schema(schema_file)
        data_set, read = load(dataset_path(schema)), list(parts)
        features = [data_set.features_of_chunk(part, schema) for part in read]
        return pd.concat([part.keys for part in read]), pd.concat(features)

    return joined


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(1, 300))
def test_features_do_not_depend_on_chunk_size(rows, hours, parts_of, joined, schema_file):
    parts = parts_of(hours, rows)
    keys, features = joined(parts)
    schema = load_schema(schema_file)
    whole = load(dataset_path(schema)).features_of_rows(parts.path, schema)
    assert keys["datetime"].tolist() == whole.index.tolist()
    np.testing.assert_array_equal(features.to_numpy(dtype=float), whole.to_numpy(dtype=float))
    assert list(features.columns) == list(whole.columns)
    assert (parts.read, parts.predicted) == (288, len(whole))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(20, 900), seed=st.integers(0, 2**16))
def test_mixed_series_have_separate_histories(rows, seed, raw_frame, parts_of, joined):
    stations = {name: raw_frame("2018-07-01", hours=230, seed=number) for number, name in enumerate("ABC")}
    owner = np.random.default_rng(seed).permutation(np.repeat(list(stations), 230))
    mixed = pd.DataFrame({"Station": owner}).assign(position=lambda frame: frame.groupby("Station").cumcount())
    tables = pd.concat([frame.assign(Station=name, position=range(230)) for name, frame in stations.items()])
    keys, features = joined(parts_of(mixed.merge(tables, on=["Station", "position"]), rows, "Station"))
    for name, frame in stations.items():
        alone_keys, alone = joined(parts_of(frame, 1000))
        of_station = keys["Station"] == name
        assert keys.loc[of_station, "datetime"].tolist() == alone_keys["datetime"].tolist()
        np.testing.assert_array_equal(features[of_station].to_numpy(dtype=float), alone.to_numpy(dtype=float))


def test_all_chunks_share_one_date_format(hours, parts_of, joined):
    """The first part alone, of 1 to 7 July, could be of January to July as well."""
    keys, _ = joined(parts_of(hours, 168))
    assert keys["datetime"].min() == pd.Timestamp("2018-07-07 16:00")


def test_hours_out_of_order(hours, parts_of):
    swapped = hours.iloc[[*range(200), 201, 200, *range(202, 288)]]
    with pytest.raises(
        HoursError, match=r"^Line 203 \(hour 2018-07-09 08:00\) does not come after line 202 .* --series"
    ):
        list(parts_of(swapped, 50))
    doubled = hours.iloc[[*range(200), 199, *range(200, 288)]]
    with pytest.raises(HoursError, match=r"^Line 202 .* does not come after line 201"):
        list(parts_of(doubled, 200))


def test_series_without_history(hours, parts_of):
    short = pd.concat([hours.assign(Station="A"), hours.iloc[:30].assign(Station="B")])
    with pytest.raises(HistoryError, match=r"^None of the 30 hours to predict of 'B' has its history"):
        list(parts_of(short, 100, "Station"))
    with pytest.raises(HistoryError, match=r"^None of the 30 hours to predict has its history"):
        list(parts_of(hours.iloc[:30], 20))


def test_gap_after_first_prediction(hours, parts_of):
    gap = hours.drop(index=range(200, 240))
    with pytest.raises(HistoryError, match=r"^Line 202 \(hour 2018-07-11 00:00\) cannot be predicted"):
        list(parts_of(gap, 60))


def test_missing_series_column(hours, parts_of):
    with pytest.raises(ColumnError, match=r"^The series column .Stop. is missing; hours\.csv has .Date."):
        list(parts_of(hours, 60, "Stop"))


@pytest.mark.parametrize("form", ["csv", "recordio"])
def test_command_writes_matching_chunks(form, hours, parts_of, schema_file, tmp_path, capfd):
    path = parts_of(hours, 1).path
    arguments = ["--schema", str(schema_file), "--data", str(path), "--output", str(tmp_path / "out"), "--rows", "220"]
    assert module.main([*arguments, "--format", form]) == 0
    printed = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert printed == [
        {"part": "part-00000", "rows": 60},
        {"part": "part-00001", "rows": 68},
        {"read": 288, "predicted": 128},
    ]
    for part in printed[:2]:
        known = pq.read_table(tmp_path / "out" / "known" / f"{part['part']}.parquet").to_pandas()
        rows = tmp_path / "out" / "rows" / f"{part['part']}.{form}"
        sent = pd.read_csv(rows, header=None) if form == "csv" else recordio.loads(rows.read_bytes())[0]
        expected = known.drop(columns="datetime").to_numpy(dtype=float)
        np.testing.assert_allclose(np.asarray(sent, dtype=float), expected, rtol=1e-7)
        assert len(known) == part["rows"]


def test_chunk_that_cannot_be_written(hours, parts_of, schema_file, tmp_path, capfd):
    path = parts_of(hours, 1).path
    (tmp_path / "out" / "known" / "part-00002.parquet").mkdir(parents=True)
    arguments = ["--schema", str(schema_file), "--data", str(path), "--output", str(tmp_path / "out"), "--rows", "20"]
    assert module.main(arguments) == 1
    printed, log = capfd.readouterr()
    assert [json.loads(line)["part"] for line in printed.splitlines()] == ["part-00000", "part-00001"]
    assert "part-00002.parquet" in log.splitlines()[-1]


def test_late_refusal_keeps_earlier_chunks(hours, parts_of, schema_file, tmp_path, capfd):
    path = parts_of(hours, 1).path
    text = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*text[:270], text[270].replace(b",", b";", 1), *text[271:]]))
    arguments = ["--schema", str(schema_file), "--data", str(path), "--output", str(tmp_path / "out"), "--rows", "20"]
    assert module.main(arguments) == 1
    printed, log = capfd.readouterr()
    assert log.startswith("Line 271 ")
    for line in printed.splitlines():
        part = json.loads(line)
        assert pq.read_metadata(tmp_path / "out" / "known" / f"{part['part']}.parquet").num_rows == part["rows"]


def test_command_reports_refusal(schema_file, tmp_path, capsys):
    (tmp_path / "hours.csv").write_text("Date,Hour\n2018-07-01,0\n")
    arguments = ["--schema", str(schema_file), "--data", str(tmp_path / "hours.csv"), "--output", str(tmp_path)]
    assert module.main(arguments) == 1
    assert "is missing" in capsys.readouterr().err
