"""The model card of the selected candidate, in the reduced schema of model packages.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html#model-card-schema: ``model_overview`` has
only a creator and artifacts, strings have the limits below, and the whole is at most 100,000 characters. It is
shorter here, because ``verdict.json`` contains it. It is one line, because the API's pattern excludes line breaks.
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

MOST_BYTES = 12_000
"""Of the card as a string in a JSON document."""
_OBSERVATION, _TEXT, _SHORT = 2096, 1024, 63

_PURPOSE = {
    "regression": "Predicts the number of bicycles rented in Seoul in an hour, from its calendar and weather.",
    "classification": "Predicts whether the demand for rental bicycles in Seoul in an hour is high or low, from its "
    "calendar and weather.",
}
_CUSTOM = ["algorithm", "dataset", "dataset_sha256", "schema_sha256", "split", "threshold", "rules", "beats_baselines"]
_CAVEATS = (
    "The data covers one city and one year of growing rentals, December 2017 to November 2018. The model is not "
    "validated for other years, other cities, or unprecedented weather. It is trained on measured weather: with a "
    "forecast, the forecast's errors add to its own. Closed hours come from the schedule and are not predicted. Splits "
    "by random hours or days measure interpolation; only the split by time measures forecasting."
)
_ETHICS = (
    "The data contains no personal data and does not distinguish stations. Do not use the model to decide which "
    "neighbourhoods are served."
)


def model_card(report: Mapping[str, Any]) -> str:
    """Return the model card of an evaluation, given the content of ``evaluation.json``, as JSON."""
    best = report["best"]
    card = {
        "model_overview": {"model_creator": "boostpipe", "model_artifact": [best["model_data"]]},
        "intended_uses": {
            "purpose_of_model": _PURPOSE[report["task"]],
            "intended_uses": "Planning of bicycles and staff; teaching. Not for decisions about individuals.",
            "factors_affecting_model_efficiency": _factors(report),
            "risk_rating": "Low",
            "explanations_for_risk_rating": "A wrong prediction puts bicycles in the wrong place.",
        },
        "training_details": {
            "training_observations": f"{report['rows'].get('train')} hours in the training set of the split "
            f"'{report['split']}'; the data set is {best['dataset']} with SHA-256 {best['dataset_sha256']}. Reason for "
            f"the selection: {best['reason']}."[:_TEXT]
        },
        "evaluation_details": [
            _details("Test set", report, [_candidate_group(report, name) for name in report["candidates"]]),
            _details("Baselines on the test set", report, [_baseline_group(report)]),
            _details("Slices of the test set", report, list(_slice_groups(report))),
        ],
        "additional_information": {
            "ethical_considerations": _ETHICS,
            "caveats_and_recommendations": _CAVEATS,
            "custom_details": _custom(report),
        },
    }
    text = json.dumps(card, ensure_ascii=False, allow_nan=False)
    if encoded_bytes(text) > MOST_BYTES:  # too many slices; the rest is the essential part
        del card["evaluation_details"][2]  # type: ignore[attr-defined]
        text = json.dumps(card, ensure_ascii=False, allow_nan=False)
    return text


def encoded_bytes(text: str) -> int:
    """Return the size of a text as a string in a JSON document."""
    return len(json.dumps(text, ensure_ascii=False).encode())


def _factors(report: Mapping[str, Any]) -> str:
    worst = [
        f"{slice_['by']} {slice_['value']} ({slice_['metric']} {slice_['measured']:.4g}, {slice_['rows']} hours)"
        for slice_ in report["worst_slices"]
    ]
    return f"Largest errors: {'; '.join(worst)}." if worst else "No slice stands out."


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
    details = {**report["best"], "rules": report["rules"]}
    return {name: str(details[name])[:_TEXT] for name in _CUSTOM}


def _significant(value: float) -> float:
    return float(f"{value:.6g}")
