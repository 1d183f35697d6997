"""The schema travels with the model and refuses other features."""

import json

import pytest

from processing_scripts.errors import FeatureError
from processing_scripts.schema import check_features, feature_names, load_schema


@pytest.fixture(scope="module")
def job(run_job, raw_frame, csv_bytes):
    return run_job(csv_bytes(raw_frame()))


@pytest.fixture(scope="module")
def schema(job):
    return load_schema(job.output / "schema" / "schema.json")


@pytest.fixture(scope="module")
def batch(job, schema):
    return job.table("batch/data.csv").set_axis(feature_names(schema), axis=1)


def test_matching_features_are_accepted(batch, schema):
    check_features(batch, schema)


@pytest.mark.parametrize("change", [-1, 1])
def test_wrong_number_of_features(change, batch, schema):
    width = batch.shape[1]
    with pytest.raises(
        FeatureError, match=f"There are {width + change} features where the model was trained with {width}"
    ):
        check_features(batch.reindex(columns=range(width + change)), schema)


def test_wrong_order_of_features(batch, schema):
    swapped = batch[[*batch.columns[1::-1], *batch.columns[2:]]]
    with pytest.raises(FeatureError, match="Feature 1 is 'hour_sine' where the model was trained with 'hour'"):
        check_features(swapped, schema)


def test_ranges_come_from_training_set(job, schema):
    training = job.table("classification/train/data.csv").drop(columns=0)
    assert [feature["minimum"] for feature in schema["features"]] == training.min().tolist()
    assert [feature["maximum"] for feature in schema["features"]] == training.max().tolist()


@pytest.mark.parametrize(
    ("split", "feature", "reason"), [("hours", "day_index", "memorize the day"), ("time", "season", "rentals grew")]
)
def test_excluded_features_have_reasons(split, feature, reason, run_job, raw_frame, csv_bytes):
    schema = load_schema(
        run_job(csv_bytes(raw_frame()), "--option", f"split={split}").output / "schema" / "schema.json"
    )
    assert reason in schema["left_out"][feature]
    assert not schema["left_out"].keys() & set(feature_names(schema))


def test_a_missing_schema_is_refused(tmp_path):
    with pytest.raises(FeatureError, match="is missing; it is an output of preprocessing"):
        load_schema(tmp_path / "schema.json")


def test_file_that_is_not_a_schema(tmp_path):
    (tmp_path / "schema.json").write_text("nothing")
    with pytest.raises(FeatureError, match="is not JSON"):
        load_schema(tmp_path / "schema.json")


@pytest.mark.parametrize("content", [{"format_version": 1}, {}, []])
def test_unsupported_format_version(content, tmp_path):
    (tmp_path / "schema.json").write_text(json.dumps(content))
    with pytest.raises(FeatureError, match="where 2 is supported; run preprocessing again"):
        load_schema(tmp_path / "schema.json")
