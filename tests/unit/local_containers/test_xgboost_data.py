"""The data that the built-in XGBoost accepts, and its messages for all other data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from local_sagemaker.containers.errors import UserError
from local_sagemaker.containers.recordio.frames import frame
from local_sagemaker.containers.recordio.records import record_class
from local_sagemaker.containers.xgboost.data import check_format, read, size_of


def _file(channel: Path, content: str | bytes, name: str = "data") -> Path:
    path = channel / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return channel


def _record(features: list[float], label: float | None = None) -> bytes:
    record = record_class()()
    record.features["values"].float32_tensor.values.extend(features)
    if label is not None:
        record.label["values"].float32_tensor.values.append(label)
    return frame(record.SerializeToString())


@pytest.mark.parametrize("text", ["1 0:1 1:2\n", "1:0.5 0:1 1:2\n", "1\n0 0:1 1:2\n", "1\n0\n"])
def test_valid_libsvm_lines(tmp_path: Path, text: str) -> None:
    check_format(_file(tmp_path, text), "libsvm")


@pytest.mark.parametrize(
    "text", ["a 0:1 1:2\n", "1:2:3 0:1\n", "1 0:1 2\n", "1 0:1:2 1:2\n", "1 0:1 \n", "1,2,3\n", "1\n1,2\n"]
)
def test_another_line_is_none_of_libsvm(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"of file 'data' is not 'LIBSVM' format\. Please ensure the file is in"):
        check_format(_file(tmp_path, text), "libsvm")


def test_libsvm_check_stops_at_two_features(tmp_path: Path) -> None:
    check_format(_file(tmp_path, "1 0:1 1:2\nnonsense\n"), "libsvm")
    with pytest.raises(UserError):
        check_format(_file(tmp_path, "1 0:1\nnonsense\n"), "libsvm")


def test_csv_without_delimiter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^Could not determine delimiter on line \n:\nCould not determine delimiter$"):
        check_format(_file(tmp_path, "\n1,2\n"), "csv")


def test_check_reads_the_first_leaf_folder(tmp_path: Path) -> None:
    for name in ("_SUCCESS", "data.dtrain.cache", "data.dval.cache"):
        _file(tmp_path / "a", "\n", name)
    _file(tmp_path / "a", "1,2\n")
    _file(tmp_path, "\n")
    check_format(tmp_path, "csv")


def test_data_without_labels_are_refused(tmp_path: Path) -> None:
    _file(tmp_path, _record([1, 2]))
    with pytest.raises(UserError, match=r"^Got input data without labels"):
        read([tmp_path], "recordio-protobuf", weighted=False)


@pytest.mark.parametrize("content_type", ["parquet", "recordio-protobuf"])
def test_unreadable_data_names_its_format(tmp_path: Path, content_type: str) -> None:
    with pytest.raises(UserError, match=rf"^Failed to load {content_type} data with exception:\n"):
        read([_file(tmp_path, b"nonsense")], content_type, weighted=False)


def test_parquet_columns_by_name(tmp_path: Path) -> None:
    pd.DataFrame({"y": [0, 1], "a": [1, 2], "b": [3, 4]}).to_parquet(tmp_path / "1.parquet")
    pd.DataFrame({"b": [6], "c": [9], "a": [5], "y": [2]}).to_parquet(tmp_path / "2.parquet")
    matrix = read([tmp_path], "parquet", weighted=False)
    assert matrix.get_label().tolist() == [0, 1, 2]
    assert matrix.get_data().toarray().tolist() == [[1, 3], [2, 4], [5, 6]]


def test_folder_depth_limit(tmp_path: Path) -> None:
    for number, folder in enumerate(("", "a", "a/b", "a/b/c")):
        _file(tmp_path / folder, _record([1, 2], number))
    assert sorted(read([tmp_path], "recordio-protobuf", weighted=False).get_label()) == [0, 1, 2]


def test_a_channel_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert size_of(tmp_path / "none") == 0
    assert size_of(_file(tmp_path, "1,2\n")) == 4
    assert size_of(tmp_path / "data") == 4
