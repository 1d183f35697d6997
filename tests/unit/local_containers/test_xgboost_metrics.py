"""The metrics that the container adds are scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics

from pipelines.local.containers.xgboost.metrics import CUSTOM_METRICS

SCORES = {
    "mse": metrics.mean_squared_error,
    "rmse": metrics.root_mean_squared_error,
    "mae": metrics.mean_absolute_error,
}


@pytest.mark.parametrize("name", SCORES)
def test_errors_are_measured_as_scikit_learn_measures_them(name: str) -> None:
    random = np.random.default_rng(0)
    labels, predictions = (random.normal(700, 600, 1000).astype(np.float32) for _ in range(2))
    assert CUSTOM_METRICS[name](labels, predictions) == pytest.approx(SCORES[name](labels, predictions), rel=1e-6)


@pytest.mark.parametrize("name", SCORES)
def test_what_is_no_number_fails_in_the_words_of_scikit_learn(name: str) -> None:
    labels = np.zeros(3, dtype=np.float32)
    with pytest.raises(ValueError, match="Input contains NaN"):
        CUSTOM_METRICS[name](labels, np.array([0, np.nan, 1], dtype=np.float32))
    with pytest.raises(ValueError, match="different number of output"):
        CUSTOM_METRICS[name](labels, np.zeros((3, 2), dtype=np.float32))
