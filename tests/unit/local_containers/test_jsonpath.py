"""The JSONPath of batch transform's filters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.jobs.errors import RequestError
from local_sagemaker.jobs.transform.jsonpath import compile_filter

ROW = ["a", "b", "c", "d"]
RECORD = {"id": 7, "features": {"hour": 3, "rain": [1, 2, 3]}, "two words": True}


@pytest.mark.parametrize(
    ("path", "value", "selected"),
    [
        ("$", ROW, ROW),
        ("$[0]", ROW, "a"),
        ("$[-1]", ROW, "d"),
        ("$[1:]", ROW, ["b", "c", "d"]),
        ("$[:-1]", ROW, ["a", "b", "c"]),
        ("$[1:3]", ROW, ["b", "c"]),
        ("$[0,-1]", ROW, ["a", "d"]),
        ("$[ 2 , 0 ]", ROW, ["c", "a"]),
        ("$[*]", ROW, ROW),
        ("$[0,2:]", ROW, ["a", "c", "d"]),
        ("$[:1,-1,1:3]", ROW, ["a", "d", "b", "c"]),
        ("$.[0]", ROW, "a"),
        ("$.['id','features']", RECORD, {"id": 7, "features": RECORD["features"]}),
        ("$.id", RECORD, 7),
        ("$['two words']", RECORD, True),
        ("$.features.rain[1:]", RECORD, [2, 3]),
        ("$.features['hour']", RECORD, 3),
        ("$['id','features']", RECORD, {"id": 7, "features": RECORD["features"]}),
        ("$.features.*", RECORD, [3, [1, 2, 3]]),
    ],
)
def test_a_path_selects_one_value(path: str, value: object, selected: object) -> None:
    assert compile_filter(path)(value) == selected


@pytest.mark.parametrize("path", ["", "id", "$.", "$[", "$[a]", "$..id", "$[?(@.id)]", "$.id extra"])
def test_unsupported_path_is_refused(path: str) -> None:
    with pytest.raises(RequestError):
        compile_filter(path)


@pytest.mark.parametrize("path", ["$[9]", "$.id", "$['id']", "$[0][0]"])
def test_missing_value_is_a_miss(path: str) -> None:
    with pytest.raises(LookupError):
        compile_filter(path)(ROW)


@given(st.lists(st.integers()), st.one_of(st.none(), st.integers(-9, 9)), st.one_of(st.none(), st.integers(-9, 9)))
def test_slices_are_python_s(row: list[int], start: int | None, stop: int | None) -> None:
    path = f"$[{'' if start is None else start}:{'' if stop is None else stop}]"
    assert compile_filter(path)(row) == row[start:stop]
