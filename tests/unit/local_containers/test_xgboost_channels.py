"""The channels that the built-in XGBoost takes, and how they may be configured."""

from __future__ import annotations

from typing import Any

import pytest

from local_sagemaker.containers.errors import UserError
from local_sagemaker.containers.xgboost.channels import content_type_of, validate

FILE = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
FORMATS = {
    "csv": "csv text/csv",
    "libsvm": "libsvm text/libsvm text/x-libsvm",
    "parquet": "parquet application/x-parquet",
    "recordio-protobuf": "recordio-protobuf application/x-recordio-protobuf",
}


@pytest.mark.parametrize("channel", ["train", "validation"])
@pytest.mark.parametrize("name", FORMATS)
def test_data_come_in_exactly_these_content_types(channel: str, name: str) -> None:
    for content_type in FORMATS[name].split():
        given = {"train": FILE, channel: {**FILE, "ContentType": content_type}}
        assert validate(given)[channel]["ContentType"] == content_type
        assert content_type_of(content_type) == name


@pytest.mark.parametrize(
    "content_type", ["CSV", "text/CSV", "text/csv; label_size=1", "text/csv;", "application/json", "text/plain", ""]
)
def test_unknown_content_type_is_refused(content_type: str) -> None:
    channel = {**FILE, "ContentType": content_type}
    with pytest.raises(UserError) as error:
        validate({"train": channel})
    assert str(error.value) == f"Channel configuration for 'train' channel is not supported: {channel}"


def test_default_content_type_is_libsvm() -> None:
    assert validate({"train": FILE, "validation": FILE})["validation"]["ContentType"] == "text/libsvm"


@pytest.mark.parametrize(
    ("channel", "change", "taken"),
    [
        ("train", {"S3DistributionType": "ShardedByS3Key"}, True),
        ("train", {"TrainingInputMode": "Pipe"}, False),
        ("validation", {"TrainingInputMode": "Pipe"}, False),
        ("code", {"ContentType": "text/python"}, True),
        ("code", {"ContentType": "text/csv"}, False),
        ("code", {"ContentType": "text/python", "S3DistributionType": "ShardedByS3Key"}, False),
    ],
)
def test_file_mode_and_sharding(channel: str, change: dict[str, Any], taken: bool) -> None:
    given = {"train": FILE, channel: {**FILE, **change}}
    if taken:
        assert set(validate(given)) == set(given)
    else:
        with pytest.raises(UserError, match=f"^Channel configuration for '{channel}' channel is not supported: "):
            validate(given)


@pytest.mark.parametrize(
    ("channels", "message"),
    [(["validation"], "Missing required channel: train"), (["train", "test"], "Extraneous channel found: test")],
)
def test_known_channels(channels: list[str], message: str) -> None:
    with pytest.raises(UserError) as error:
        validate(dict.fromkeys(channels, FILE))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (None, "libsvm"),
        ("libsvm", "libsvm"),
        ("text/libsvm", "libsvm"),
        ("text/x-libsvm", "libsvm"),
        ("csv", "csv"),
        ("text/csv", "csv"),
        ("text/CSV", "csv"),
        ("text/csv; label_size=1", "csv"),
        ("text/csv;label_size = 1", "csv"),
        ("text/csv; charset=utf-8", "csv"),
        ("text/csv; label_size=1; charset=utf-8", "csv"),
        ('text/csv; label_size="1"', "csv"),
        ("text/csv; label_size", "csv"),
        ("parquet", "parquet"),
        ("application/x-parquet", "parquet"),
        ("recordio-protobuf", "recordio-protobuf"),
        ("application/x-recordio-protobuf", "recordio-protobuf"),
    ],
)
def test_a_content_type_stands_for_a_format(given: str | None, kind: str) -> None:
    assert content_type_of(given) == kind


@pytest.mark.parametrize(
    "given",
    [
        "incorrect_format",
        "text/csv; label_size=5",
        "text/csv; label_size=1=1",
        "text/csv; label_size=1; label_size=2",
        "label_size=1; text/csv",
        "application/json",
    ],
)
def test_a_script_s_reader_refuses_another_content_type(given: str) -> None:
    with pytest.raises(UserError, match="is not an accepted"):
        content_type_of(given)
