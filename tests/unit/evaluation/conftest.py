"""Small real inputs of an evaluation: data, keys, schema, and models trained by the three libraries."""

import json
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ALGORITHMS = ("xgboost", "lightgbm", "catboost")
FEATURES = ("hour", "temperature", "rainfall")


def write_parts(root: Path, task: str, rows: int = 300) -> dict[str, np.ndarray]:
    """Write the inputs without models; the table of each part comes back, label first."""
    generator = np.random.default_rng(5)
    tables = {}
    for part in ("train", "validation", "test"):
        features = np.column_stack(
            [generator.integers(0, 24, rows), generator.normal(12, 9, rows), generator.random(rows)]
        )
        rentals = np.maximum(0, 30 * features[:, 0] + 20 * features[:, 1] + generator.normal(0, 60, rows)).round()
        label = rentals if task == "regression" else (rentals > 500).astype(float)
        tables[part] = np.column_stack([label, features])
        (root / "data" / part).mkdir(parents=True)
        pd.DataFrame(tables[part]).to_csv(root / "data" / part / "data.csv", header=False, index=False)
        write_keys(root / "keys" / f"{part}.csv", features)
    schema = {
        "format_version": 1,
        "features": [
            {"name": name, "type": "number", "feature_set": "history" if name == "rainfall" else "now"}
            for name in FEATURES
        ],
        "split": "days",
        "threshold": 500.0,
        "rows": dict.fromkeys(tables, rows),
        "dataset": {"sha256": "0" * 64, "rows": 3 * rows, "kind": "real-data"},
    }
    (root / "schema").mkdir()
    (root / "schema" / "schema.json").write_text(json.dumps(schema))
    return tables


def write_keys(path: Path, features: np.ndarray) -> None:
    """Write what the rows are; their hours begin in November."""
    hours = pd.date_range("2018-11-01", periods=len(features), freq="h").strftime("%Y-%m-%dT%H:%M:%S")
    keys = {"datetime": hours, "temperature": features[:, 1], "rainfall": features[:, 2].round(), "season": "Autumn"}
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame({**keys, "functioning_day": "Yes"}).to_csv(path, index=False)


def pack(root: Path, name: str, *files: Path) -> None:
    """Write ``models/<name>/model.tar.gz``."""
    directory = root / "models" / name
    directory.mkdir(parents=True, exist_ok=True)
    with tarfile.open(directory / "model.tar.gz", "w:gz") as archive:
        for file in files:
            archive.add(file, arcname=file.name)


def train(task: str, table: np.ndarray, directory: Path) -> dict[str, Path]:
    """Train all three and save them as their built-ins do; the model files by algorithm."""
    import catboost
    import joblib
    import lightgbm
    import xgboost

    label, features = table[:, 0], table[:, 1:]
    regression = task == "regression"
    objective = "reg:squarederror" if regression else "binary:logistic"
    booster = xgboost.train(
        {"objective": objective, "nthread": 1}, xgboost.DMatrix(features, label), num_boost_round=30
    )
    (directory / "xgboost-model").write_bytes(bytes(booster.save_raw("ubj")))

    names = [str(number) for number in range(1, features.shape[1] + 1)]
    data = lightgbm.Dataset(pd.DataFrame(features, columns=names), label)
    parameters = {"objective": "regression" if regression else "binary", "verbosity": -1, "num_threads": 1}
    joblib.dump(lightgbm.train(parameters, data, 30), directory / "model.pkl")

    kind = catboost.CatBoostRegressor if regression else catboost.CatBoostClassifier
    model = kind(iterations=60, verbose=0, thread_count=1, allow_writing_files=False).fit(features, label)
    model.save_model(str(directory / "model"))
    return dict(zip(ALGORITHMS, (directory / name for name in ("xgboost-model", "model.pkl", "model")), strict=True))


@pytest.fixture(scope="session", params=["regression", "classification"])
def task(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def source(task, tmp_path_factory) -> Path:
    """The whole input directory of an evaluation of the task."""
    root = tmp_path_factory.mktemp(task)
    files = train(task, write_parts(root, task)["train"], tmp_path_factory.mktemp("saved"))
    for name, file in files.items():
        pack(root, name, file)
    return root


@pytest.fixture(scope="session")
def output(task, source, tmp_path_factory) -> Path:
    """The output directory after all three candidates were compared."""
    output = tmp_path_factory.mktemp("output")
    assert run_evaluation(task, source, output) == 0
    return output


def run_evaluation(task: str, source: Path, output: Path, names=ALGORITHMS) -> int:
    from evaluation.evaluate import main

    arguments = ["--task", task, "--seed", "3", "--input", str(source), "--output", str(output)]
    for name in names:
        arguments += ["--candidate", name, f"image-of-{name}", f"s3://bucket/{name}/model.tar.gz"]
    return main([*arguments, "--message", str(output.parent / "message")])


@pytest.fixture(scope="session")
def evaluate_candidates():
    return run_evaluation


@pytest.fixture(scope="session")
def pack_model():
    return pack
