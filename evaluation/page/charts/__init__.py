"""The charts of the report as plotly figures."""

from evaluation.page.charts.candidates import comparison, learning, tuning
from evaluation.page.charts.classes import calibration, class_calibration, confusion, precision_recall, roc
from evaluation.page.charts.explanations import importance, shap_by_class, shap_summary
from evaluation.page.charts.predictions import errors, ordered_slices, over_time, scatter, slices

__all__ = [
    "calibration",
    "class_calibration",
    "comparison",
    "confusion",
    "errors",
    "importance",
    "learning",
    "ordered_slices",
    "over_time",
    "precision_recall",
    "roc",
    "scatter",
    "shap_by_class",
    "shap_summary",
    "slices",
    "tuning",
]
