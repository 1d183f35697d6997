"""Cache durations, and the differences between two keys."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.definition.durations import duration
from local_sagemaker.definition.step_types import API_STEPS
from local_sagemaker.engine.cache import differences, key_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P30D", timedelta(days=30)),
        ("p30d", timedelta(days=30)),
        ("PT1H", timedelta(hours=1)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("P2W", timedelta(weeks=2)),
        ("P1Y", timedelta(days=365)),
        ("P1M", timedelta(days=30)),
        ("PT1M", timedelta(minutes=1)),
        ("30d", timedelta(days=30)),
        ("5y", timedelta(days=5 * 365)),
        ("T16m", timedelta(minutes=16)),
        ("30dT5h", timedelta(days=30, hours=5)),
        ("T12H", timedelta(hours=12)),
        ("PT0.5S", timedelta(seconds=0.5)),
    ],
)
def test_durations(text, expected):
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "T", "soon", "30", "P1H", "1h", "1D2H", "P30DT"])
def test_invalid_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not an ISO 8601 duration"):
        duration(text)


# The arguments that the developer guide lists for each type of step.
KEYS = {
    "Processing": "AppSpecification Environment ProcessingInputs",
    "Training": "AlgorithmSpecification CheckpointConfig DebugHookConfig DebugRuleConfigurations Environment "
    "HyperParameters InputDataConfig",
    "Tuning": "HyperParameterTuningJobConfig TrainingJobDefinition.AlgorithmSpecification "
    "TrainingJobDefinition.HyperParameterRanges TrainingJobDefinition.InputDataConfig "
    "TrainingJobDefinition.StaticHyperParameters TrainingJobDefinition.TuningObjective TrainingJobDefinitions",
    "Transform": "DataProcessing Environment ModelName TransformInput",
}


@pytest.mark.parametrize("kind", API_STEPS)
def test_key_has_only_documented_arguments(kind):
    request = {}
    for path in KEYS.get(kind, "").split():
        *parents, last = path.split(".")
        target = request
        for name in parents:
            target = target.setdefault(name, {})
        target[last] = path
    others = {
        "RoleArn": "role",
        "TrainingJobDefinition": {**request.get("TrainingJobDefinition", {}), "RoleArn": "role"},
    }
    assert key_of(API_STEPS[kind], {**request, **others}) == {path: path for path in KEYS.get(kind, "").split()}
    assert key_of(API_STEPS[kind], {}) == {}


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(JSON)
def test_equal_documents_do_not_differ(document):
    assert list(differences(document, document)) == []


@given(JSON, JSON)
def test_different_documents_name_the_place(before, now):
    def without_nulls(value):
        if isinstance(value, dict):
            return {name: without_nulls(item) for name, item in value.items() if without_nulls(item) is not None}
        return [without_nulls(item) for item in value] if isinstance(value, list) else value

    if without_nulls(before) != without_nulls(now):
        assert list(differences(before, now))


def test_difference_has_its_path():
    before = {"InputDataConfig": [{"S3Uri": "s3://a"}], "Same": 1}
    now = {"InputDataConfig": [{"S3Uri": "s3://b"}], "Same": 1, "New": True}
    assert list(differences(before, now)) == [
        "InputDataConfig[0].S3Uri was 's3://a', is 's3://b'",
        "New was None, is True",
    ]
