"""The hyperparameters of the built-in XGBoost: accepted values, refused values, and the messages."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from local_sagemaker.containers.errors import AlgorithmError, UserError
from local_sagemaker.containers.xgboost.hyperparameters import validate

MINIMUM = {"num_round": "10"}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("eta", "0.3", 0.3),
        ("max_depth", "0", 0),
        ("max_leaves", "31", 31),
        ("subsample", "1", 1.0),
        ("scale_pos_weight", "0.1", 0.1),
        ("seed", "-5", -5),
        ("tree_method", "gpu_hist", "gpu_hist"),
        ("eval_metric", "rmse,mae", ["rmse", "mae"]),
        ("eval_metric", "error@0.7", ["error@0.7"]),
        ("updater", "grow_histmaker,prune", ["grow_histmaker", "prune"]),
        ("updater", "sync,refresh", ["sync", "refresh"]),
        ("_tuning_objective_metric", "validation:auc", "validation:auc"),
        ("save_model_on_termination", "true", "true"),
    ],
)
def test_value_in_range(name: str, text: str, value: Any) -> None:
    given = {**MINIMUM, "objective": "binary:logistic", name: text}
    assert validate(given)[name] == value


# The ranges in the guide; a closed end is the last accepted value.
LOWEST = {
    0: ("eta", "gamma", "min_child_weight", "max_delta_step", "lambda", "alpha"),
    0.001: ("subsample", "colsample_bytree", "colsample_bylevel", "colsample_bynode", "scale_pos_weight"),
    1.001: ("tweedie_variance_power",),
}
HIGHEST = {
    1: ("eta", "subsample", "colsample_bytree", "colsample_bylevel", "colsample_bynode"),
    1.999: ("tweedie_variance_power",),
}
LOWEST_INTEGERS = {
    0: ("max_depth", "max_leaves", "max_bin", "verbosity"),
    1: ("num_round", "early_stopping_rounds", "num_parallel_tree", "nthread", "_num_cv_round"),
    2: ("_kfold",),
}
BOUNDS = [
    *((name, bound, bound - 0.001) for bound, names in LOWEST.items() for name in names),
    *((name, bound, bound + 0.001) for bound, names in HIGHEST.items() for name in names),
    *((name, bound, bound - 1) for bound, names in LOWEST_INTEGERS.items() for name in names),
    ("verbosity", 3, 4),
]


@pytest.mark.parametrize(("name", "within", "beyond"), BOUNDS)
def test_a_range_ends_at_its_bound(name: str, within: float, beyond: float) -> None:
    assert validate({**MINIMUM, name: f"{within:g}"})[name] == within
    with pytest.raises(UserError, match=rf"^Hyperparameter {name}: {beyond:g}(\.0)? is not in "):
        validate({**MINIMUM, name: f"{beyond:g}"})


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("tree_method", "auto exact approx hist gpu_hist"),
        ("booster", "gbtree gblinear dart"),
        ("grow_policy", "depthwise lossguide"),
        (
            "objective",
            "binary:logistic binary:logitraw binary:hinge count:poisson multi:softmax multi:softprob rank:pairwise "
            "rank:ndcg rank:map reg:squarederror reg:linear reg:logistic reg:gamma reg:pseudohubererror "
            "reg:squaredlogerror reg:absoluteerror reg:tweedie survival:aft survival:cox aft_loss_distribution",
        ),
    ],
)
def test_every_choice_is_taken_and_no_other(name: str, choices: str) -> None:
    for choice in choices.split():
        assert validate({**MINIMUM, "num_class": "3", name: choice})[name] == choice
    with pytest.raises(UserError) as error:
        validate({**MINIMUM, name: "none"})
    listed = str(error.value).split(" is not in ")[1]
    assert sorted(ast.literal_eval(listed)) == sorted(choices.split())


@pytest.mark.parametrize(
    ("alias", "canonical"),
    [("learning_rate", "eta"), ("min_split_loss", "gamma"), ("reg_lambda", "lambda"), ("reg_alpha", "alpha")],
)
def test_an_alias_stands_for_its_canonical_name(alias: str, canonical: str) -> None:
    assert validate({**MINIMUM, alias: "0.5"}) == {"num_round": 10, canonical: 0.5}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"eta": "2"}, "Hyperparameter eta: 2.0 is not in [0, 1]"),
        ({"eta": "-0.1"}, "Hyperparameter eta: -0.1 is not in [0, 1]"),
        ({"gamma": "-1"}, "Hyperparameter gamma: -1.0 is not in [0, +inf)"),
        ({"min_child_weight": "-1"}, "Hyperparameter min_child_weight: -1.0 is not in [0, +inf)"),
        ({"max_depth": "-1"}, "Hyperparameter max_depth: -1 is not in [0, +inf)"),
        ({"subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        ({"colsample_bytree": "1.1"}, "Hyperparameter colsample_bytree: 1.1 is not in (0, 1]"),
        ({"scale_pos_weight": "0"}, "Hyperparameter scale_pos_weight: 0.0 is not in (0, +inf)"),
        ({"tweedie_variance_power": "2"}, "Hyperparameter tweedie_variance_power: 2.0 is not in (1, 2)"),
        ({"early_stopping_rounds": "0"}, "Hyperparameter early_stopping_rounds: 0 is not in [1, +inf)"),
        ({"num_parallel_tree": "0"}, "Hyperparameter num_parallel_tree: 0 is not in [1, +inf)"),
        ({"nthread": "0"}, "Hyperparameter nthread: 0 is not in [1, +inf)"),
        ({"verbosity": "4"}, "Hyperparameter verbosity: 4 is not in [0, 3]"),
        ({"_kfold": "1"}, "Hyperparameter _kfold: 1 is not in [2, +inf)"),
        ({"_num_cv_round": "0"}, "Hyperparameter _num_cv_round: 0 is not in [1, +inf)"),
        ({"booster": "tree"}, "Hyperparameter booster: tree is not in ['gbtree', 'gblinear', 'dart']"),
        ({"grow_policy": "x"}, "Hyperparameter grow_policy: x is not in ['depthwise', 'lossguide']"),
        ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
        ({"num_round": "1.0"}, "Hyperparameter num_round: could not parse value (caused by ValueError)"),
        ({"eta": '"0.1"'}, "Hyperparameter eta: could not parse value (caused by ValueError)"),
        ({"n_estimators": "5"}, "Extraneous hyperparameter found: n_estimators"),
        ({"silent": "1"}, "Extraneous hyperparameter found: silent"),
        ({"objective": "multi:softmax"}, "Require input for parameter 'num_class' for multi-classification"),
        (
            {"objective": "reg:squarederror", "eval_metric": "auc"},
            "Metric 'auc' can only be applied for classification and ranking problems.",
        ),
        (
            {"objective": "reg:squarederror", "eval_metric": "aft-nloglik"},
            "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.",
        ),
        (
            {"objective": "reg:squarederror", "eval_metric": "rmse@1"},
            "Metric 'rmse@1' is not supported. Parameter 'eval_metric' with customized threshold should "
            "be one of these options: 'error', 'ndcg', 'map'.",
        ),
        (
            {"objective": "binary:logistic", "eval_metric": "error@high"},
            "Threshold value 't' in 'error@t' expects float input.",
        ),
        (
            {"monotone_constraints": "(1, 0)"},
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'.",
        ),
        (
            {"interaction_constraints": "[[1, 2]]"},
            "interaction_constraints can be used only when the tree_method parameter is set to "
            "either 'exact', 'hist' or 'approx'.",
        ),
        (
            {"monotone_constraints": "(1, 2)", "tree_method": "hist"},
            "Hyperparameter monotone_constraints: value (1, 2) not in range [-1, 0, 1]",
        ),
        (
            {"booster": "gblinear", "updater": "refresh"},
            "Linear updater should be one of these options: 'shotgun', 'coord_descent'.",
        ),
        (
            {"updater": "grow_colmaker,grow_histmaker"},
            "Only one tree grow plugin can be selected. Choose one from the"
            "following: 'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_local_histmaker', 'grow_skmaker'",
        ),
        (
            {"updater": "prune,shotgun"},
            "Tree updater should be selected from these options: 'grow_colmaker', 'distcol', 'grow_histmaker', "
            "'grow_local_histmaker', 'grow_skmaker', 'grow_quantile_histmaker', 'sync', 'refresh', 'prune', "
            "'shortgun', 'coord_descent'.",
        ),
        (
            {"process_type": "update", "updater": "sync"},
            "process_type 'update' can only be used with updater 'refresh' and 'prune'",
        ),
    ],
)
def test_value_out_of_range(given: dict[str, str], message: str) -> None:
    with pytest.raises(UserError) as error:
        validate({**MINIMUM, **given})
    assert str(error.value) == message


@pytest.mark.parametrize(
    "given",
    [
        {"booster": "gblinear", "updater": "shotgun"},
        {"booster": "gblinear", "updater": "coord_descent"},
        {"process_type": "update", "updater": "refresh,prune"},
        {"objective": "survival:aft", "eval_metric": "aft-nloglik"},
        {"objective": "rank:ndcg", "eval_metric": "auc"},
        {"tree_method": "exact", "monotone_constraints": "(1, 0, -1)"},
        {"tree_method": "approx", "interaction_constraints": "[[1, 2], [3, 4]]"},
    ],
)
def test_values_that_go_together_are_taken(given: dict[str, str]) -> None:
    assert set(validate({**MINIMUM, **given})) == {"num_round", *given}


@pytest.mark.parametrize("objective", ["reg:squared", "aft", ""])
def test_unknown_objective_lists_the_known(objective: str) -> None:
    with pytest.raises(UserError, match=r"^Hyperparameter objective: .* is not in \['aft_loss_distribution', "):
        validate({**MINIMUM, "objective": objective})


METRICS = (
    "aft-nloglik auc aucpr cox-nloglik error error@0.3 gamma-deviance gamma-nloglik interval-regression-accuracy "
    "logloss mae map map@3 mape merror mlogloss mphe ndcg ndcg@3 poisson-nloglik rmse rmsle tweedie-nloglik "
    "accuracy balanced_accuracy f1 f1_binary f1_macro mse precision precision_macro precision_micro r2 recall "
    "recall_macro recall_micro"
)


@pytest.mark.parametrize("metric", METRICS.split())
def test_every_metric_is_accepted(metric: str) -> None:
    objective = "survival:aft" if metric == "aft-nloglik" else "binary:logistic"
    given = {**MINIMUM, "objective": objective, "eval_metric": metric}
    if "@" not in metric:
        given["_tuning_objective_metric"] = f"validation:{metric}"
    assert validate(given)["eval_metric"] == [metric]


def test_num_round_is_required() -> None:
    with pytest.raises(UserError, match=r"^Missing required hyperparameter: num_round$"):
        validate({})


def test_metric_without_objective_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="objective"):
        validate({**MINIMUM, "eval_metric": "rmse"})


@pytest.mark.parametrize(("name", "text"), [("monotone_constraints", "1"), ("interaction_constraints", "[1, 2]")])
def test_unrangeable_value_is_an_algorithm_error(name: str, text: str) -> None:
    with pytest.raises(AlgorithmError) as failure:
        validate({**MINIMUM, "tree_method": "hist", name: text})
    assert str(failure.value) == (
        f"Hyperparameter {name}: unexpected failure when validating {text} (caused by TypeError)"
    )
