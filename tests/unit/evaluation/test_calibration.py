"""Calibration and cut-off are fitted on one set, and not to chance."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from evaluation.inputs import Part
from evaluation.measures.classification import Calibration, best_cut_off, calibrate, reliability


def classified(days=60, sharpness=1.0, seed=1):
    """Labels drawn from true probabilities, and what an overconfident model says of them."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(0, 2, 24 * days)
    labels = (generator.random(24 * days) < 1 / (1 + np.exp(-log_odds))).astype(float)
    keys = pd.DataFrame({"day": np.repeat(np.arange(days), 24).astype(str)})
    return Part(np.zeros((24 * days, 1)), labels, keys, "day"), 1 / (1 + np.exp(-sharpness * log_odds))


def test_an_overconfident_model_is_calibrated():
    part, probability = classified(sharpness=4)
    calibration, scores = calibrate(part, probability, seed=1)
    assert calibration.method in {"platt", "isotonic"}
    assert scores[calibration.method] < scores["none"]
    curve = reliability(part.labels, calibration.apply(probability))
    assert max(abs(one["predicted"] - one["actual"]) for one in curve) < 0.08


def test_calibrated_probabilities_are_kept():
    part, probability = classified()
    calibration, scores = calibrate(part, probability, seed=1)
    assert calibration.method == "none"
    assert calibration.apply(probability) is probability
    assert scores.keys() == {"none", "platt", "isotonic"}


def test_single_class_is_not_calibrated():
    part, probability = classified(days=3)
    alone = Part(part.features, np.ones(len(part.labels)), part.keys, part.unit)
    assert calibrate(alone, probability, seed=1)[0].method == "none"
    assert best_cut_off(alone.labels, probability) == 0.5


def test_maps_follow_their_parameters():
    platt = Calibration("platt", {"slope": 2.0, "intercept": 1.0})
    assert platt.apply(np.array([0.5]))[0] == pytest.approx(1 / (1 + np.exp(-1)))
    isotonic = Calibration("isotonic", {"raw": [0.2, 0.6], "calibrated": [0.0, 1.0]})
    assert isotonic.apply(np.array([0.1, 0.4, 0.9])).tolist() == pytest.approx([0.0, 0.5, 1.0])


def test_best_cut_off_has_highest_f1():
    part, probability = classified(days=5, sharpness=3)
    cut_off = best_cut_off(part.labels, probability)
    best = f1_score(part.labels, probability >= cut_off)
    assert best == max(f1_score(part.labels, probability >= other) for other in probability)
    assert cut_off not in probability
