"""The evaluation metrics that the built-in XGBoost knows: XGBoost's own and the container's."""

from local_sagemaker.containers.errors import UserError

MAXIMIZED = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision",
    "r2", "recall", "precision_macro", "precision_micro", "recall_macro", "recall_micro",
)  # fmt: skip
MINIMIZED = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy",
    "logloss", "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle",
    "tweedie-nloglik",
)  # fmt: skip
ALL_METRICS = MAXIMIZED + MINIMIZED
PUBLISHED = (
    "accuracy", "auc", "aucpr", "error", "f1", "gamma-deviance", "gamma-nloglik", "logloss", "mae", "map", "merror",
    "mlogloss", "mse", "ndcg", "poisson-nloglik", "rmse", "tweedie-nloglik",
)  # fmt: skip
"""The metrics with definitions of the service's own, as descriptions of real jobs list them."""
TUNING_METRICS = tuple(f"validation:{name}" for name in ALL_METRICS)

_WITH_THRESHOLD = ("error", "ndcg", "map")


def is_metric(name: str) -> bool:
    """Whether a value of ``eval_metric`` is a metric, with or without a threshold, such as ``error@0.7``.

    Raises UserError if the threshold is invalid, or the metric has none.
    """
    if "<function" in name:
        raise UserError(f"User defined evaluation metric {name} is not supported yet.")
    if "@" not in name:
        return name in ALL_METRICS
    metric, threshold = (part.strip() for part in name.split("@")[:2])
    if metric not in _WITH_THRESHOLD:
        raise UserError(
            f"Metric '{name}' is not supported. Parameter 'eval_metric' with customized threshold should "
            "be one of these options: 'error', 'ndcg', 'map'."
        )
    try:
        float(threshold)
    except ValueError:
        raise UserError(f"Threshold value 't' in '{metric}@t' expects float input.") from None
    return True
