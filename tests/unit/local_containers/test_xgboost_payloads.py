"""Payloads of the XGBoost image: in algorithm mode, and as its scripts read them (``docs/contracts.md``, section 1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from local_sagemaker.containers.errors import UnsupportedFormatError
from local_sagemaker.containers.toolkits.sagemaker_xgboost_container import encoder
from local_sagemaker.containers.xgboost.payloads import PayloadError, parse
from local_sagemaker.containers.xgboost.versions import Version


def _rows(data: Any) -> list[list[float]]:
    """The rows of a matrix, with -1 for missing values."""
    return np.where(np.isnan(dense := _dense(data)), -1, dense).tolist()


def _dense(data: Any) -> np.ndarray[Any, Any]:
    sparse = data.get_data()
    table = np.full(sparse.shape, np.nan)
    for row in range(sparse.shape[0]):
        begin, end = sparse.indptr[row], sparse.indptr[row + 1]
        table[row, sparse.indices[begin:end]] = sparse.data[begin:end]
    return table


@pytest.mark.parametrize("missing", ["", "nan", "NaN"])
def test_an_empty_cell_and_nan_are_missing(missing: str) -> None:
    assert _rows(parse(f"1,{missing},3\n".encode(), "text/csv")) == [[1, -1, 3]]


@pytest.mark.parametrize(
    ("payload", "rows"),
    [
        (b"1,2\r\n3,4\r\n", [[1, 2], [3, 4]]),
        (b"\n1;2\n3;4\n\n", [[1, 2], [3, 4]]),
        (b"1\t2.5e1", [[1, 25]]),
        (b" 1, 2", [[1, 2]]),
        (b"42\n6\n9\n", [[42], [6], [9]]),
        (b"1,2,\n3,4,5", [[1, 2, -1], [3, 4, 5]]),
        ("1_000,nan ,\u00a05\n1,2,3".encode(), [[1000, -1, 5], [1, 2, 3]]),
    ],
)
def test_algorithm_mode_strips_csv(payload: bytes, rows: list[list[float]]) -> None:
    assert _rows(parse(payload, "text/csv")) == rows


@pytest.mark.parametrize("truth", ["True", "true", "FALSE"])
def test_a_truth_value_is_no_number(truth: str) -> None:
    with pytest.raises(PayloadError, match=f"could not convert string to float: .*{truth}"):
        parse(f"1,{truth}\n2,{truth}\n".encode(), "text/csv")


def test_byte_order_mark_is_refused() -> None:
    with pytest.raises(PayloadError, match=r"could not convert string to float: .*1'"):
        parse("\ufeff1,2\n3,4\n".encode(), "text/csv")


def test_invalid_records_are_a_value_error() -> None:
    with pytest.raises(PayloadError, match=r"format: <class 'ValueError'> Invalid RecordIO magic at offset 0$"):
        parse(b"neither frames nor records", "application/x-recordio-protobuf")


@pytest.mark.parametrize("payload", [b"1 0:1 2:3\n0 1:2\n", b"0:1 2:3\n1:2"])
def test_algorithm_mode_reads_libsvm_gaps_as_missing(payload: bytes) -> None:
    assert _rows(parse(payload, "text/libsvm")) == [[1, -1, 3], [-1, 2, -1]]


def test_libsvm_shift_since_3_2() -> None:
    shifts = {tag: Version.of_image(f"sagemaker-xgboost:{tag}").shifts_libsvm for tag in ("1.7-1", "3.0-5", "3.2-0")}
    assert shifts == {"1.7-1": False, "3.0-5": False, "3.2-0": True}
    assert _rows(parse(b"1:1 2:2", "text/libsvm", shifts_libsvm=True)) == [[1, 2]]
    assert _rows(parse(b"1:1 2:2", "text/libsvm", shifts_libsvm=False)) == [[-1, 1, 2]]


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"0 1:0.5 2:0.3", "csv"),
        (bytes(range(256)), "csv"),
        (b"1,2,3", "libsvm"),
        (bytes(range(256)), "libsvm"),
        (b"0:a", "libsvm"),
    ],
)
def test_mismatched_payload_names_the_format(payload: bytes, kind: str) -> None:
    with pytest.raises(
        PayloadError, match=f"^Loading {kind} data failed with Exception, please ensure data is in {kind}"
    ):
        parse(payload, f"text/{kind}")


@pytest.mark.parametrize("payload", ["42,6,9", "42.0,6.0,9.0", b"42,6,9"])
def test_scripts_read_csv_of_text_and_bytes(payload: str | bytes) -> None:
    assert _rows(encoder.csv_to_dmatrix(payload)) == [[42, 6, 9]]


def test_script_csv_newline_begins_a_row() -> None:
    assert _rows(encoder.csv_to_dmatrix("42\n6\n")) == [[42], [6], [-1]]
    with pytest.raises(ValueError, match="inhomogeneous shape"):
        encoder.csv_to_dmatrix("42,6\n1,2\n")


@pytest.mark.parametrize("cell", ["12:12:12", "2019-1-1", "2019-1-1 12:12:12+00", "-14 days", "c"])
def test_script_csv_text_cell_is_a_value_error(cell: str) -> None:
    with pytest.raises(ValueError, match="could not convert string to float") as error:
        encoder.csv_to_dmatrix(f"1,2,3,{cell}")
    assert type(error.value) is ValueError


@pytest.mark.parametrize("payload", ["1 0:1 2:3\n0 1:2\n", b"1:1 3:3\n2:2"])
def test_scripts_read_libsvm_gaps_as_0(payload: str | bytes) -> None:
    assert _rows(encoder.libsvm_to_dmatrix(payload)) == [[1, 0, 3], [0, 2, 0]]


def test_script_libsvm_column_base() -> None:
    assert _rows(encoder.libsvm_to_dmatrix("1 1:5 3:6")) == [[5, 0, 6]]
    assert _rows(encoder.libsvm_to_dmatrix("1 0:4 3:6")) == [[4, 0, 0, 6]]


def test_scripts_decode_by_content_type_whatever_its_parameters() -> None:
    assert _rows(encoder.decode("1,2\n3,4", "text/csv; charset=UTF-8")) == [[1, 2], [3, 4]]
    for unknown in ("application/octet-stream", "csv", "application/x-parquet"):
        with pytest.raises(UnsupportedFormatError):
            encoder.decode(b"1,2", unknown)


def test_json_to_json_lines() -> None:
    assert encoder.json_to_jsonlines('{"predictions": [{"a": 1}, {"a": 2}]}') == b'{"a": 1}\n{"a": 2}\n'
    with pytest.raises(ValueError, match="not compatible"):
        encoder.json_to_jsonlines('{"predictions": [], "metadata": []}')
