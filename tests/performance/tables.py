"""Quality on public tables: the selected model beside the libraries used directly, and a linear model.

``python -m tests.performance.tables [--data FOLDER] [--seeds 0 1 2] [NAME ...]`` describes each table with ``dataset
init``, preprocesses it as the job does, trains all candidates with the pipeline's hyperparameters, and selects one with
the evaluation's rule. The libraries are trained on the same sets with their own defaults, a learning rate of 0.05,
early stopping, and categories in their native way. FOLDER has abalone.csv, bank-full.csv and washington-bikes-hour.csv
of UCI; without it, scikit-learn's tables alone are measured.

Printed is the test metric, as the mean of the seeds, each of which draws other sets. A goal is missed if the mean is
beyond it by more than chance, which is half of the 95 % interval of the mean difference. The sets of two seeds overlap,
so its variance is that of Nadeau and Bengio (2003), https://doi.org/10.1023/A:1024068626366.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import catboost
import lightgbm
import pandas as pd
import xgboost
from scipy.stats import t as student
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

from evaluation.candidates import catboost as catboost_model
from evaluation.candidates import lightgbm as lightgbm_model
from evaluation.candidates import xgboost as xgboost_model
from evaluation.inputs import Part, PartName, read_parts
from evaluation.measures.baselines import predict_baselines
from evaluation.ranking.bootstrap import compare_pairs, not_significantly_different
from evaluation.ranking.selection import RANKINGS, best_candidate, rank
from evaluation.schema import read_schema
from pipelines.data.inspection.document import as_toml
from pipelines.data.inspection.proposal import propose
from pipelines.definition.algorithms import ALGORITHMS
from processing_scripts.dataset_file.model import Task
from processing_scripts.dataset_file.reader import read_dataset_file
from processing_scripts.datasets import Choices
from processing_scripts.preprocess import preprocess
from tests.performance.training import Numbers, Rows, on_folds, train
from tests.support.public_tables import FROM_SKLEARN, FROM_UCI, write_table

TOLERANCE = 0.02
ROUNDS, PATIENCE, RATE = 3000, 50, 0.05
_NANOSECONDS = {
    "xgboost": xgboost_model.NANOSECONDS_PER_TREE,
    "lightgbm": lightgbm_model.NANOSECONDS_PER_TREE,
    "catboost": catboost_model.NANOSECONDS_PER_TREE,
}


class Measured(NamedTuple):
    """The test metrics of one table and one seed."""

    metric: str
    winner: str
    candidates: Mapping[str, float]
    direct: Mapping[str, float]
    linear: float
    rows: tuple[int, int]
    """Of the training and of the test set."""


def main(arguments: list[str] | None = None) -> None:
    """Measure all tables, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args(arguments)
    if options.data is None:
        sys.stderr.write(f"Without --data, {', '.join(FROM_UCI)} are not measured.\n")
    names = options.names or [*(FROM_UCI if options.data else ()), *FROM_SKLEARN]
    sys.stdout.write(
        "| table | metric | selected | xgboost | lightgbm | catboost | direct: xgboost | lightgbm | catboost "
    )
    sys.stdout.write("| linear | selected against best direct | against linear |\n" + "|---" * 12 + "|\n")
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            table, target = write_table(name, Path(folder) / "data", options.data)
            found = [measure(table, target, Path(folder) / str(seed), seed) for seed in options.seeds]
        sys.stdout.write(_line(name, found) + "\n")
        sys.stdout.flush()


def measure(table: Path, target: str, folder: Path, seed: int) -> Measured:
    """Preprocess a table, and train and measure everything with one seed."""
    folder.mkdir()
    described = folder / "table.toml"
    described.write_text(as_toml(propose(table, target, None), table.name, str(table)), encoding="utf-8")
    task = read_dataset_file(described).tasks[0]
    preprocess(described, table.parent, table.parent, folder, Choices(seed=seed))
    (folder / "data").symlink_to(folder / task.name, target_is_directory=True)
    schema = read_schema(folder / "schema" / "schema.json")
    parts = read_parts(folder, schema.task(task.name), schema)
    index = folder / task.name / "train" / "categorical_index.json"
    categories = [at - 1 for at in json.loads(index.read_text())["cat_index_list"]] if index.exists() else []
    training, validation = (Rows(parts[part].features, parts[part].labels) for part in ("train", "validation"))
    trained = {name: train(name, task, training, validation, seed, categories) for name in ALGORITHMS}
    if task.folds > 1:
        folds = on_folds(task, schema.task(task.name), parts, task.folds, seed, categories)
        held_out, predicted, values = folds.part, folds.predictions, folds.means
    else:
        held_out = parts["validation"]
        predicted = {name: model.predict(held_out.features) for name, model in trained.items()}
        values = {name: score(task, held_out, each) for name, each in predicted.items()}
    ranking = RANKINGS[task.metric]
    measured = {name: {task.metric: value} for name, value in values.items()}
    pairs = compare_pairs(ranking, held_out, predicted, measured, seed)
    microseconds = {name: model.trees * _NANOSECONDS[name] / 1000 for name, model in trained.items()}
    undecided = not_significantly_different(rank(values, ranking)[0], pairs)
    (linear,) = (
        each["test"]
        for name, each in predict_baselines(schema.task(task.name), parts, schema).items()
        if name.endswith("regression")
    )
    return Measured(
        task.metric,
        best_candidate(values, undecided, microseconds, ranking),
        {name: score(task, parts["test"], model.predict(parts["test"].features)) for name, model in trained.items()},
        direct(task, parts, categories, seed),
        score(task, parts["test"], linear),
        (len(parts["train"].labels), len(parts["test"].labels)),
    )


