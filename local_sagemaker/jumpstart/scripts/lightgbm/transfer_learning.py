"""Train LightGBM on tabular data like the JumpStart models lightgbm-*-model (``docs/contracts.md``, section 2)."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path
from typing import Any

import joblib
import lightgbm as lgb
import payloads  # type: ignore[import-not-found]  # packed beside this script
import tabular  # type: ignore[import-not-found]  # packed beside this script

logger = logging.getLogger(__name__)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    for name in ("num_boost_round", "early_stopping_rounds", "num_leaves", "bagging_freq", "max_depth",
                 "min_data_in_leaf", "max_bin", "num_threads", "verbosity"):  # fmt: skip
        parser.add_argument(f"--{name}", type=tabular.whole_number)
    for name in ("learning_rate", "feature_fraction", "bagging_fraction", "max_delta_step", "lambda_l1", "lambda_l2",
                 "min_gain_to_split", "scale_pos_weight", "feature_fraction_bynode",
                 "tweedie_variance_power"):  # fmt: skip
        parser.add_argument(f"--{name}", type=float)
    parser.add_argument("--metric", default="auto")
    parser.add_argument("--boosting")
    parser.add_argument("--tree_learner")
    parser.add_argument("--is_unbalance", type=tabular.is_true)
    parser.add_argument("--use_dask", type=tabular.is_true, default=False)
    return parser


def _objective(task: str, metric: str, classes: int) -> dict[str, Any]:
    """The objective and the metric."""
    if task == "regression":
        objective = "tweedie" if metric == "tweedie" else "regression"
        return {"objective": objective, "metric": "rmse" if metric == "auto" else metric}
    if classes <= 2:
        return {"objective": "binary", "metric": "binary_logloss" if metric == "auto" else metric}
    return {"objective": "multiclass", "num_class": classes, "metric": "multi_logloss" if metric == "auto" else metric}


def main() -> None:
    """Train, log the metrics of each round, and save the model."""
    tabular.configure_logging()
    given = tabular.parse_hyperparameters(_parser())
    if given.pop("use_dask"):
        raise ValueError(
            "use_dask is for training on several hosts, which this script does not support; set it to False."
        )
    information = tabular.unpack_pretrained()
    data = tabular.read_data(os.environ)
    classes = int(data.train.labels.max()) + 1 if payloads.task() == "classification" else 0
    rounds = given.pop("num_boost_round") or 500
    patience = given.pop("early_stopping_rounds")
    parameters = {
        **{name: value for name, value in given.items() if value is not None},
        **_objective(payloads.task(), given["metric"], classes),
        "num_threads": tabular.thread_count(given["num_threads"]),
        "deterministic": True,
        "force_row_wise": True,
    }
    if not parameters.get("is_unbalance"):
        parameters.pop("is_unbalance", None)
    if parameters["objective"] != "binary":
        for name in ("scale_pos_weight", "is_unbalance"):
            parameters.pop(name, None)
    train = lgb.Dataset(
        data.train.features, data.train.labels, categorical_feature=data.categorical or "auto", free_raw_data=False
    )
    validation = train.create_valid(data.validation.features, data.validation.labels)
    callbacks: list[Any] = [lgb.log_evaluation(period=1)]
    if patience and patience > 0:
        callbacks.append(lgb.early_stopping(patience))
    lgb.register_logger(logger)
    booster = lgb.train(
        parameters,
        train,
        num_boost_round=rounds,
        valid_sets=[train, validation],
        valid_names=["train", "val"],
        callbacks=callbacks,
    )
    model_folder = Path(os.environ["SM_MODEL_DIR"])
    joblib.dump(booster, model_folder / "model.pkl")
    tabular.add_serving_files(model_folder, {**information, "library": "lightgbm", "library_version": lgb.__version__})


if __name__ == "__main__":
    main()
