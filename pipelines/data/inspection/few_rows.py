"""What training gets in a table of few rows, in place of the workflow's defaults.

Chosen on parts of other tables, see "Few rows" in docs/models.md.
"""

from collections.abc import Mapping

from processing_scripts.dataset_file.model import Metric

FEW_ROWS = 1000
HYPERPARAMETERS: Mapping[str, Mapping[str, float]] = {
    "xgboost": {"max_depth": 2, "min_child_weight": 0.5, "subsample": 0.6, "colsample_bynode": 0.4},
    "lightgbm": {"num_leaves": 8, "min_data_in_leaf": 5, "bagging_fraction": 0.6, "feature_fraction_bynode": 0.4},
}
"""Shallow trees of random rows and columns; CatBoost keeps its deeper ones, and the validation set decides."""
FOLDS = 5
"""One validation set of few rows chooses by chance."""
EARLY_STOPPING: Metric = "log_loss"
"""Of two classes: the AUC of few rows moves in steps, and ends training by chance."""
