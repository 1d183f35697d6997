"""A data set file is read, or refused in a sentence with file, line and key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing_scripts.dataset_file.lines import line_of
from processing_scripts.dataset_file.reader import read_dataset_file
from processing_scripts.errors import DatasetFileError

ABALONE = """\
name = "abalone"
title = { en = "Abalone", ko = "전복" }
slices = ["sex"]

[reading]
header = false

[columns]
sex = "category"
length = { type = "number", unit = "mm", lowest = 0 }

[columns."shell weight"]
type = "number"

[columns.rings]
type = "integer"
meaning = "rings, which give the age"

[tasks.rings]
kind = "regression"
target = "rings"
gate = 3
minimum = 0

[tasks.old]
kind = "binary"
target = "rings"
above_quantile = 0.8
gate = 0.7

[split]
shares = [
    0.7,
    0.2,  # validation
    0.1,
]

[[rules]]
feature = "length"
value = 0
predict = 1
tasks = ["rings"]
"""


def read(folder: Path, text: str) -> Any:
    file = folder / "abalone.toml"
    file.write_text(text, encoding="utf-8")
    return read_dataset_file(file)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(DatasetFileError) as raised:
        read(folder, text)
    return str(raised.value)


def test_reads_columns_tasks_split_and_rules(tmp_path):
    dataset = read(tmp_path, ABALONE)
    assert [column.name for column in dataset.columns] == ["sex", "length", "shell weight", "rings"]
    assert [column.role for column in dataset.columns] == ["feature", "feature", "feature", "target"]
    assert (dataset.pipeline, dataset.title["ko"], dataset.reading.header) == ("Abalone", "전복", False)
    assert dataset.task("rings").metric == "rmse"
    assert dataset.task("old").classes == ("low", "high")
    assert dataset.split.shares == (0.7, 0.2, 0.1)
    assert dataset.rules[0].tasks == ("rings",)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('name = "abalone"\n', "", "abalone.toml: name is missing; add it."),
        ("[reading]", "[readin]", "line 5: readin is not a known key. Did you mean 'reading'?"),
        ('unit = "mm"', 'units = "mm"', "line 10: columns.length.units is not a known key. Did you mean 'unit'?"),
        ('sex = "category"', 'sex = "categry"', "line 9: columns.sex.type is 'categry'"),
        ('"category"', '{ type = "category", role = "feat" }', "line 9: columns.sex.role is 'feat'"),
        ("header = false", 'header = "no"', "line 6: reading.header is 'no', but it must be true or false."),
        ("gate = 3", "gate = true", "line 22: tasks.rings.gate is true, but it must be a number."),
        ("gate = 3", "gate = nan", "line 22: tasks.rings.gate is nan; write a finite number."),
        ("gate = 0.7", "gate = 2", "line 29: tasks.old.gate is 2; the AUC is at most 1."),
        ('target = "rings"', 'target = "ring"', "line 21: tasks.rings.target is 'ring', which is not the name"),
        ('type = "integer"', 'type = "integer"\nrole = "feature"', "line 22: tasks.rings.target is a column with the"),
        ('"number"\n', '"number"\nrole = "target"\n', "line 14: columns.'shell weight'.role is 'target', but no task"),
        ('type = "integer"', 'type = "text"', "line 21: tasks.rings.target is a column of the type 'text'"),
        ("0.7,\n", "0.6,\n", "line 32: split.shares adds up to 0.9; it must add up to 1."),
        ("    0.7,\n", "", "line 32: split.shares has 2 elements, but it must have 3"),
        ("[split]", '[split]\nby = "time"', "line 32: split.by is 'time', which needs a column with the role 'time'"),
        ("[split]", '[split]\nby = "code"', "line 32: split.by is 'code', which needs the key code"),
        ('feature = "length"', 'feature = "lenth"', "line 39: rules[1].feature is 'lenth', which is not the name of a"),
        ('tasks = ["rings"]', 'tasks = ["rnigs"]', "line 42: rules[1].tasks is 'rnigs', which is not the name of a"),
        ('slices = ["sex"]', 'slices = ["Sex"]', "line 3: slices is 'Sex', which is not the name of a column. Did you"),
        ("above_quantile = 0.8", "", "line 25: tasks.old.positive is missing; add the cell"),
        ("above_quantile = 0.8", "above = 9\nabove_quantile = 0.8", "tasks.old.above_quantile contradicts"),
        ('kind = "binary"', 'kind = "multiclass"', "line 28: tasks.old.above_quantile is for the kind 'binary'"),
        ("lowest = 0", "lowest = 5, highest = 3", "line 10: columns.length.highest is below lowest (5)"),
        ('name = "abalone"', 'name = "Sea snails"', "line 1: name is 'Sea snails'; write at most 40 lowercase letters"),
        ('name = "abalone"', 'name = "abalone"\ncode = "code.py"', "line 2: code is 'code.py', but there is no such"),
        ('name = "abalone"', 'name = "abalone"\ncode = "../code.py"', "line 2: code is '../code.py'; write the name"),
        ("[split]", "[split", "abalone.toml is not valid TOML: Expected ']'"),
    ],
)
def test_names_file_line_and_key(tmp_path, before, after, sentence):
    assert sentence in refusal(tmp_path, ABALONE.replace(before, after, 1))


def test_finds_lines_of_keys_in_any_spelling():
    text = 'a."b c".d = """\n[x]\n"""\n[[t]]\nk = [\n "]", # ]\n]\n[[t]]\n\'k\' = \'=\'\n[t.u]\nv.w = {z = "\n"}'
    text = text.replace('"\n"', '"#"')
    assert [line_of(text, path) for path in (("a",), ("a", "b c", "d"), ("t", 0, "k"), ("t", 1, "k"))] == [1, 1, 5, 9]
    assert line_of(text, ("t", 1, "u", "v", "w", "z")) == 11
    assert line_of(text, ("missing",)) is None


def test_refuses_files_that_are_no_text(tmp_path):
    file = tmp_path / "x.toml"
    with pytest.raises(DatasetFileError, match=r"x\.toml cannot be read: No such file"):
        read_dataset_file(file)
    file.write_bytes(b"name = '\xff'")
    with pytest.raises(DatasetFileError, match=r"x\.toml is not UTF-8 at byte 8"):
        read_dataset_file(file)


KEYS = sorted({*re.findall(r"[a-z_]+", ABALONE), "code", "options", "words", "levels", "positive", "classes", "role"})
LEAVES = st.one_of(
    st.sampled_from([*KEYS, "time", "groups", "boolean", "datetime", "multiclass", "x.py"]),
    st.text(st.characters(codec="utf-8"), max_size=90),
    st.integers(),
    st.floats(),
    st.booleans(),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=3),
    max_leaves=8,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(key))} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, float):
        return repr(value).replace("e", ".0e") if "e" in repr(value) and "." not in repr(value) else repr(value)
    return json.dumps(value).replace("\x7f", "\\u007f") if isinstance(value, str) else str(value).lower()


@st.composite
def changed_files(draw):
    """Texts of TOML: a valid file, some of whose values and keys are replaced."""
    lines = ABALONE.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        key = lines[at].partition("=")[0].strip()
        change = draw(st.integers(0, 3))
        if change == 0:
            lines[at] = f"{key} = {toml(draw(VALUES))}"
        elif change == 1:
            lines[at] = f"{draw(st.sampled_from(KEYS))} = {toml(draw(VALUES))}"
        elif change == 2:
            del lines[at]
        else:
            lines.insert(at, draw(st.sampled_from(lines)))
    return "\n".join(lines)


@given(
    changed_files()
    | st.dictionaries(st.sampled_from(KEYS), VALUES).map(
        lambda content: "".join(f"{toml(key)} = {toml(value)}\n" for key, value in content.items())
    )
    | st.text(st.characters(codec="utf-8"))
)
def test_reads_any_text_or_refuses_it_in_a_sentence(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    sentence = ""
    try:
        dataset = read(folder, text)
    except DatasetFileError as error:
        sentence = str(error)
    if sentence:
        assert re.match(r"abalone\.toml(, line \d+: |: | is )", sentence)
        assert sentence[-1] in ".?"
        assert len(sentence) < 700
    else:
        assert dataset.tasks
        assert dataset.columns
