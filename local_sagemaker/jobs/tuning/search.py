"""The search through a space: the next point to try, and early stopping of trials."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.jobs.tuning.space import Dimension

if TYPE_CHECKING:
    from optuna import Study
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.trial import Trial

_MEDIAN_WARMUP_STEPS = 5
_MEDIAN_STARTUP_TRIALS = 3
_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
"""The static hyperparameters with the number of rounds, for Hyperband without a MaxResource."""


@dataclass(frozen=True)
class Point:
    """One combination of hyperparameters, and its trial in optuna."""

    values: Mapping[str, str]
    trial: Trial


class Search:
    """One search, by optuna, with one of SageMaker's strategies.

    ``Random`` samples, ``Bayesian`` is a tree-structured Parzen estimator, ``Grid`` tries all combinations of
    categories, and ``Hyperband`` stops trials early by successive halving over their intermediate values.

    ``config`` is the HyperParameterTuningJobConfig, ``static`` are the hyperparameters that are equal in all jobs, and
    ``maximize`` is whether the objective is better when it is larger.
    """

    def __init__(
        self, config: Mapping[str, Any], space: list[Dimension], static: Mapping[str, str], *, maximize: bool
    ) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._space = space
        # optuna's study is not thread-safe. goes_on() is called by the threads that read the jobs' logs.
        self._lock = threading.Lock()
        self._grid = _grid(space) if config["Strategy"] == "Grid" else None
        self._prunes = config["Strategy"] == "Hyperband" or config.get("TrainingJobEarlyStoppingType") == "Auto"
        self._study: Study = optuna.create_study(
            study_name="tuning",  # Hyperband draws a trial's bracket from it, and a name by chance is no seed
            direction="maximize" if maximize else "minimize",
            sampler=_sampler(config),
            pruner=_pruner(config, static),
        )

    def next_point(self) -> Point | None:
        """The next point to try; None when a grid has no more."""
        with self._lock:
            if self._grid is not None:
                if not self._grid:
                    return None
                # The next trial that is asked for gets these values; the sampler draws none.
                self._study.enqueue_trial(self._grid.pop(0))
            trial = self._study.ask({dimension.name: dimension.distribution for dimension in self._space})
        values = {dimension.name: dimension.text_of(trial.params[dimension.name]) for dimension in self._space}
        return Point(values, trial)

    def goes_on(self, point: Point, step: int, value: float) -> bool:
        """Report an intermediate value; returns whether the trial should continue."""
        if not self._prunes:
            return True
        with self._lock:
            point.trial.report(value, step)
            return not point.trial.should_prune()

    def conclude(self, point: Point, value: float | None, *, stopped_early: bool = False) -> None:
        """Report the end of a trial; ``value`` is None if it failed."""
        from optuna.trial import TrialState

        with self._lock:
            if stopped_early:
                self._study.tell(point.trial, state=TrialState.PRUNED)
            elif value is None:
                self._study.tell(point.trial, state=TrialState.FAIL)
            else:
                self._study.tell(point.trial, value)

    def learn(self, values: Mapping[str, str], objective: float) -> None:
        """Add a result of an earlier tuning job, if it is in this space."""
        import optuna

        known = {each.name: each.drawn_from(values[each.name]) for each in self._space if each.name in values}
        if len(known) < len(self._space) or any(drawn is None for drawn in known.values()):
            return
        distributions = {each.name: each.distribution for each in self._space}
        with self._lock:
            self._study.add_trial(optuna.trial.create_trial(params=known, distributions=distributions, value=objective))


def check_strategy(config: Mapping[str, Any], space: list[Dimension], static: Mapping[str, str]) -> None:
    """Check that a strategy fits the configuration of its job and a training job definition.

    Raises ValidationException if the strategy does not fit.
    """
    from optuna.distributions import CategoricalDistribution

    strategy = config["Strategy"]
    if strategy == "Grid":
        if not all(isinstance(dimension.distribution, CategoricalDistribution) for dimension in space):
            raise ValidationException("The strategy Grid supports CategoricalParameterRanges only.")
    elif config["ResourceLimits"].get("MaxNumberOfTrainingJobs") is None:
        raise ValidationException(f"The strategy {strategy} needs ResourceLimits.MaxNumberOfTrainingJobs.")
    if strategy == "Hyperband":
        if config.get("TrainingJobEarlyStoppingType") == "Auto":
            raise ValidationException(
                "The strategy Hyperband stops jobs itself; set TrainingJobEarlyStoppingType to Off."
            )
        least, most = _resources(config, static)
        if most is None:
            raise ValidationException(
                f"The strategy Hyperband needs StrategyConfig.HyperbandStrategyConfig.MaxResource, or one of "
                f"{', '.join(_EPOCHS)} among the static hyperparameters."
            )
        if least >= most:
            raise ValidationException(f"MinResource of Hyperband is {least}; it must be less than MaxResource, {most}.")


def _resources(config: Mapping[str, Any], static: Mapping[str, str]) -> tuple[int, int | None]:
    """The minimum and maximum number of objective values of a job under Hyperband; None if unknown."""
    given = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    epochs = next((static[name] for name in _EPOCHS if name in static), "")
    return given.get("MinResource", 1), given.get("MaxResource", int(epochs) if epochs.isdecimal() else None)


def _grid(space: list[Dimension]) -> list[dict[str, Any]]:
    names = [dimension.name for dimension in space]
    choices = (dimension.distribution.choices for dimension in space)  # type: ignore[attr-defined]
    return [dict(zip(names, combination, strict=True)) for combination in itertools.product(*choices)]


def _sampler(config: Mapping[str, Any]) -> BaseSampler:
    from optuna.samplers import RandomSampler, TPESampler

    seed = config.get("RandomSeed")
    return TPESampler(seed=seed) if config["Strategy"] == "Bayesian" else RandomSampler(seed=seed)


def _pruner(config: Mapping[str, Any], static: Mapping[str, str]) -> BasePruner:
    from optuna.pruners import HyperbandPruner, MedianPruner, NopPruner

    if config["Strategy"] == "Hyperband":
        least, most = _resources(config, static)
        return HyperbandPruner(least, most or "auto")
    if config.get("TrainingJobEarlyStoppingType") == "Auto":
        return MedianPruner(_MEDIAN_STARTUP_TRIALS, _MEDIAN_WARMUP_STEPS)
    return NopPruner()
