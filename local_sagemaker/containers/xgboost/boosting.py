"""One call of ``xgboost.train`` as the container makes it: metrics, early stopping, checkpoints, log lines."""

import logging
import os
import re
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

import xgboost
from xgboost import collective
from xgboost.callback import EarlyStopping, EvaluationMonitor, TrainingCallback

from local_sagemaker.containers.process.paths import UNFINISHED
from local_sagemaker.containers.xgboost.metric_names import MAXIMIZED
from local_sagemaker.containers.xgboost.metrics import custom_metric, split_metrics

CHECKPOINT_NAME = "xgboost-checkpoint"
_CHECKPOINT = re.compile(rf"{CHECKPOINT_NAME}\.(\d+)")
_CHECKPOINTS_KEPT = 5

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """The settings and data of one training."""

    parameters: dict[str, Any]
    """The parameters of XGBoost itself."""
    rounds: int
    own_metrics: list[str]
    early_stopping_rounds: int | None
    early_stopping_metric: str | None
    """None: train all rounds."""
    training: xgboost.DMatrix
    validation: xgboost.DMatrix | None
    both: xgboost.DMatrix
    """Training and validation data in one, for cross validation."""
    folds: int | None
    cross_validation_rounds: int
    """None, and unused, without cross validation."""
    checkpoints: Path | None
    save_on_termination: Path | None

    @classmethod
    def of(
        cls,
        parameters: dict[str, Any],
        training: xgboost.DMatrix,
        validation: xgboost.DMatrix | None,
        both: xgboost.DMatrix,
        checkpoints: Path | None,
        model_folder: Path,
    ) -> Self:
        """Split validated hyperparameters into those for the container and those for XGBoost."""
        rest = dict(parameters)
        objective = rest.pop("_tuning_objective_metric", None)
        tuning = objective.split(":")[1].split(",") if objective else None
        evaluation = rest.pop("eval_metric", None)
        xgboosts, own = split_metrics(tuning, evaluation)
        if xgboosts:
            rest["eval_metric"] = xgboosts
        early_stopping_rounds = rest.pop("early_stopping_rounds", None)
        metrics = tuning or evaluation
        stops_early = early_stopping_rounds and metrics and validation is not None
        terminated = rest.pop("save_model_on_termination", "false") == "true"
        return cls(
            rounds=rest.pop("num_round"),
            folds=rest.pop("_kfold", None),
            cross_validation_rounds=rest.pop("_num_cv_round", 1),
            parameters=rest,
            own_metrics=own,
            early_stopping_rounds=early_stopping_rounds,
            early_stopping_metric=metrics[-1] if stops_early else None,
            training=training,
            validation=validation,
            both=both,
            checkpoints=checkpoints,
            save_on_termination=model_folder if terminated else None,
        )

    @property
    def watched(self) -> list[tuple[xgboost.DMatrix, str]]:
        """The data whose metrics are logged; the same in cross validation, as in the container."""
        watched = [(self.training, "train")]
        return watched if self.validation is None else [*watched, (self.validation, "validation")]


def fit(
    plan: Plan, training: xgboost.DMatrix | None = None, fold: int | None = None, history: dict[str, Any] | None = None
) -> xgboost.Booster:
    """Train one model, from the last checkpoint if there is one.

    ``training`` is a fold's data, in place of the plan's, and ``fold`` its number, for the names of its checkpoints;
    ``history`` is filled with the metrics of each round.
    """
    checkpoints = plan.checkpoints
    if checkpoints is not None and fold is not None:
        checkpoints = checkpoints / f"model-{fold}"
    start, done = resume(checkpoints)
    return xgboost.train(
        plan.parameters,
        plan.training if training is None else training,
        num_boost_round=plan.rounds - done,
        evals=plan.watched,
        custom_metric=custom_metric(plan.own_metrics) if plan.own_metrics else None,
        evals_result=history,
        callbacks=[RoundsLogged(done), *_callbacks(plan, checkpoints, fold)],
        xgb_model=start,
        verbose_eval=False,
    )


def _callbacks(plan: Plan, checkpoints: Path | None, fold: int | None) -> list[TrainingCallback]:
    callbacks: list[TrainingCallback] = []
    master = collective.get_rank() == 0  # of several hosts one keeps the model
    if checkpoints is not None and master:
        callbacks.append(SaveCheckpoints(checkpoints))
    if plan.save_on_termination is not None and master:
        name = "xgboost-model" if fold is None else f"xgboost-model-{fold}"
        callbacks.append(SaveEachRound(plan.save_on_termination / name))
        _exit_cleanly_on_sigterm(plan.save_on_termination)
    if plan.early_stopping_metric is not None and plan.early_stopping_rounds is not None:
        callbacks.append(
            EarlyStopping(
                rounds=plan.early_stopping_rounds,
                data_name="validation",
                metric_name=plan.early_stopping_metric,
                maximize=plan.early_stopping_metric in MAXIMIZED,
                save_best=True,
            )
        )
    return callbacks


def _print_line(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


def _exit_cleanly_on_sigterm(folder: Path) -> None:
    """Exit on SIGTERM, with only complete models in the folder, as the container does."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for unfinished in folder.glob(f"*{UNFINISHED}"):
            unfinished.unlink(missing_ok=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)


def _save_whole(booster: xgboost.Booster, path: Path) -> None:
    """Save a model under another name and rename it: readers never see an incomplete file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}{UNFINISHED}")
    booster.save_model(unfinished)
    unfinished.replace(path)


class RoundsLogged(EvaluationMonitor):
    """Writes a line of metrics per round; a resumed training continues the count.

    ``done`` is the number of rounds in the checkpoint.
    """

    def __init__(self, done: int = 0) -> None:
        super().__init__(logger=_print_line)
        self._done = done

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """Write the line; training continues."""
        return super().after_iteration(model, self._done + epoch, evals_log)


class SaveEachRound(TrainingCallback):
    """Keeps the model of the latest round on disk, for a training that is stopped."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - XGBoost's signature
        """Save the model; training continues."""
        _save_whole(model, self._path)
        return False


class SaveCheckpoints(TrainingCallback):
    """Keeps the models of the latest rounds in files numbered by their last round, from 0."""

    def __init__(self, folder: Path, kept: int = _CHECKPOINTS_KEPT) -> None:
        self._folder = folder
        self._kept = kept
        self._earlier = {path.name for path in folder.iterdir()} if folder.is_dir() else set()

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - XGBoost's signature
        """Save the model and delete the oldest of this training; training continues."""
        latest = model.num_boosted_rounds() - 1
        _save_whole(model, self._folder / f"{CHECKPOINT_NAME}.{latest}")
        oldest = f"{CHECKPOINT_NAME}.{latest - self._kept}"
        if oldest not in self._earlier:
            (self._folder / oldest).unlink(missing_ok=True)
        return False


def resume(folder: Path | None) -> tuple[Path | None, int]:
    """Find the newest checkpoint and the number of rounds in it, and log them."""
    start, done = latest_checkpoint(folder)
    if start is not None:
        logger.info("Checkpoint loaded from %s", start)
        logger.info("Resuming from iteration %d", done)
    return start, done


def latest_checkpoint(folder: Path | None) -> tuple[Path | None, int]:
    """The newest checkpoint and the number of rounds in it."""
    files = folder.iterdir() if folder is not None and folder.is_dir() else ()
    numbers = {int(found[1]): path for path in files if (found := _CHECKPOINT.fullmatch(path.name))}
    if not numbers:
        return None, 0
    latest = max(numbers)
    return numbers[latest], latest + 1
