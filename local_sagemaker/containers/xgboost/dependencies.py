"""Dependencies between hyperparameters of the built-in XGBoost, with the container's messages."""

from collections.abc import Callable, Mapping
from typing import Any

from local_sagemaker.containers.errors import UserError

OBJECTIVES = (
    "aft_loss_distribution",  # in the container's list, though XGBoost has no such objective
    "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma",
    "reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft",
    "survival:cox",
)  # fmt: skip

_TREE_GROWERS = ("grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_quantile_histmaker")
_TREE_UPDATERS = (*_TREE_GROWERS, "grow_skmaker", "sync", "refresh", "prune")
_LINEAR_UPDATERS = ("shotgun", "coord_descent")
_REFUSED = ("grow_local_histmaker", "grow_quantile_histmaker")  # named in messages, but not in the container's range
UPDATERS = tuple(name for name in (*_TREE_UPDATERS, *_LINEAR_UPDATERS) if name not in _REFUSED)

Given = Mapping[str, Any]


def check_updater(value: list[str], given: Given) -> None:
    """The updaters must go with the booster, and only one may grow trees."""
    if given.get("booster") == "gblinear":
        if len(value) != 1 or value[0] not in _LINEAR_UPDATERS:
            options = ", ".join(f"'{name}'" for name in _LINEAR_UPDATERS)
            raise UserError(f"Linear updater should be one of these options: {options}.")
    elif given.get("process_type") == "update":
        if not set(value) <= {"refresh", "prune"}:
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif not set(value) <= set(_TREE_UPDATERS):
        raise UserError(
            "Tree updater should be selected from these options: 'grow_colmaker', 'distcol', 'grow_histmaker', "
            "'grow_local_histmaker', 'grow_skmaker', 'grow_quantile_histmaker', 'sync', 'refresh', 'prune', "
            "'shortgun', 'coord_descent'."
        )
    elif sum(name in _TREE_GROWERS for name in value) > 1:
        raise UserError(
            "Only one tree grow plugin can be selected. Choose one from the"
            "following: 'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_local_histmaker', 'grow_skmaker'"
        )


def check_objective(value: str, given: Given) -> None:
    """Multi-class objectives require ``num_class``."""
    if value in ("multi:softmax", "multi:softprob") and given.get("num_class") is None:
        raise UserError("Require input for parameter 'num_class' for multi-classification")


def check_eval_metric(value: list[str], given: Given) -> None:
    """Some metrics require certain objectives; without an objective it is a bare KeyError, as in the container."""
    objective = given["objective"]
    if "auc" in value and not objective.startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in value and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")


def check_tree_method(name: str, *methods: str) -> Callable[[Any, Given], None]:
    """The check that constraints come with an explicit tree method, one of some."""
    *others, last = map(repr, methods)

    def check(_value: Any, given: Given) -> None:
        if given.get("tree_method") not in methods:
            raise UserError(
                f"{name} can be used only when the tree_method parameter is set to "
                f"either {', '.join(others)} or {last}."
            )

    return check
