"""What the settings for few rows are worth: ``python -m tests.performance.few_rows [--data FOLDER] [--draws 4]``.

Training and validation rows are small parts of large tables: constructed ones, and UCI's in FOLDER. The other rows, at
most 5,000, are the test set, so that it decides. Printed is the metric of the candidate that is best on the validation
set, relative to the linear model (of an AUC, what is missing to 1): with the workflow's defaults, and with the settings
that ``dataset init`` writes for few rows; and with these, of the candidate that is best in the mean of folds, which
``init`` chooses, too. The small tables of `tests.performance.tables` are not among them: they test the settings.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from evaluation.inputs import Part, PartName
from evaluation.schema import Task as Measured
from pipelines.data.inspection.few_rows import EARLY_STOPPING, FOLDS, HYPERPARAMETERS
from pipelines.definition.algorithms import ALGORITHMS
from processing_scripts.dataset_file.model import Kind, Metric, Task
from tests.performance.training import Numbers, Rows, Trained, on_folds, train

_METRICS: dict[Kind, Metric] = {"regression": "rmse", "binary": "auc", "multiclass": "log_loss"}
MOST_TEST_ROWS = 5000


class Table(NamedTuple):
    """Features with codes of categories, labels, and how many rows are for training and validation."""

    kind: Kind
    features: Numbers
    labels: Numbers
    few: int
    categories: tuple[int, ...] = ()


def main(arguments: list[str] | None = None) -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--draws", type=int, default=4)
    options = parser.parse_args(arguments)
    tables = {**constructed(), **(from_uci(options.data) if options.data else {})}
    sys.stdout.write("| table | task | rows | defaults | for few rows | and folds |\n|---|---|---|---|---|---|\n")
    for name, table in tables.items():
        ratios = [compared(table, draw) for draw in range(options.draws)]
        means = " | ".join(f"{statistics.mean(each):.3f}" for each in zip(*ratios, strict=True))
        sys.stdout.write(f"| {name} | {table.kind} | {table.few} | {means} |\n")
        sys.stdout.flush()


def constructed() -> dict[str, Table]:
    """Tables from a linear one to one of interactions alone."""
    random = np.random.default_rng(3)
    linear = datasets.make_regression(6000, 10, n_informative=6, noise=80.0, random_state=2)
    curved = datasets.make_friedman1(6000, noise=2.0, random_state=1)
    mixed = datasets.make_classification(6000, 20, n_informative=6, n_redundant=4, flip_y=0.03, random_state=4)
    several = datasets.make_classification(6000, 12, n_informative=6, n_classes=5, class_sep=1.3, random_state=6)
    factors = random.normal(size=(6000, 3))
    skewed = np.exp(0.3 * (factors @ random.normal(size=(3, 20)) + 0.4 * random.normal(size=(6000, 20))))
    positive = random.random(6000) < 1 / (1 + np.exp(-4 * factors[:, 0] - 2 * factors[:, 1]))
    made = {
        "a sum": Table("regression", *linear, 350),
        "Friedman 1": Table("regression", *curved, 300),
        "clusters of two classes": Table("binary", *mixed, 400),
        "collinear features": Table("binary", skewed, positive.astype(float), 500),
        "clusters of five classes": Table("multiclass", *several, 500),
    }
    for count, spread, rows in ((4, 2.2, 150), (12, 1.1, 180)):
        centres, labels = random.normal(size=(3, count)) * spread, random.integers(0, 3, 6000)
        features = np.round(centres[labels] + random.normal(size=(6000, count)), 1)
        made[f"three Gaussian classes, {count} columns"] = Table("multiclass", features, labels.astype(float), rows)
    return made


def from_uci(folder: Path) -> dict[str, Table]:
    """Parts of public tables."""
    abalone = pd.read_csv(folder / "abalone.csv", header=None).rename(columns=str)
    bank = pd.read_csv(folder / "bank-full.csv", sep=";")
    bikes = pd.read_csv(folder / "washington-bikes-hour.csv")
    hours = bikes.drop(columns=["instant", "dteday", "casual", "registered", "cnt"])
    rings, sex = abalone["8"].to_numpy(float), pd.factorize(abalone["0"])[0].astype(float)
    old, bought = (rings > 10).astype(float), (bank["y"] == "yes").to_numpy(float)
    animals, clients = _coded(abalone.drop(columns="8")), _coded(bank.drop(columns="y"))
    return {
        "abalone": Table("regression", animals[0], rings, 400, animals[1]),
        "washington-bikes-hour": Table("regression", hours.to_numpy(float), bikes["cnt"].to_numpy(float), 600),
        "abalone, over 10 rings": Table("binary", animals[0], old, 400, animals[1]),
        "bank-full": Table("binary", clients[0], bought, 700, clients[1]),
        "abalone, sex": Table("multiclass", abalone.drop(columns=["0", "8"]).to_numpy(float), sex, 400),
    }


def _coded(frame: pd.DataFrame) -> tuple[Numbers, tuple[int, ...]]:
    texts = [at for at, name in enumerate(frame) if not pd.api.types.is_numeric_dtype(frame[name])]
    codes = {frame.columns[at]: pd.factorize(frame.iloc[:, at], sort=True)[0] for at in texts}
    return frame.assign(**codes).to_numpy(float), tuple(texts)


def compared(table: Table, draw: int) -> tuple[float, float, float]:
    """Return the selected model's metric relative to the linear model's.

    With defaults, with the settings for few rows, and with those and folds.
    """
    order = np.random.default_rng([draw, table.few]).permutation(len(table.labels))
    cuts = [int(0.8 * table.few), int(0.9 * table.few), table.few + MOST_TEST_ROWS]
    sets = [Rows(table.features[rows], table.labels[rows]) for rows in np.split(order, cuts)[:3]]
    classes = tuple(map(str, range(int(table.labels.max()) + 1))) if table.kind != "regression" else ()
    plain = Task("task", table.kind, "label", _METRICS[table.kind], 1.0, classes=classes)
    stopping: Metric | None = EARLY_STOPPING if table.kind == "binary" else None
    few = replace(plain, hyperparameters=HYPERPARAMETERS, early_stopping=stopping)
    reference = score(plain, sets[2], _linear(table, sets[0], sets[2]))
    plain_models, models = (trained(task, table, sets, draw) for task in (plain, few))
    validation = {name: score(few, sets[1], model.predict(sets[1].features)) for name, model in models.items()}
    means = _means(few, table, sets, draw)
    chosen = (
        min(plain_models.values(), key=lambda model: score(plain, sets[1], model.predict(sets[1].features))),
        models[min(validation, key=validation.__getitem__)],
        models[min(means, key=means.__getitem__)],
    )
    first, second, third = (score(plain, sets[2], model.predict(sets[2].features)) / reference for model in chosen)
    return first, second, third


def trained(task: Task, table: Table, sets: list[Rows], seed: int) -> dict[str, Trained]:
    """Train all candidates."""
    return {name: train(name, task, *sets[:2], seed, table.categories) for name in ALGORITHMS}


def _means(task: Task, table: Table, sets: list[Rows], seed: int) -> dict[str, float]:
    """Return the mean of the folds by candidate; less is better."""
    measured = Measured(task.name, task.kind, task.metric, classes=task.classes)
    names: tuple[PartName, PartName] = ("train", "validation")
    parts = {
        name: Part(*rows, pd.DataFrame(index=range(len(rows.labels))))
        for name, rows in zip(names, sets[:2], strict=True)
    }
    means = on_folds(task, measured, parts, FOLDS, seed, table.categories).means
    return {name: 1 - mean if task.metric == "auc" else mean for name, mean in means.items()}


def score(task: Task, rows: Rows, predicted: Numbers) -> float:
    """RMSE, log loss, or 1 - AUC: less is better."""
    if task.kind == "binary":
        return 1 - float(roc_auc_score(rows.labels, predicted))
    if task.kind == "multiclass":
        return float(log_loss(rows.labels, predicted, labels=range(len(task.classes))))
    return float(root_mean_squared_error(rows.labels, predicted))


def _linear(table: Table, training: Rows, test: Rows) -> Numbers:
    categories = (OneHotEncoder(handle_unknown="ignore"), [*table.categories])
    numbers = make_column_transformer(categories, remainder=StandardScaler())
    model = LinearRegression() if table.kind == "regression" else LogisticRegression(max_iter=2000)
    fitted = make_pipeline(numbers, model).fit(*training)
    if table.kind == "regression":
        return np.asarray(fitted.predict(test.features))
    predicted = np.asarray(fitted.predict_proba(test.features))
    return predicted[:, 1] if table.kind == "binary" else predicted


if __name__ == "__main__":
    main()
