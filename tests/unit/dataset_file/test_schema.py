"""The JSON schema of data set files accepts what the reader accepts, and is up to date."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from hypothesis import given
from jsonschema import Draft7Validator

from processing_scripts.dataset_file.reader import read_dataset_file
from processing_scripts.errors import DatasetFileError
from tests.support.dataset_files import ABALONE, any_texts
from tests.support.dataset_schema import FILE, schema


def test_schema_is_up_to_date():
    assert json.loads(FILE.read_text(encoding="utf-8")) == schema(), "run: python -m tests.support.dataset_schema"


def test_schema_is_a_schema_and_refuses_unknown_keys():
    Draft7Validator.check_schema(schema())
    validator = Draft7Validator(schema())
    assert validator.is_valid(tomllib.loads(ABALONE))
    assert not validator.is_valid(tomllib.loads(ABALONE.replace("unit =", "units =")))


@given(any_texts())
def test_schema_accepts_what_the_reader_accepts(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "abalone.toml"
    file.write_text(text, encoding="utf-8")
    try:
        read_dataset_file(file)
    except DatasetFileError:
        return
    content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    assert not [*Draft7Validator(schema()).iter_errors(content)]


PAGE = Path(__file__).parents[3] / "docs" / "dataset-file.md"


def test_the_page_names_every_key_and_its_example_is_read(tmp_path):
    page = PAGE.read_text(encoding="utf-8")
    keys = {key for table in _objects(schema()) for key in table["properties"]} - {
        "en",
        "ko",
        "columns",
        "tasks",
        "options",
    }
    assert [key for key in sorted(keys) if f"`{key}`" not in page and f"`[{key}]`" not in page and key != "rules"] == []
    example = re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1]
    (tmp_path / "x.toml").write_text(example, encoding="utf-8")
    assert read_dataset_file(tmp_path / "x.toml").task("churn").positive == "Yes"


def _objects(node):
    """Yield the schemas of all tables."""
    if isinstance(node, dict):
        if "properties" in node:
            yield node
        for each in node.values():
            yield from _objects(each)
    elif isinstance(node, list):
        for each in node:
            yield from _objects(each)
