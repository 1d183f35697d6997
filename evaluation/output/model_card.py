"""The model card of the best candidate, in the reduced schema that a model package takes.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html#model-card-schema: ``model_overview`` has
only a creator and artifacts, texts and names have the limits below, and the whole is at most 100,000 characters. It is
one line of JSON, for the API's pattern knows no line breaks.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

MOST_CHARACTERS = 100_000
_OBSERVATION, _TEXT, _SHORT = 2096, 1024, 63

_PURPOSE = {
    "regression": "Predicts how many bicycles are rented in Seoul in an hour, from its calendar and weather.",
    "classification": "Tells hours of high demand for rental bicycles in Seoul from hours of low demand, from their "
    "calendar and weather.",
}
_CAVEATS = (
    "The data is one year of one city, December 2017 to November 2018, in which rentals grew: other years, other "
    "cities and weather that the year did not have are not known. Weather enters as it was measured; with a forecast "
    "in its place errors grow by the forecast's. Closed hours are told by the schedule, not predicted. A split by "
    "random hours or days measures how well a gap is filled, and only the split by time how well the future is known."
)
_ETHICS = (
    "The data has no persons in it. Stations are not told apart, so the model must not be used to decide which "
    "neighbourhood is served."
)


def model_card(report: Mapping[str, Any]) -> str:
    """The model card for an evaluation, as JSON text.

    Parameters
    ----------
    report
        The content of ``evaluation.json``.
    """
    best = report["best"]
    card = {
        "model_overview": {"model_creator": "boostpipe", "model_artifact": [best["model_data"]]},
        "intended_uses": {
            "purpose_of_model": _PURPOSE[report["task"]],
            "intended_uses": "Planning of bicycles and staff, and teaching. Not for decisions about persons.",
            "factors_affecting_model_efficiency": _factors(report),
            "risk_rating": "Low",
            "explanations_for_risk_rating": "A wrong prediction costs a bicycle in the wrong place.",
        },
        "training_details": {
            "training_observations": f"{report['rows'].get('train')} hours of the split '{report['split']}' were for "
            f"training; the data set is {best['dataset']} with SHA-256 {best['dataset_sha256']}. The candidate was "
            f"chosen because it is {best['reason']}."[:_TEXT],
        },
        "evaluation_details": [
            _details("Test part", report, [_candidate_group(report, name) for name in report["candidates"]]),
            _details("Baselines on the test part", report, [_baseline_group(report)]),
            _details("Slices of the test part", report, list(_slice_groups(report))),
        ],
        "additional_information": {
            "ethical_considerations": _ETHICS,
            "caveats_and_recommendations": _CAVEATS,
            "custom_details": _custom(report),
        },
    }
    text = json.dumps(card, ensure_ascii=False, allow_nan=False)
    if len(text) > MOST_CHARACTERS:  # many slices of many candidates; the rest says enough
        del card["evaluation_details"][2]  # type: ignore[attr-defined]
        text = json.dumps(card, ensure_ascii=False, allow_nan=False)
    return text


def _factors(report: Mapping[str, Any]) -> str:
    worst = [
        f"{slice_['by']} {slice_['value']} ({slice_['metric']} {slice_['measured']:.4g}, {slice_['rows']} hours)"
        for slice_ in report["worst_slices"]
    ]
    return f"It is least good at: {'; '.join(worst)}." if worst else "No slice stands out."


def _details(name: str, report: Mapping[str, Any], groups: list[dict[str, Any]]) -> dict[str, Any]:
    observation = f"Measured on {report['rows'].get('test')} hours that no model was trained on; {report['rules']}."
    return {"name": name, "evaluation_observation": observation[:_OBSERVATION], "metric_groups": groups}


def _candidate_group(report: Mapping[str, Any], name: str) -> dict[str, Any]:
    candidate = report["candidates"][name]
    low, high = candidate["test_interval"]
    notes = {report["metric"]: f"95 % interval over days: {low:.4g} to {high:.4g}"}
    return {"name": name[:_SHORT], "metric_data": list(_metrics(candidate["test"], notes))}


def _baseline_group(report: Mapping[str, Any]) -> dict[str, Any]:
    metric = report["metric"]
    values = {f"{name}: {metric}": baseline["test"][metric] for name, baseline in report["baselines"].items()}
    return {"name": "baselines", "metric_data": list(_metrics(values, {}))}


def _slice_groups(report: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    best = report["best"]["algorithm"]
    metric = "rmse" if report["task"] == "regression" else "accuracy"
    kinds = dict.fromkeys(slice_["by"] for slice_ in report["slices"])
    for kind in kinds:
        slices = [slice_ for slice_ in report["slices"] if slice_["by"] == kind]
        yield {
            "name": f"by {kind}",
            "metric_data": [
                {
                    "name": f"{metric} by {kind}",
                    "type": "bar_chart",
                    "value": [_significant(slice_["candidates"][best][metric]) for slice_ in slices],
                    "x_axis_name": [slice_["value"][:_SHORT] for slice_ in slices],
                    "y_axis_name": metric,
                }
            ],
        }


def _metrics(values: Mapping[str, float], notes: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    for name, value in values.items():
        if not math.isnan(value):
            metric = {"name": name, "type": "number", "value": _significant(value)}
            yield {**metric, "notes": notes[name]} if name in notes else metric


def _custom(report: Mapping[str, Any]) -> dict[str, str]:
    best = report["best"]
    details = {
        "algorithm": best["algorithm"],
        "dataset": best["dataset"],
        "dataset_sha256": best["dataset_sha256"],
        "schema_sha256": best["schema_sha256"],
        "split": best["split"],
        "threshold": best["threshold"],
        "rules": report["rules"],
        "beats_baselines": best["beats_baselines"],
    }
    return {name: str(value)[:_TEXT] for name, value in details.items()}


def _significant(value: float) -> float:
    return float(f"{value:.6g}")
