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


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=2, unique=True), st.lists(TEXTS, min_size=3, max_size=3), TEXTS)
def test_categories_and_keys_are_texts_in_the_result(levels, keys, feature):
    schema = {
        "features": [{"name": feature, "type": "category", "levels": levels}, {"name": "n", "type": "number"}],
        "tasks": {"t": {"kind": "regression", "target": "price"}},
    }
    with tempfile.TemporaryDirectory() as folder:
        rows = pd.DataFrame({"key": keys, feature: [1, 0, -1], "n": [1.0, 2.0, 3.0]})
        rows.to_parquet(Path(folder) / "part.parquet", index=False)
        prepared = Prepared((Part("part", 3, Path(folder) / "part.parquet"),), read=3)
        responses = Responses(
            Bucket(),
            "s3://bucket/out",
            CSV,
            ModelMetadata(b"", schema, {"best": {"algorithm": "a"}, "candidates": {"a": {}}}),
            "t",
        )
        files = write_result(prepared, responses, Path(folder) / "result")
        with files["csv"].open(encoding="utf-8", newline="") as file:
            header, *written = csv.reader(file)
        parquet = pd.read_parquet(files["parquet"])
    assert header == ["key", feature, "n", "predicted_price"]
    assert [row[:2] for row in written] == [[keys[0], levels[1]], [keys[1], levels[0]], [keys[2], ""]]
    assert parquet[feature].tolist() == [levels[1], levels[0], None]