def score(task: Task, part: Part, predicted: Numbers) -> float:
    """The task's metric."""
    if task.metric == "auc":
        return float(roc_auc_score(part.labels, predicted))
    if task.metric == "log_loss":
        return float(log_loss(part.labels, predicted, labels=range(len(task.classes))))
    return float(root_mean_squared_error(part.labels, predicted))


def direct(task: Task, parts: Mapping[PartName, Part], categories: list[int], seed: int) -> dict[str, float]:
    """Test metrics of the three libraries through their scikit-learn interface, with categories as such."""
    regression = task.kind == "regression"
    labels = {part: each.labels if regression else each.labels.astype(int) for part, each in parts.items()}
    numbers = {part: pd.DataFrame(each.features).astype(dict.fromkeys(categories, int)) for part, each in parts.items()}
    levels = {at: pd.CategoricalDtype(range(numbers["train"][at].max() + 1)) for at in categories}
    found = {}
    for name, library in (("xgboost", xgboost), ("lightgbm", lightgbm), ("catboost", catboost)):
        of_catboost = name == "catboost"
        sets = {
            part: each.astype(dict.fromkeys(categories, str) if of_catboost else levels)
            for part, each in numbers.items()
        }
        model = _model(name, library, task, seed)
        options: dict[str, object] = {}
        if name == "lightgbm":
            options = {"eval_metric": METRICS[name][task.metric]}
            options["callbacks"] = [lightgbm.early_stopping(PATIENCE, first_metric_only=True, verbose=False)]
        elif of_catboost:
            options = {"cat_features": categories or None, "early_stopping_rounds": PATIENCE}
        else:
            options = {"verbose": False}
        model.fit(sets["train"], labels["train"], eval_set=[(sets["validation"], labels["validation"])], **options)
        predicted = model.predict(sets["test"]) if regression else model.predict_proba(sets["test"])
        found[name] = score(task, parts["test"], predicted[:, 1] if task.kind == "binary" else predicted)
    return found


METRICS = {
    "xgboost": {"rmse": "rmse", "auc": "auc", "log_loss": "mlogloss"},
    "lightgbm": {"rmse": "rmse", "auc": "auc", "log_loss": "multi_logloss"},
    "catboost": {"rmse": "RMSE", "auc": "AUC", "log_loss": "MultiClass"},
}


def _model(name: str, library: Any, task: Task, seed: int) -> Any:
    own: dict[str, dict[str, Any]] = {
        "xgboost": {"n_jobs": 1, "enable_categorical": True, "early_stopping_rounds": PATIENCE},
        "lightgbm": {"n_jobs": 1, "verbosity": -1},
        "catboost": {"thread_count": 1, "verbose": 0, "allow_writing_files": False},
    }
    if name != "lightgbm":
        own[name]["eval_metric"] = METRICS[name][task.metric]
    prefix = {"xgboost": "XGB", "lightgbm": "LGBM", "catboost": "CatBoost"}[name]
    kind = getattr(library, f"{prefix}{'Regressor' if task.kind == 'regression' else 'Classifier'}")
    return kind(n_estimators=ROUNDS, learning_rate=RATE, random_state=seed, **own[name])


def _line(name: str, found: list[Measured]) -> str:
    lower = RANKINGS[found[0].metric].lower_is_better
    selected = [each.candidates[each.winner] for each in found]
    candidates = [[each.candidates[one] for each in found] for one in ALGORITHMS]
    libraries = [[each.direct[one] for each in found] for one in ALGORITHMS]
    linear = [each.linear for each in found]
    best = (min if lower else max)(libraries, key=statistics.mean)
    numbers = [f"{statistics.mean(values):.4g}" for values in (selected, *candidates, *libraries, linear)]
    overlap = found[0].rows[1] / found[0].rows[0]
    verdicts = [
        _verdict(selected, reference, limit, overlap, lower=lower)
        for reference, limit in ((best, TOLERANCE), (linear, 0.0))
    ]
    return f"| {' | '.join([name, found[0].metric, *numbers, *verdicts])} |"


def _verdict(selected: list[float], reference: list[float], limit: float, overlap: float, *, lower: bool) -> str:
    """Say how much worse than a reference the selected models are, in per cent of the reference, and whether by chance.

    ``overlap`` is the number of test rows per training row.
    """
    scale = (1 if lower else -1) / statistics.mean(reference)
    worse = [(own - other) * scale for own, other in zip(selected, reference, strict=True)]
    mean, count = statistics.mean(worse), len(worse)
    text = f"{abs(mean):.1%} {'worse' if mean > 0 else 'better'}"
    if count == 1:
        return text
    half = student.ppf(0.975, count - 1) * math.sqrt(statistics.variance(worse) * (1 / count + overlap))
    missed = "" if mean <= limit else " **missed**" if mean - half > limit else " by chance"
    return f"{text} (± {half:.1%}){missed}"


if __name__ == "__main__":
    main()
