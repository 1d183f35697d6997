"""The data set file that a command works with."""

from collections.abc import Collection
from pathlib import Path

from pipelines.errors import BadInput, did_you_mean, quoted
from processing_scripts.dataset_file.model import Column, DatasetFile, Option, Reading, Split, Task
from processing_scripts.dataset_file.reader import read_dataset_file
from processing_scripts.errors import DatasetFileError

INSTALLED = Path(__file__).parents[1]
"""The folder of the installed packages. An import by name would find a package of the user's own that is in the working
folder and has one of these names."""
DEFAULT = INSTALLED / "processing_scripts" / "seoul_bike" / "seoul_bike.toml"


def read_table(path: str | None) -> DatasetFile:
    """Read a data set file, or the one of Seoul's bikes.

    Raises `BadInput` if it cannot be read, or has an error.
    """
    if path is None and not DEFAULT.is_file():
        return _bikes()
    try:
        return read_dataset_file(DEFAULT if path is None else Path(path))
    except DatasetFileError as error:
        raise BadInput(str(error)) from error


def require_one_of(option: str, value: str, known: Collection[str], table: DatasetFile) -> None:
    """Refuse a name that the data set file does not have, with the names that it has."""
    if value not in known:
        hint = did_you_mean(value, known).removeprefix(".")
        raise BadInput(f"{option} is {quoted(value)}, but {table.path.name} has {', '.join(known)}.{hint}")


def has_categories(table: DatasetFile) -> bool:
    """Whether features are categories, which LightGBM and CatBoost read natively."""
    return any(column.type == "category" and column.role == "feature" for column in table.columns)


def _bikes() -> DatasetFile:
    tuned = {
        "regression": {
            "xgboost": {
                "eta": 0.058,
                "max_depth": 6,
                "min_child_weight": 3.5,
                "subsample": 0.74,
                "colsample_bynode": 0.44,
                "lambda": 4.1,
                "max_bin": 64,
            },
            "lightgbm": {
                "learning_rate": 0.053,
                "num_leaves": 28,
                "min_data_in_leaf": 9,
                "feature_fraction_bynode": 0.51,
                "bagging_fraction": 0.81,
                "lambda_l2": 6.7,
                "max_bin": 127,
            },
            "catboost": {
                "learning_rate": 0.1,
                "depth": 6,
                "l2_leaf_reg": 3.1,
                "random_strength": 0.2,
                "rsm": 0.64,
                "iterations": 800,
                "max_bin": 64,
            },
        },
        "classification": {
            "xgboost": {
                "eta": 0.07,
                "max_depth": 6,
                "min_child_weight": 3.9,
                "subsample": 0.66,
                "colsample_bynode": 0.28,
                "lambda": 1.4,
                "max_bin": 64,
            },
            "lightgbm": {
                "learning_rate": 0.136,
                "num_leaves": 20,
                "min_data_in_leaf": 12,
                "feature_fraction_bynode": 0.58,
                "bagging_fraction": 0.92,
                "lambda_l2": 5.6,
                "max_bin": 127,
            },
            "catboost": {
                "learning_rate": 0.115,
                "depth": 6,
                "l2_leaf_reg": 2.2,
                "random_strength": 0.75,
                "rsm": 0.52,
                "iterations": 800,
                "max_bin": 64,
            },
        },
    }
    target = "Rented Bike Count"
    return DatasetFile(
        path=DEFAULT,
        name="seoul-bike",
        pipeline="SeoulBikeDemand",
        title={"en": "Hourly demand of Seoul's shared bikes"},
        reading=Reading(),
        columns=(Column(target, "integer", "target"),),
        tasks=(
            Task(
                *("regression", "regression", target, "rmse", 300.0),
                unit="rentals per hour",
                minimum=0.0,
                column="predicted_rentals",
                hyperparameters=_floats(tuned["regression"]),
            ),
            Task(
                *("classification", "binary", target, "auc", 0.9),
                classes=("0", "1"),
                above_quantile=0.5,
                column="probability_of_high_demand",
                hyperparameters=_floats(tuned["classification"]),
            ),
        ),
        split=Split("code"),
        code="code.py",
        options=(
            Option("split", ("days", "hours", "time"), "days"),
            Option("features", ("now", "history", "lags"), "history"),
        ),
    )


def _floats(values: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {name: {key: float(value) for key, value in each.items()} for name, each in values.items()}
