"""The settings file: where it is read, which value wins, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli.common.settings_file import read
from pipelines.errors import BadInput
from pipelines.settings.values import from_values

PROJECT = """
[tool.boostpipe]
pipeline-name = "Bikes"
algorithms = ["xgboost", "lightgbm"]
max-rmse = 250
tune = true
state-dir = "state"
tags = { team = "mobility" }

[tool.boostpipe.profiles.production]
target = "aws"
pipeline-name = "BikesInProduction"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return tmp_path


def test_the_project_file_sets_every_kind_of_setting(folder: Path) -> None:
    assert read(folder, None, {}) == {
        "pipeline_name": "Bikes",
        "algorithms": ("xgboost", "lightgbm"),
        "max_rmse": 250.0,
        "tune": True,
        "state_dir": Path("state"),
        "tags": (("team", "mobility"),),
    }


def test_a_file_of_its_own_needs_no_table(tmp_path: Path) -> None:
    (tmp_path / "boostpipe.toml").write_text('task = "regression"\n[profiles.all]\ntask = "all"\n')
    assert read(tmp_path, None, {}) == {"task": "regression"}
    assert read(tmp_path, "all", {}) == {"task": "all"}


def test_without_a_file_nothing_is_set(tmp_path: Path) -> None:
    assert read(tmp_path, None, {}) == {}
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert read(tmp_path, None, {}) == {}


def test_option_beats_variable_and_profile_replaces_values(folder: Path) -> None:
    by_option = read(folder, "production", {"BOOSTPIPE_PROFILE": "other"})
    assert by_option == read(folder, None, {"BOOSTPIPE_PROFILE": "production"})
    assert (by_option["target"], by_option["pipeline_name"], by_option["tune"]) == ("aws", "BikesInProduction", True)


def test_the_file_stands_between_the_environment_and_the_default(folder: Path) -> None:
    file = read(folder, None, {})
    environment = {"SAGEMAKER_PIPELINE_NAME": "FromTheEnvironment"}
    assert from_values({}, environment, file).pipeline_name == "FromTheEnvironment"
    assert from_values({}, {}, file).pipeline_name == "Bikes"
    assert from_values({"max_rmse": 1.0}, {}, file).max_rmse == 1.0
    assert from_values({}, {}, file).seed == 42


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sede = 1", "boostpipe.toml: there is no setting 'sede'. Did you mean seed?"),
        ("pipeline_name = 'X'", "boostpipe.toml: there is no setting 'pipeline_name'. Did you mean pipeline-name?"),
        ("seed = '1'", "boostpipe.toml: seed is '1', but it must be a whole number."),
        ("seed = true", "boostpipe.toml: seed is True, but it must be a whole number."),
        ("max-rmse = 'x'", "boostpipe.toml: max-rmse is 'x', but it must be a number."),
        ("tune = 1", "boostpipe.toml: tune is 1, but it must be true or false."),
        ("algorithms = 'xgboost'", "boostpipe.toml: algorithms is 'xgboost', but it must be a list of strings."),
        ("data = 1", "boostpipe.toml: data is 1, but it must be a string."),
        ("tags = ['a']", "boostpipe.toml: tags is ['a'], but it must be a table of strings."),
        (
            "isolation = 'forks'",
            "boostpipe.toml: isolation is 'forks', but it must be one of fork, process. Did you mean fork?",
        ),
        ("split = ['days']", "boostpipe.toml: split is ['days'], but it must be a string."),
        ("gate = {a = 'x'}", "boostpipe.toml: gate is {'a': 'x'}, but it must be a table of numbers."),
        ("profiles = 1", "boostpipe.toml: profiles is 1, but it must be a table."),
        ("[profiles.aws]\nsede = 1", "boostpipe.toml [profiles.aws]: there is no setting 'sede'. Did you mean seed?"),
        ("seed = ", "boostpipe.toml cannot be read: "),
    ],
)
def test_an_error_names_file_and_key(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "boostpipe.toml").write_text(text)
    with pytest.raises(BadInput) as caught:
        read(tmp_path, "aws" if "aws" in text else None, {})
    assert str(caught.value).startswith(sentence)


def test_an_unknown_profile_is_refused_with_a_suggestion(folder: Path) -> None:
    with pytest.raises(
        BadInput, match=r"^pyproject.toml \[tool.boostpipe\] has no profile 'prodction'. Did you mean prod"
    ):
        read(folder, "prodction", {})


def test_a_profile_without_any_settings_is_refused_with_both_files(tmp_path: Path) -> None:
    sentence = "There is no profile 'prod': neither boostpipe.toml nor pyproject.toml in "
    with pytest.raises(BadInput, match=f"^{sentence}"):
        read(tmp_path, "prod", {})


def test_settings_in_both_files_are_refused(folder: Path) -> None:
    (folder / "boostpipe.toml").write_text("seed = 1")
    with pytest.raises(BadInput, match=r"^Both boostpipe.toml and pyproject.toml \[tool.boostpipe\] have settings\."):
        read(folder, None, {})
