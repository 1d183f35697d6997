"""The hyperparameters of the built-in XGBoost: their types, ranges and dependencies, with the container's messages.

Values are text and are parsed strictly, as in the container: ``6.0`` is not an integer.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_sagemaker.containers.errors import AlgorithmError, UserError
from local_sagemaker.containers.xgboost import dependencies
from local_sagemaker.containers.xgboost.metric_names import ALL_METRICS, TUNING_METRICS, is_metric
from local_sagemaker.containers.xgboost.ranges import Choices, Interval
from local_sagemaker.containers.xgboost.versions import Version

ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}


@dataclass(frozen=True)
class Hyperparameter:
    """One hyperparameter."""

    name: str
    parse: Callable[[str], Any]
    """Parses the text; raises ValueError for invalid text."""
    range: Interval | Choices
    """The range of the value, or of each element of it."""
    elements: Callable[[Any], list[Any]] | None = None
    """Returns the elements of a value to check one by one; None: check the value itself."""
    depends_on: tuple[str, ...] = ()
    """The hyperparameters that ``check`` gets, if they are given."""
    check: Callable[[Any, Mapping[str, Any]], None] | None = None
    """Raises UserError if the value conflicts with the others."""

    def require_in_range(self, value: Any) -> None:
        """Raise UserError, with the container's message, for a value out of range."""
        if self.elements is None:
            if value not in self.range:
                raise UserError(f"Hyperparameter {self.name}: {value} is not in {self.range}")
        elif any(element not in self.range for element in self.elements(value)):
            raise UserError(f"Hyperparameter {self.name}: value {value} not in range {self.range}")


def validate(given: Mapping[str, str], version: Version = Version()) -> dict[str, Any]:  # noqa: B008 - it is frozen
    """Parse and check hyperparameters.

    ``version`` is the version of the image, which determines the known hyperparameters.

    Returns the values by XGBoost's canonical names, of the right types.

    Raises UserError if one is missing, unknown, invalid, out of range, or conflicts with others; AlgorithmError if one
    has a type that its range cannot check, for example a number instead of a list.
    """
    named = {ALIASES.get(name, name): value for name, value in given.items()}
    if version.knows_silent:
        named.pop("silent", None)  # it only affected the log
    if "single_precision_histogram" in named and not version.knows_single_precision:
        raise UserError("Extraneous hyperparameter found: single_precision_histogram")
    if "num_round" not in named:
        raise UserError("Missing required hyperparameter: num_round")
    values = {name: _parse(name, value) for name, value in named.items()}
    for name, value in values.items():
        try:
            _ALL[name].require_in_range(value)
        except TypeError as error:
            message = f"Hyperparameter {name}: unexpected failure when validating {value}"
            raise AlgorithmError(message, caused_by=error) from error
    for name, value in values.items():
        hyperparameter = _ALL[name]
        if hyperparameter.check is not None:
            hyperparameter.check(
                value, {other: values[other] for other in hyperparameter.depends_on if other in values}
            )
    return values


def _parse(name: str, value: str) -> Any:
    if name not in _ALL:
        raise UserError(f"Extraneous hyperparameter found: {name}")
    try:
        return _ALL[name].parse(value)
    except (ValueError, SyntaxError) as error:
        raise UserError(f"Hyperparameter {name}: could not parse value", caused_by=error) from error


def _integer(name: str, low: int | None = None, high: int | None = None) -> Hyperparameter:
    return Hyperparameter(name, int, Interval(min_closed=low, max_closed=high))


def _real(name: str, interval: Interval) -> Hyperparameter:
    return Hyperparameter(name, float, interval)


def _choice(name: str, *values: str, **check: Any) -> Hyperparameter:
    return Hyperparameter(name, str, Choices(values), **check)


def _split(text: str) -> list[str]:
    return text.split(",")


_AT_LEAST_0 = Interval(min_closed=0)
_FROM_0_TO_1 = Interval(min_closed=0, max_closed=1)
_OVER_0_TO_1 = Interval(min_open=0, max_closed=1)

