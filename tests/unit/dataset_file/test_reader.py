"""A data set file is read, or refused in a sentence with file, line and key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from processing_scripts.dataset_file.lines import line_of
from processing_scripts.dataset_file.reader import read_dataset_file
from processing_scripts.errors import DatasetFileError
from tests.support.dataset_files import ABALONE, any_texts


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
        ("gate = 3", "gate = 3\nfolds = 2.5", "line 23: tasks.rings.folds is 2.5, but it must be a whole number."),
        ("gate = 3", "gate = 3\nfolds = 0", "line 23: tasks.rings.folds is 0; write a number from 1 to 20."),
        ("gate = 3", "gate = nan", "line 22: tasks.rings.gate is nan; write a finite number."),
        ("gate = 0.7", "gate = 2", "line 29: tasks.old.gate is 2; the AUC is at most 1."),
        ('target = "rings"', 'target = "ring"', "line 21: tasks.rings.target is 'ring', which is not the name"),
        ('type = "integer"', 'type = "integer"\nrole = "feature"', "line 22: tasks.rings.target is a column with the"),
        ('"number"\n', '"number"\nrole = "target"\n', "line 14: columns.'shell weight'.role is 'target', but no task"),
        ('type = "integer"', 'type = "text"', "line 21: tasks.rings.target is a column of the type 'text'"),
        ("0.7,\n", "0.6,\n", "line 32: split.shares adds up to 0.9; it must add up to 1."),
        ("    0.7,\n", "", "line 32: split.shares has 2 elements, but it must have 3"),
        ("tasks.old", "tasks.keys", "line 25: tasks.keys has a name that the pipeline needs itself; rename it."),
        ("[split]", '[split]\nby = "time"', "line 32: split.by is 'time', which needs a column with the role 'time'"),
        ("[split]", '[split]\nby = "code"', "line 32: split.by is 'code', which needs the key code"),
        ('feature = "length"', 'feature = "lenth"', "line 39: rules[1].feature is 'lenth', which is not the name of a"),
        ('tasks = ["rings"]', 'tasks = ["rnigs"]', "line 42: rules[1].tasks is 'rnigs', which is not the name of a"),
        ('slices = ["sex"]', 'slices = ["Sex"]', "line 3: slices is 'Sex', which is not the name of a column. Did you"),
        ("above_quantile = 0.8", "", "line 25: tasks.old.positive is missing; add the cell"),
        ("above_quantile = 0.8", "above = 9\nabove_quantile = 0.8", "tasks.old.above_quantile contradicts"),
        (
            "above_quantile = 0.8",
            'above = 9\nnegative = "1"',
            "line 29: tasks.old.negative needs positive; add the cell",
        ),
        (
            "above_quantile = 0.8",
            'positive = "1"\nnegative = "1"\nclasses = ["a", "b"]',
            "tasks.old.negative is positive, too; write the",
        ),
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


@given(any_texts())
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
