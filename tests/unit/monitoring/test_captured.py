"""Calls that an endpoint captured become a window, whoever made them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.errors import InputError
from evaluation.monitoring.answers import read_answers
from evaluation.monitoring.captured import EVER, period, write_captured
from evaluation.schema import Schema, Task

SCHEMA = Schema(
    {
        "keys": {"columns": ["day", "shop"], "time": "day"},
        "features": [
            {"name": "price", "type": "number"},
            {"name": "sky", "type": "category", "levels": ["clear", "fog"]},
        ],
        "rules": [{"feature": "price", "value": 0, "predict": 0, "tasks": ["sales"]}],
    },
    "0",
    Path("schema.json"),
)
SALES = Task("sales", "regression", "rmse", "sold", minimum=0)
GRADES = Task("grade", "multiclass", "log_loss", "grade", classes=("low", "high"))


def call(
    folder: Path, inference_id: str | None, sent: str, answered: str, hour: int = 0, encoding: str = "CSV"
) -> None:
    """Write one captured call as SageMaker does."""
    metadata: dict[str, Any] = {"eventId": "e", "inferenceTime": f"2018-03-01T{hour:02}:00:00Z"}
    if inference_id is not None:
        metadata["inferenceId"] = inference_id
    sides = {"endpointInput": sent, "endpointOutput": answered}
    data = {side: {"data": text, "encoding": encoding, "mode": "x"} for side, text in sides.items()}
    path = folder / "AllTraffic" / "2018" / "03" / "01" / f"{hour:02}" / f"{len(list(folder.rglob('*')))}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}) + "\n")


def window(folder: Path, task: Task = SALES, when: Any = EVER) -> tuple[pd.DataFrame, int]:
    left_out = write_captured(folder, when, "predicted_sold", task, SCHEMA, folder / "captured.csv")
    return pd.read_csv(folder / "captured.csv", dtype={"shop": str}), left_out


def test_the_id_of_a_call_of_one_row_is_its_key(tmp_path: Path) -> None:
    call(tmp_path, "2018-03-01,07", "2.5,1\n", "7.5\n")
    rows, left_out = window(tmp_path)
    expected = {"day": "2018-03-01", "shop": "07", "price": 2.5, "sky": "fog", "predicted_sold": 7.5}
    assert rows.to_dict("records") == [expected]
    assert left_out == 0


def test_calls_of_several_rows_have_a_file_of_keys(tmp_path: Path) -> None:
    keys = tmp_path / "raw-rows" / "abc" / "keys.csv"
    keys.parent.mkdir(parents=True)
    keys.write_text("shop,day\n01,2018-03-01\n02,2018-03-01\n03,2018-03-01\n")
    call(tmp_path, "abc/0", "1,0\n2,\n", "5\n6\n")
    call(tmp_path, "abc/2", "3,0\n", "-7\n")
    rows, _ = window(tmp_path)
    assert rows["shop"].tolist() == ["01", "02", "03"]
    assert rows["predicted_sold"].tolist() == [5, 6, 0], "after the rules"
    assert rows["sky"].isna().tolist() == [False, True, False]


def test_the_last_call_of_a_key_counts(tmp_path: Path) -> None:
    call(tmp_path, "2018-03-01,07", "2,1\n", "9\n", hour=5)
    call(tmp_path, "2018-03-01,07", "2,1\n", "8\n", hour=3)
    assert window(tmp_path)[0]["predicted_sold"].tolist() == [9]


def test_rows_without_a_key_are_counted(tmp_path: Path) -> None:
    call(tmp_path, "2018-03-01,07", "2,1\n", "9\n")
    call(tmp_path, None, "2,1\n3,1\n", "9\n9\n")
    call(tmp_path, "gone/0", "2,1\n", "9\n")
    call(tmp_path, "2018-03-02,08", "AAAA", "AAAA", encoding="BASE64")
    assert window(tmp_path)[1] == 3


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("any", "any", [3, 9, 15]),
        ("2018-03-01T09:00", "any", [9, 15]),
        ("any", "2018-03-01T18:00+09:00", [3]),
        ("7h", "2h", [9]),
        ("1d", "any", [3, 9, 15]),
        ("2018-03-02", "any", []),
    ],
)
def test_a_period_limits_the_calls(tmp_path: Path, since: str, until: str, hours: list[int]) -> None:
    for hour in (3, 9, 15):
        call(tmp_path, f"2018-03-01,{hour:02}", "2,1\n", f"{hour}\n", hour=hour)
    when = period(since, until, datetime(2018, 3, 1, 16, tzinfo=UTC))
    if hours:
        assert window(tmp_path, when=when)[0]["predicted_sold"].tolist() == hours
    else:
        with pytest.raises(InputError, match="captured no call in the window"):
            window(tmp_path, when=when)


def test_a_period_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="--since is 'soon'"):
        period("soon", "any", datetime.now(UTC))


@pytest.mark.parametrize(
    ("inference_id", "sent", "answered", "sentence"),
    [
        (None, "2,1\n", "9\n", "None of the 1 captured rows has a key; send it as the InferenceId"),
        ("2018-03-01,07", "2,1,4\n", "9\n", "has 3 features where the version has 2"),
        ("2018-03-01,07", "2,1\n", "9\n8\n", "2 predictions for 1 rows"),
        ("2018-03-01,07", "price,1\n", "9\n", "no table of numbers"),
        ("2018-03-01,07", "2,1\n", "nine\n", "neither numbers nor predictions as JSON"),
        ("2018-03-01,07", "2,1\n", '{"scores": [9]}', "neither numbers nor predictions as JSON"),
    ],
)
def test_other_calls_are_refused_in_a_sentence(
    tmp_path: Path, inference_id: str | None, sent: str, answered: str, sentence: str
) -> None:
    call(tmp_path, inference_id, sent, answered)
    with pytest.raises(InputError, match=sentence):
        window(tmp_path)


def test_classes_have_a_probability_each(tmp_path: Path) -> None:
    call(tmp_path, "2018-03-01,07", "2,1\n", '{"probabilities": [[0.25, 0.75]]}')
    (row,) = window(tmp_path, GRADES)[0].to_dict("records")
    assert (row["probability_low"], row["probability_high"]) == (0.25, 0.75)


def test_responses_of_several_batches_are_one_after_another() -> None:
    assert read_answers('{"prediction": [1.0]}\n{"prediction": [2.0, 3.0]}', 1).tolist() == [1, 2, 3]
    assert read_answers("[0.5, 0.5]\n[0.1, 0.9]\n", 2).tolist() == [[0.5, 0.5], [0.1, 0.9]]
    assert np.array_equal(read_answers("1,2\n", 1), [1, 2])


def test_a_data_set_without_keys_is_refused(tmp_path: Path) -> None:
    call(tmp_path, None, "2,1\n", "9\n")
    without = Schema({**SCHEMA.content, "keys": {"columns": ["row"], "row_number": "row"}}, "0", Path("schema.json"))
    with pytest.raises(InputError, match="The data set has no key"):
        write_captured(tmp_path, EVER, "predicted_sold", SALES, without, tmp_path / "captured.csv")
