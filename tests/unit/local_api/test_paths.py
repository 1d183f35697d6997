"""Paths into documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.core.errors import ExpressionError
from local_sagemaker.definition.paths import follow, parse


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("a", ["a"]),
        ("a.b.c", ["a", "b", "c"]),
        ("$.a", ["a"]),
        ("$", []),
        ("a[0]", ["a", 0]),
        ("a[-1].b", ["a", -1, "b"]),
        ("Outputs['train'].S3Output", ["Outputs", "train", "S3Output"]),
        ('a["b c"]', ["a", "b c"]),
        ("HyperParameters['a.b']", ["HyperParameters", "a.b"]),
    ],
)
def test_keys_of_a_path(path, keys):
    assert parse(path) == keys


@pytest.mark.parametrize("path", ["a[", "a..b", "a['b", "a[b]", "a."])
def test_malformed_paths_are_refused(path):
    with pytest.raises(ExpressionError, match="is not a path"):
        parse(path)


def test_name_finds_list_item():
    document = {"Outputs": [{"OutputName": "a", "Uri": 1}, {"OutputName": "b", "Uri": 2}]}
    assert follow(document, parse("Outputs['b'].Uri")) == 2


def test_an_index_finds_a_numbered_member():
    assert follow({"0": {"1": 5}}, parse("[0][1]")) == 5


@given(
    st.recursive(
        st.integers(), lambda inner: st.dictionaries(st.from_regex(r"[a-z]{1,4}", fullmatch=True), inner), max_leaves=8
    )
)
def test_every_value_has_a_path(document):
    def places(value, path):
        yield path, value
        if isinstance(value, dict):
            for name, item in value.items():
                yield from places(item, f"{path}.{name}" if path else name)

    for path, value in places(document, ""):
        assert follow(document, parse(path)) == value


def test_error_names_first_missing_key():
    with pytest.raises(ExpressionError, match=r"there is nothing at a\.b\[3\]"):
        follow({"a": {"b": [1]}}, parse("a.b[3].c"))
