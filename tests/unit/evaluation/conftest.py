"""Small real inputs of an evaluation: data, keys, schema, and models trained by the three libraries."""

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

ALGORITHMS = ("xgboost", "lightgbm", "catboost")
FEATURES = ("hour", "temperature", "rainfall")
KINDS = {"regression": "regression", "classification": "binary", "grade": "multiclass"}


def write_parts(root: Path, task: str, rows: int = 300) -> dict[str, np.ndarray]:
    """Write the inputs without models; the table of each part comes back, label first."""
    generator = np.random.default_rng(5)
    tables = {}
    for part in ("train", "validation", "test"):
        features = np.column_stack(
            [generator.integers(0, 24, rows), generator.normal(12, 9, rows), generator.random(rows)]
        )
        rentals = np.maximum(0, 30 * features[:, 0] + 20 * features[:, 1] + generator.normal(0, 60, rows)).round()
        label = {
            "regression": rentals,
            "classification": (rentals > 500).astype(float),
            "grade": np.digitize(rentals, (300, 700)).astype(float),
        }[task]
        tables[part] = np.column_stack([label, features])
        (root / "data" / part).mkdir(parents=True)
        pd.DataFrame(tables[part]).to_csv(root / "data" / part / "data.csv", header=False, index=False)
        write_keys(root / "keys" / f"{part}.csv", features)
    (root / "schema").mkdir()
    (root / "schema" / "schema.json").write_text(json.dumps(schema_of(rows)))
    return tables


def schema_of(rows: int) -> dict[str, Any]:
    """Return a schema of three tasks, one of each kind."""
    return {
        "format_version": 2,
        "dataset": {
            "name": "bikes",
            "title": {"en": "Bikes"},
            "sha256": "0" * 64,
            "rows": 3 * rows,
            "kind": "real-data",
        },
        "split": "days",
        "rows": dict.fromkeys(("train", "validation", "test"), rows),
        "features": [{"name": name, "type": "number"} for name in FEATURES],
        "tasks": {
            "regression": {
                "kind": "regression",
                "target": "rentals",
                "label": {"en": "rentals per hour", "ko": "시간당 대여"},
                "unit": "rentals",
                "metric": "rmse",
                "minimum": 0,
            },
            "classification": {
                "kind": "binary",
                "target": "rentals",
                "label": {"en": "high demand", "ko": "높은 수요"},
                "metric": "auc",
                "classes": ["0", "1"],
                "threshold": 500.0,
            },
            "grade": {
                "kind": "multiclass",
                "target": "grade",
                "metric": "log_loss",
                "classes": ["low", "<mid>", "높음"],
            },
        },
        "rules": [],
        "keys": {
            "columns": ["datetime"],
            "time": "datetime",
            "unit": "day",
            "unit_word": {"en": "day", "ko": "하루"},
            "baseline": ["hour", "season"],
            "one_hot": ["hour"],
        },
        "slices": [
            {"by": "hour", "column": "hour", "values": list(range(24)), "title": {"en": "Hour", "ko": "시각"}},
            {"by": "rain", "column": "rain", "values": ["dry", "rain"], "title": {"en": "Rain"}},
        ],
        "history": {"hours": 24, "of": ["weather"], "features": ["rainfall"]},
        "words": {"row": {"en": "hour", "ko": "시간"}, "rows": {"en": "hours", "ko": "시간"}, "rain": {"ko": "비"}},
    }


def write_keys(path: Path, features: np.ndarray) -> None:
    """Write what the rows are; their hours begin in November."""
    hours = pd.Series(pd.date_range("2018-11-01", periods=len(features), freq="h"))
    keys = {"datetime": hours.dt.strftime("%Y-%m-%dT%H:%M:%S"), "day": hours.dt.date, "hour": hours.dt.hour}
    rain = np.where(features[:, 2] > 0.5, "rain", "dry")
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame({**keys, "season": "Autumn", "rain": rain}).to_csv(path, index=False)


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
    kind, classes = KINDS[task], int(table[:, 0].max()) + 1
    objective = {
        "regression": {"objective": "reg:squarederror"},
        "binary": {"objective": "binary:logistic"},
        "multiclass": {"objective": "multi:softprob", "num_class": classes},
    }[kind]
    booster = xgboost.train({**objective, "nthread": 1}, xgboost.DMatrix(features, label), num_boost_round=30)
    (directory / "xgboost-model").write_bytes(bytes(booster.save_raw("ubj")))

    names = [str(number) for number in range(1, features.shape[1] + 1)]
    data = lightgbm.Dataset(pd.DataFrame(features, columns=names), label)
    parameters = {"objective": kind, **({"num_class": classes} if kind == "multiclass" else {})}
    settings = {**parameters, "verbosity": -1, "num_threads": 1}
    joblib.dump(lightgbm.train(settings, data, 30), directory / "model.pkl")

    model_type = catboost.CatBoostRegressor if kind == "regression" else catboost.CatBoostClassifier
    model = model_type(iterations=60, verbose=0, thread_count=1, allow_writing_files=False).fit(features, label)
    model.save_model(str(directory / "model"))
    return dict(zip(ALGORITHMS, (directory / name for name in ("xgboost-model", "model.pkl", "model")), strict=True))


@pytest.fixture(scope="session", params=KINDS)
def task(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def kind(task) -> str:
    return KINDS[task]


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
