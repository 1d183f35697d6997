"""The files of a batch: every text is read back as it was."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.definition.formats import CSV
from pipelines.models.registry import ModelMetadata
from pipelines.serving.batch.result import Responses, write_result
from pipelines.serving.batch.rows import Part, Prepared

TEXTS = st.text(st.sampled_from("aé가 ,;\"'<>&\n"), min_size=1, max_size=6).map(lambda text: f"x{text}x")


class Bucket:
    def get_object(self, **_names: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(b"1.5\n2.5\n3.5\n")}


def test_columns_called_like_a_prediction_get_another_name(tmp_path):
    schema = {
        "features": [{"name": "predicted_price", "type": "number"}, {"name": "n", "type": "number"}],
        "tasks": {"t": {"kind": "regression", "target": "price"}},
    }
    rows = pd.DataFrame({"row": [1, 2, 3], "predicted_price": [7.0, 8.0, 9.0], "n": [1.0, 2.0, 3.0]})
    result = pd.read_parquet(result_of(tmp_path, schema, rows)["parquet"])
    assert [*result] == ["row", "feature predicted_price", "n", "predicted_price"]
    assert result["predicted_price"].tolist() == [1.5, 2.5, 3.5]


def result_of(folder: Path, schema: dict[str, Any], rows: pd.DataFrame) -> dict[str, Path]:
    """Write the result of three rows and their keys."""
    rows.to_parquet(folder / "part.parquet", index=False)
    prepared = Prepared((Part("part", len(rows), folder / "part.parquet"),), read=len(rows))
    metadata = ModelMetadata(b"", schema, {"best": {"algorithm": "a"}, "candidates": {"a": {}}})
    return write_result(prepared, Responses(Bucket(), "s3://bucket/out", CSV, metadata, "t"), folder / "result")


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=2, unique=True), st.lists(TEXTS, min_size=3, max_size=3), TEXTS)
def test_categories_and_keys_are_texts_in_the_result(levels, keys, feature):
    schema = {
        "features": [{"name": feature, "type": "category", "levels": levels}, {"name": "n", "type": "number"}],
        "tasks": {"t": {"kind": "regression", "target": "price"}},
    }
    with tempfile.TemporaryDirectory() as folder:
        rows = pd.DataFrame({"key": keys, feature: [1, 0, -1], "n": [1.0, 2.0, 3.0]})
        files = result_of(Path(folder), schema, rows)
        with files["csv"].open(encoding="utf-8", newline="") as file:
            header, *written = csv.reader(file)
        parquet = pd.read_parquet(files["parquet"])
    assert header == ["key", feature, "n", "predicted_price"]
    assert [row[:2] for row in written] == [[keys[0], levels[1]], [keys[1], levels[0]], [keys[2], ""]]
    assert parquet[feature].tolist() == [levels[1], levels[0], None]
