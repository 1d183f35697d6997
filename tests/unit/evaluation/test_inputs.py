"""Rows, labels and keys that preprocessing wrote, read together."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation import inputs
from evaluation.errors import InputError
from evaluation.inputs import read_parts
from evaluation.schema import Schema

ROWS = 12
RULE = {
    "feature": "open",
    "value": 0,
    "predict": 0,
    "tasks": ["demand"],
    "left_out_of": {"demand": ["train"]},
    "keys_column": "state",
    "keys_value": "closed",
}
CONTENT = {
    "features": [{"name": "x"}],
    "rows": dict.fromkeys(("train", "validation", "test"), ROWS),
    "tasks": {"demand": {"kind": "regression", "metric": "rmse", "target": "y"}},
    "keys": {"columns": ["id"], "baseline": ["group"]},
    "slices": [{"by": "state", "column": "state", "values": ["open", "closed"]}],
}


def read(source: Path, left_out: int = 0, **changed):
    """Write sets whose labels, features and groups are the number of the row, without those left out; read them."""
    numbers = np.arange(ROWS)
    for part in ("train", "validation", "test"):
        (source / "data" / part).mkdir(parents=True)
        rows = numbers[left_out:] if part == "train" else numbers
        pd.DataFrame({0: rows, 1: rows}).to_csv(source / "data" / part / "data.csv", header=False, index=False)
    states = np.where(numbers < left_out, "closed", "open")
    keys = pd.DataFrame({"id": [f"{number:03}" for number in numbers], "group": numbers, "state": states})
    (source / "keys").mkdir()
    for part in ("train", "validation", "test"):
        keys.to_csv(source / "keys" / f"{part}.csv", index=False)
    schema = Schema({**CONTENT, **changed}, "", Path("schema.json"))
    return read_parts(source, schema.task("demand"), schema)


def test_identity_is_read_as_text(tmp_path):
    assert read(tmp_path)["test"].keys["id"].tolist()[:2] == ["000", "001"]


def test_rows_that_a_rule_leaves_out(tmp_path):
    parts = read(tmp_path, left_out=3, rules=[RULE])
    assert parts["train"].keys["group"].astype(int).tolist() == parts["train"].labels.tolist() == list(range(3, ROWS))
    assert len(parts["test"].labels) == ROWS


@pytest.mark.parametrize("left_out", [0, 2])
def test_sample_of_a_large_training_set(tmp_path, monkeypatch, left_out):
    monkeypatch.setattr(inputs, "MOST_TRAINING_ROWS", 5)
    monkeypatch.setattr(inputs, "_CHUNK_ROWS", 4)
    parts = read(tmp_path, left_out=left_out, rules=[RULE])
    train = parts["train"]
    assert train.labels.tolist() == list(range(left_out, ROWS, 3))
    assert train.keys["group"].astype(int).tolist() == train.features[:, 0].tolist() == train.labels.tolist()
    assert len(parts["test"].labels) == ROWS


def test_column_that_the_keys_lack(tmp_path):
    with pytest.raises(InputError, match=r"train\.csv cannot be read as keys with the columns other"):
        read(tmp_path, keys={"baseline": ["other"]})


def test_time_that_is_none(tmp_path):
    with pytest.raises(InputError, match=r"train\.csv cannot be read as keys"):
        read(tmp_path, keys={"time": "state"})


def test_groups_are_resampled_together(tmp_path):
    part = read(tmp_path, keys={"unit": "state"}, rules=[])["test"]
    assert part.units.tolist() == [0] * ROWS
