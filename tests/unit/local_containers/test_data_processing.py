"""The filters and joins of a batch transform, on any bytes."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_sagemaker.jobs.errors import DataError
from local_sagemaker.jobs.transform.data_processing import DataProcessing


def processing(kind, **filters):
    return DataProcessing.of(
        {
            "TransformInput": {"ContentType": kind, "SplitType": "Line"},
            "TransformOutput": {"Accept": kind, "AssembleWith": "Line"},
            "DataProcessing": {"JoinSource": "Input", **filters},
        }
    )


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_only_line_feeds_end_a_record(separator, quote):
    row = processing("text/csv", InputFilter="$[1:]", OutputFilter="$")
    record = f"{quote}a{separator}b{quote},1,2".encode()
    assert row.sent(record) == b"1,2"
    assert row.stored([record], b"0.5\n") == record + b",0.5\n"
    filtered = processing("text/csv", OutputFilter="$[0,-1]")
    assert filtered.stored([record], b"0.5\r\n") == f"a{separator}b,0.5\n".encode()


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("text/csv", b"caf\xe9,1,2"),
        ("text/csv", b'a\rb,"1"'),
        ("application/jsonlines", b"[" * 100_000 + b"]" * 100_000),
        ("application/json", b'"\xff"'),
    ],
)
def test_unreadable_record_is_the_client_s_fault(kind, record):
    with pytest.raises(DataError, match="A record or an answer is not"):
        processing(kind, InputFilter="$[1:]" if kind == "text/csv" else "$.a").sent(record)


def test_join_without_filters_reads_the_records_too():
    with pytest.raises(DataError, match="is not CSV in UTF-8"):
        processing("text/csv").stored([b"caf\xe9,1"], b"0.5\n")


@given(
    kind=st.sampled_from(["text/csv", "application/json", "application/jsonlines"]),
    selects=st.sampled_from(["$[0]", "$[1:]", "$.a", "$.['a']", "$[0,2:]"]),
    record=st.binary(max_size=40).map(lambda data: data.replace(b"\n", b" ")),
    answer=st.binary(max_size=40),
)
@example(kind="text/csv", selects="$[0]", record=b'"', answer=b'"')
def test_any_bytes_are_processed_or_refused(kind, selects, record, answer):
    both = processing(kind, InputFilter=selects, OutputFilter=selects)
    for call in (lambda: both.sent(record), lambda: both.stored([record], answer)):
        with contextlib.suppress(DataError):
            assert isinstance(call(), bytes)
