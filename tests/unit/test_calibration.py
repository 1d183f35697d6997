"""The evaluation's map of probabilities, as it is applied to what a model answers later on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.measures.classification import Calibration
from pipelines.models.postprocessing import calibrated
from pipelines.models.registry import ModelMetadata

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=20)
POINTS = st.lists(st.floats(0, 1), min_size=1, max_size=8, unique=True).map(sorted)


@given(PROBABILITIES, st.floats(-100, 100), st.floats(-100, 100))
def test_platts_scaling_is_applied_as_the_evaluation_applies_it(probabilities, slope, intercept):
    parameters = {"slope": slope, "intercept": intercept}
    with np.errstate(over="ignore"):
        expected = Calibration("platt", parameters).apply(np.array(probabilities))
    found = calibrated(probabilities, {"method": "platt", "parameters": parameters})
    np.testing.assert_allclose(found, expected, atol=1e-12)


@given(PROBABILITIES, POINTS, st.data())
def test_isotonic_regression_is_applied_as_the_evaluation_applies_it(probabilities, raw, data):
    levels = sorted(data.draw(st.lists(st.floats(0, 1), min_size=len(raw), max_size=len(raw))))
    parameters = {"raw": raw, "calibrated": levels}
    expected = Calibration("isotonic", parameters).apply(np.array(probabilities + raw))
    found = calibrated(probabilities + raw, {"method": "isotonic", "parameters": parameters})
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("candidate", [{"calibration": {"method": "none", "parameters": {}}}, {}])
def test_without_a_better_map_predictions_stay(candidate):
    metadata = ModelMetadata(b"{}", {}, {"best": {"algorithm": "xgboost"}, "candidates": {"xgboost": candidate}})
    assert metadata.calibrated([0.5]) is None
