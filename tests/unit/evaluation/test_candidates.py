"""Each library's artifact is loaded; others are refused."""

import io
import pickle
import tarfile

import numpy as np
import pandas as pd
import pytest

from evaluation.candidates import load_candidate
from evaluation.errors import CandidateError, LibraryError
from evaluation.libraries import require
from evaluation.schema import Task, read_schema

REGRESSION = Task("demand", "regression", "rmse")
ALGORITHMS = ("xgboost", "lightgbm", "catboost")


def archive(path, **files):
    with tarfile.open(path, "w:gz") as opened:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "-").replace("_pkl", ".pkl"))
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def load(task, source):
    """Load a model of the task by the name of its algorithm."""
    described = read_schema(source / "schema" / "schema.json").task(task)
    return lambda name, features=3: load_candidate(
        source / "models" / name / "model.tar.gz", described, features=features
    )


@pytest.mark.parametrize("name", ALGORITHMS)
def test_shape_of_predictions(name, kind, load):
    predicted = load(name).predict(np.array([[8, 20.0, 0], [18, np.nan, 0.5]]))
    assert predicted.shape == ((2, 3) if kind == "multiclass" else (2,))
    assert predicted.dtype == np.float64
    if kind != "regression":
        assert ((predicted >= 0) & (predicted <= 1)).all()
    if kind == "multiclass":
        assert predicted.sum(axis=1) == pytest.approx(np.ones(2))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_contributions_tell_single_predictions_apart(name, kind, load):
    model = load(name)
    rows = np.array([[3, 5.0, 0], [18, 25.0, 0.5], [12, np.nan, 0.5]])
    contributions, predicted = model.contributions(rows), model.predict(rows)
    assert contributions.shape == ((3, 3, 3) if kind == "multiclass" else rows.shape)
    scale, summed = predicted, contributions.sum(axis=-1)
    if kind == "binary":
        scale = np.log(predicted / (1 - predicted))
    if kind == "multiclass":  # scores of the classes are known up to a number per row
        scale, summed = np.log(predicted[:, 1] / predicted[:, 0]), summed[:, 1] - summed[:, 0]
    # What all rows have in common is left out, so their differences remain.
    assert np.diff(summed) == pytest.approx(np.diff(scale), rel=1e-3, abs=1e-3)
    assert model.importance().shape == (3,)
    assert model.bytes > 1000


@pytest.mark.parametrize("name", ALGORITHMS)
def test_model_with_other_features(name, load):
    with pytest.raises(CandidateError, match="was trained with 3 features where the data has 4"):
        load(name, 4)


def test_catboost_with_categories(tmp_path):
    import catboost

    generator = np.random.default_rng(1)
    features = np.column_stack([generator.integers(-1, 4, 200), generator.random(200)])
    label = np.array([5.0, 0, 9, 1, 3])[features[:, 0].astype(int) + 1]
    table = pd.DataFrame(features).astype({0: int}).astype({0: str})
    model = catboost.CatBoostRegressor(iterations=200, learning_rate=0.2, verbose=0, allow_writing_files=False)
    model.fit(table, label, cat_features=[0]).save_model(str(tmp_path / "cbm"))
    path = archive(tmp_path / "model.tar.gz", model=(tmp_path / "cbm").read_bytes())
    loaded = load_candidate(path, REGRESSION, features=2)
    assert loaded.predict(features) == pytest.approx(label, abs=0.5)
    assert loaded.contributions(features).shape == (200, 2)


def test_archive_without_known_model(tmp_path):
    path = archive(tmp_path / "model.tar.gz", weights=b"1", readme=b"2")
    with pytest.raises(
        CandidateError, match=r"contains readme, weights, but none of the known models: xgboost-model, model"
    ):
        load_candidate(path, REGRESSION, features=3)


def test_archive_with_path_outside(tmp_path):
    path = tmp_path / "model.tar.gz"
    with tarfile.open(path, "w:gz") as opened:
        opened.addfile(tarfile.TarInfo("../../evil"))
    with pytest.raises(CandidateError, match="is not a readable model archive"):
        load_candidate(path, REGRESSION, features=3)


@pytest.mark.parametrize("content", [b"", b"not an archive"])
def test_file_that_is_not_an_archive(content, tmp_path):
    path = tmp_path / "model.tar.gz"
    path.write_bytes(content)
    with pytest.raises(CandidateError, match="is not a readable model archive"):
        load_candidate(path, REGRESSION, features=3)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("xgboost__model", b"nothing", "xgboost-model is not an XGBoost model"),
        ("model_pkl", pickle.dumps({"a": 1}), "model.pkl contains a dict instead of a LightGBM booster"),
        ("model_pkl", b"nothing", "model.pkl is not a LightGBM model"),
        ("model", b"nothing", "model is not a CatBoost model"),
    ],
)
def test_invalid_model_file(file, content, message, tmp_path):
    path = archive(tmp_path / "model.tar.gz", **{file: content})
    with pytest.raises(CandidateError, match=message):
        load_candidate(path, REGRESSION, features=3)


def test_present_library_is_not_installed(tmp_path):
    assert require("xgboost", tmp_path / "no-such-file").__name__ == "xgboost"


def test_library_that_cannot_be_installed(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"no-such-library @ file://{tmp_path}/nowhere.whl\n")
    with pytest.raises(LibraryError) as refusal:
        require("no_such_library", requirements)
    assert "no_such_library is not installed in this image and" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_library_with_broken_import(tmp_path, monkeypatch):
    (tmp_path / "broken_library.py").write_text("import module_that_is_not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(LibraryError, match=r"broken_library cannot be imported .*module_that_is_not_there"):
        require("broken_library", tmp_path / "no-such-file")
