"""Training with the built-in XGBoost in algorithm mode: from the configuration files to the model on disk."""

import json
import logging
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import xgboost

from local_sagemaker.containers.errors import AlgorithmError, UserError
from local_sagemaker.containers.training_toolkit.layout import Layout
from local_sagemaker.containers.xgboost import channels, data, hyperparameters
from local_sagemaker.containers.xgboost.boosting import Plan, fit
from local_sagemaker.containers.xgboost.cross_validation import fit_folds
from local_sagemaker.containers.xgboost.versions import Version

MODEL_NAME = "xgboost-model"

_USER_ERRORS = (
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
    """Train with the job's configuration files, and save the model in the model folder.

    ``environment`` are the training toolkit's variables: ``SM_CHANNEL_TRAIN``, ``SM_HOSTS`` and so on. ``version`` is
    that of the image.

    Raises UserError or AlgorithmError with the container's messages; KeyError (``SM_CHANNEL_TRAIN``) if there is no
    train channel, as the container does.
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
    content_type = channels.content_type_of(validated["train"]["ContentType"])
    rows = Rows.read(parameters, content_type, train_channel, Path(validation_channel) if validation_channel else None)
    hosts = json.loads(environment["SM_HOSTS"])

    def fit_and_save(*, is_master: bool) -> None:
        boosters = _fit(_plan(parameters, rows, layout), layout)
        if is_master:
            _save(boosters, layout.model, version)

    if len(hosts) > 1:
        from local_sagemaker.containers.xgboost.distributed import run_on_hosts

        logger.info("Distributed node training with %d hosts: %s", len(hosts), hosts)
        run_on_hosts(fit_and_save, hosts, environment["SM_CURRENT_HOST"], takes_part=not rows.missing)
        return
    for channel, path in rows.missing.items():
        raise UserError(f"No data in {channel} channel path {path}")
    logger.info("Single node training.")
    fit_and_save(is_master=True)


@dataclass(frozen=True)
class Rows:
    """The data of the channels; a matrix is None where a channel has no data, or does not exist.

    ``both`` is training and validation data in one, for cross validation; ``missing`` has the paths of those channels
    that exist without data, training first.
    """

    training: xgboost.DMatrix | None
    validation: xgboost.DMatrix | None
    both: xgboost.DMatrix | None
    missing: dict[str, Path]

    @classmethod
    def read(cls, parameters: dict[str, Any], content_type: str, train: Path, validation: Path | None) -> Self:
        """Check and read the channels of this host."""
        weighted = parameters.get("csv_weights", 0) == 1
        if validation is not None and train.is_dir():
            data.warn_of_duplicates(train, validation)
        paths = {"training": train} if validation is None else {"training": train, "validation": validation}
        present = {name: path for name, path in paths.items() if data.size_of(path) > 0}
        for path in present.values():
            data.check_format(path, content_type)
        matrices = {name: data.read([path], content_type, weighted=weighted) for name, path in present.items()}
        both = matrices.get("training")
        if "_kfold" in parameters and len(present) > 1:
            both = data.read(list(present.values()), content_type, weighted=weighted)
        missing = {name: path for name, path in paths.items() if name not in present}
        return cls(matrices.get("training"), matrices.get("validation"), both, missing)


def _plan(parameters: dict[str, Any], rows: Rows, layout: Layout) -> Plan:
    training, both = rows.training, rows.both
    if training is None or both is None:
        raise UserError("No data in training channel")
    logger.info("Train matrix has %d rows and %d columns", training.num_row(), training.num_col())
    if rows.validation is not None:
        logger.info("Validation matrix has %d rows", rows.validation.num_row())
    return Plan.of(parameters, training, rows.validation, both, layout.checkpoint_folder(), layout.model)


def _fit(plan: Plan, layout: Layout) -> list[xgboost.Booster]:
    try:
        if plan.folds is None:
            return [fit(plan)]
        return fit_folds(plan, layout.output_data)
    except Exception as error:
        if any(text in str(error) for text in _USER_ERRORS):
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