_ALL = {
    each.name: each
    for each in (
        _integer("num_round", 1),
        _integer("csv_weights", 0, 1),
        _integer("early_stopping_rounds", 1),
        _choice("booster", "gbtree", "gblinear", "dart"),
        _integer("verbosity", 0, 3),
        _integer("nthread", 1),
        _real("eta", _FROM_0_TO_1),
        _real("gamma", _AT_LEAST_0),
        _integer("max_depth", 0),
        _real("min_child_weight", _AT_LEAST_0),
        _real("max_delta_step", _AT_LEAST_0),
        _real("subsample", _OVER_0_TO_1),
        _real("colsample_bytree", _OVER_0_TO_1),
        _real("colsample_bylevel", _OVER_0_TO_1),
        _real("colsample_bynode", _OVER_0_TO_1),
        _real("lambda", _AT_LEAST_0),
        _real("alpha", _AT_LEAST_0),
        _choice("tree_method", "auto", "exact", "approx", "hist", "gpu_hist"),
        _real("sketch_eps", Interval(min_open=0, max_open=1)),
        _real("scale_pos_weight", Interval(min_open=0)),
        Hyperparameter(
            "updater",
            _split,
            Choices(dependencies.UPDATERS),
            elements=list,
            depends_on=("booster", "process_type"),
            check=dependencies.check_updater,
        ),
        _choice("dsplit", "row", "col"),
        _integer("refresh_leaf", 0, 1),
        _choice("process_type", "default", "update"),
        _choice("grow_policy", "depthwise", "lossguide"),
        _integer("max_leaves", 0),
        _integer("max_bin", 0),
        _choice("predictor", "auto", "cpu_predictor", "gpu_predictor"),
        Hyperparameter(
            "monotone_constraints",
            ast.literal_eval,
            Choices([-1, 0, 1]),
            elements=list,
            depends_on=("tree_method",),
            check=dependencies.check_tree_method("monotone_constraints", "exact", "hist"),
        ),
        Hyperparameter(
            "interaction_constraints",
            ast.literal_eval,
            Interval(min_closed=1),
            elements=lambda groups: [element for group in groups for element in group],
            depends_on=("tree_method",),
            check=dependencies.check_tree_method("interaction_constraints", "exact", "hist", "approx"),
        ),
        _choice("sample_type", "uniform", "weighted"),
        _choice("normalize_type", "tree", "forest"),
        _real("rate_drop", _FROM_0_TO_1),
        _integer("one_drop", 0, 1),
        _real("skip_drop", _FROM_0_TO_1),
        _real("lambda_bias", _FROM_0_TO_1),
        _real("tweedie_variance_power", Interval(min_open=1, max_open=2)),
        _choice("objective", *dependencies.OBJECTIVES, depends_on=("num_class",), check=dependencies.check_objective),
        _integer("num_class", 2),
        _real("base_score", _AT_LEAST_0),
        _integer("_kfold", 2),
        _integer("_num_cv_round", 1),
        _choice("_tuning_objective_metric", *TUNING_METRICS),
        Hyperparameter(
            "eval_metric",
            _split,
            Choices(ALL_METRICS, check=is_metric),
            elements=list,
            depends_on=("objective",),
            check=dependencies.check_eval_metric,
        ),
        Hyperparameter("seed", int, Interval(min_open=-(2**31), max_open=2**31 - 1)),
        _integer("num_parallel_tree", 1),
        _choice("save_model_on_termination", "true", "false"),
        _choice("aft_loss_distribution", "normal", "logistic", "extreme"),
        _real("aft_loss_distribution_scale", _AT_LEAST_0),
        _choice("single_precision_histogram", "true", "false"),
        _choice("deterministic_histogram", "true", "false"),
        _choice("sampling_method", "uniform", "gradient_based"),
        Hyperparameter("prob_buffer_row", int, Interval(min_open=1.0)),
        _choice("use_dask_gpu_training", "true", "false"),
    )
}
