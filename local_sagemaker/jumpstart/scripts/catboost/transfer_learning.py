"""Train CatBoost on tabular data like the JumpStart models catboost-*-model (``docs/contracts.md``, section 2)."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import catboost
import payloads  # type: ignore[import-not-found]  # packed beside this script
import tabular  # type: ignore[import-not-found]  # packed beside this script


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    for name in ("iterations", "early_stopping_rounds", "depth", "max_leaves", "min_data_in_leaf", "random_seed",
                 "thread_count"):  # fmt: skip
        parser.add_argument(f"--{name}", type=tabular.whole_number)
    parser.add_argument("--max_bin", type=tabular.whole_number_or_auto)
    for name in ("learning_rate", "l2_leaf_reg", "random_strength", "rsm", "bagging_temperature",
                 "scale_pos_weight"):  # fmt: skip
        parser.add_argument(f"--{name}", type=float)
    for name in ("eval_metric", "sampling_frequency", "boosting_type", "grow_policy"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--verbose", default="1")
    return parser


def _metric(task: str, classes: int) -> str:
    """The default metric: RMSE, AUC for two classes, MultiClass for more."""
    if task == "regression":
        return "RMSE"
    return "AUC" if classes <= 2 else "MultiClass"


def _parameters(given: dict[str, Any], task: str, classes: int) -> dict[str, Any]:
    """CatBoost's parameters: the given ones, without those that conflict with others."""
    parameters = {name: value for name, value in given.items() if value is not None and value not in ("Auto", "auto")}
    parameters.setdefault("eval_metric", _metric(task, classes))
    if parameters.get("early_stopping_rounds", 1) <= 0:
        parameters.pop("early_stopping_rounds")
    policy = parameters.get("grow_policy", "SymmetricTree")
    if policy != "Lossguide":
        parameters.pop("max_leaves", None)
    if policy == "SymmetricTree":
        parameters.pop("min_data_in_leaf", None)
    if task == "regression" or classes > 2:
        parameters.pop("scale_pos_weight", None)
    verbose = str(parameters.pop("verbose"))
    parameters["verbose"] = int(verbose) if verbose.isdigit() else tabular.is_true(verbose)
    parameters["thread_count"] = tabular.thread_count(given["thread_count"])
    return {**parameters, "allow_writing_files": False}


def _with_categories(features: Any, categorical: list[str]) -> Any:
    return features.astype(dict.fromkeys(categorical, str)) if categorical else features


def main() -> None:
    """Train, log the metrics of each round, and save the model."""
    tabular.configure_logging()
    given = tabular.parse_hyperparameters(_parser())
    information = tabular.unpack_pretrained()
    data = tabular.read_data(os.environ)
    task = payloads.task()
    classes = int(data.train.labels.max()) + 1 if task == "classification" else 0
    kind = catboost.CatBoostRegressor if task == "regression" else catboost.CatBoostClassifier
    model = kind(**_parameters(given, task, classes))
    model.fit(
        _with_categories(data.train.features, data.categorical),
        data.train.labels,
        cat_features=data.categorical or None,
        eval_set=(_with_categories(data.validation.features, data.categorical), data.validation.labels),
        use_best_model=True,
    )
    model_folder = Path(os.environ["SM_MODEL_DIR"])
    model.save_model(str(model_folder / "model"), format="cbm")
    tabular.add_serving_files(
        model_folder, {**information, "library": "catboost", "library_version": catboost.__version__}
    )


if __name__ == "__main__":
    main()
