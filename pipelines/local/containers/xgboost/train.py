"""Training with the built-in XGBoost in algorithm mode: from the configuration files to the model on disk."""

from __future__ import annotations

import json
import logging
import os
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xgboost

from pipelines.local.containers.errors import AlgorithmError, UserError
from pipelines.local.containers.training_toolkit.layout import Layout
from pipelines.local.containers.xgboost import channels, data, hyperparameters
from pipelines.local.containers.xgboost.boosting import Plan, fit
from pipelines.local.containers.xgboost.cross_validation import fit_folds
from pipelines.local.containers.xgboost.versions import Version

MODEL_NAME = "xgboost-model"

_USERS_FAULT = (
    "label must be in [0,1] for logistic regression",
    "label must be in [0, num_class)",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels_.size()",
    "Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
    "Check failed: base_score > 0.0f && base_score < 1.0f base_score must be in (0,1) for logistic loss",
    "Check failed: label_correct PoissonRegression: label must be nonnegative",
    "Check failed: label_correct TweedieRegression: label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)

logger = logging.getLogger(__name__)


def train(layout: Layout, environment: Mapping[str, str], version: Version) -> None:
    """Train as the configuration files say, and leave the model in the model folder.

    Parameters
    ----------
    environment
        What the training toolkit tells of the job: ``SM_CHANNEL_TRAIN``, ``SM_HOSTS`` and so on.
    version
        The version of the image.

    Raises
    ------
    UserError, AlgorithmError
        As the container words them.
    KeyError
        ``SM_CHANNEL_TRAIN``: there is no train channel, and the container fails on it just so.
    """
    configuration = layout.read_hyperparameters()
    channel_configuration = layout.read_channels()
    train_channel = Path(environment["SM_CHANNEL_TRAIN"])
    validation_channel = environment.get("SM_CHANNEL_VALIDATION")
    parameters = hyperparameters.validate(configuration, version)
    if parameters.get("updater"):
        parameters["updater"] = ",".join(parameters["updater"])
    validated = channels.validate(channel_configuration)
    if parameters.pop("use_dask_gpu_training", "false") == "true":
        raise UserError(
            "Some configurations unsuitable for Dask GPU training were found: Dask GPU training requires GPU instances"
        )
    if len(json.loads(environment["SM_HOSTS"])) > 1:
        raise UserError("Distributed training of the built-in XGBoost is not supported on this machine; use one host.")
    plan = _plan(
        parameters,
        channels.content_type_of(validated["train"]["ContentType"]),
        train_channel,
        Path(validation_channel) if validation_channel else None,
        layout,
    )
    _save(_fit(plan, layout), layout.model, version)


def _plan(
    parameters: dict[str, Any], content_type: str, train_channel: Path, validation_channel: Path | None, layout: Layout
) -> Plan:
    weighted = parameters.get("csv_weights", 0) == 1
    if validation_channel is not None:
        data.warn_of_duplicates(train_channel, validation_channel)
    present = {channel: data.size_of(channel) > 0 for channel in (train_channel, validation_channel) if channel}
    for channel in (channel for channel, has_data in present.items() if has_data):
        data.check_format(channel, content_type)
    matrices = {
        channel: data.read([channel], content_type, weighted=weighted) if has_data else None
        for channel, has_data in present.items()
    }
    training = matrices[train_channel]
    validation = matrices[validation_channel] if validation_channel else None
    if training is None:
        raise UserError(f"No data in training channel path {train_channel}")
    if validation_channel is not None and validation is None:
        raise UserError(f"No data in validation channel path {validation_channel}")
    both = training
    if "_kfold" in parameters and validation_channel is not None:
        both = data.read([train_channel, validation_channel], content_type, weighted=weighted)
    logger.info("Single node training.")
    logger.info("Train matrix has %d rows and %d columns", training.num_row(), training.num_col())
    if validation is not None:
        logger.info("Validation matrix has %d rows", validation.num_row())
    return Plan.of(parameters, training, validation, both, layout.checkpoint_folder(), layout.model)


def _fit(plan: Plan, layout: Layout) -> list[xgboost.Booster]:
    try:
        if plan.folds is None:
            return [fit(plan)]
        return fit_folds(plan, layout.output_data)
    except Exception as error:
        if any(text in str(error) for text in _USERS_FAULT):
            raise UserError(str(error)) from error
        raise AlgorithmError(f"XGB train call failed with exception:\n {error}") from error


def _save(boosters: list[xgboost.Booster], folder: Path, version: Version) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, booster in enumerate(boosters):
        name = MODEL_NAME if len(boosters) == 1 else f"{MODEL_NAME}-{number}"
        if version.pickles_models:
            (folder / name).write_bytes(pickle.dumps(booster))
        else:
            booster.save_model(folder / name)


def configure_logging() -> None:
    """Log as the container does: to standard output, in its format."""
    logging.basicConfig(
        stream=sys.stdout,
        level=int(os.environ.get("SAGEMAKER_CONTAINER_LOG_LEVEL", logging.INFO)),
        format="[%(asctime)s:%(levelname)s] %(message)s",
        datefmt="%Y-%m-%d:%H:%M:%S",
        force=True,
    )
