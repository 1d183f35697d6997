"""The model card of the selected candidate, in the reduced schema of model packages.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html#model-card-schema: ``model_overview`` has
only a creator and artifacts, strings have the limits below, and the whole is at most 100,000 characters. It is
shorter here, because ``verdict.json`` contains it. It is one line, because the API's pattern excludes line breaks.
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from evaluation.measures.slices import MEASURE

MOST_BYTES = 12_000
"""Of the card as a string in a JSON document."""
_OBSERVATION, _TEXT, _SHORT = 2096, 1024, 63

_CUSTOM = ["algorithm", "dataset", "dataset_sha256", "schema_sha256", "split", "threshold", "rules", "beats_baselines"]
_DEFAULTS = {
    "intended uses": "The uses that the data represents. Not for decisions about individuals without their review.",
    "risk": "Not assessed: describe the consequences of a wrong prediction before the model decides anything.",
    "caveats": "The model is not validated for data that differs from its training set: other times, places, "
    "populations, or ways to measure. A random split measures interpolation; only a split by time measures "
    "forecasting.",
    "ethics": "Not assessed: examine whether the data describes persons, and for whom predictions are worse.",
}
"""Texts of a data set whose schema has no such words."""


def model_card(report: Mapping[str, Any]) -> str:
    """Return the model card of an evaluation, given the content of ``evaluation.json``, as JSON."""
    best = report["best"]
    card = {
        "model_overview": {"model_creator": "boostpipe", "model_artifact": [best["model_data"]]},
        "intended_uses": {
            "purpose_of_model": _words(report, f"purpose of {report['task']}")[:_TEXT],
            "intended_uses": _words(report, "intended uses")[:_TEXT],
            "factors_affecting_model_efficiency": _factors(report)[:_TEXT],
            "risk_rating": "Low" if "risk" in report["words"] else "Unknown",
            "explanations_for_risk_rating": _words(report, "risk")[:_TEXT],
        },
        "training_details": {
            "training_observations": f"{report['rows'].get('train')} {_words(report, 'rows')} in the training set of "
            f"the split '{report['split']}'; the data set is {best['dataset']} with SHA-256 {best['dataset_sha256']}. "
            f"Reason for the selection: {best['reason']}."[:_TEXT]
        },
        "evaluation_details": [
            _details("Test set", report, [_candidate_group(report, name) for name in report["candidates"]]),
            _details("Baselines on the test set", report, [_baseline_group(report)]),
            *([_details("Slices of the test set", report, list(_slice_groups(report)))] if report["slices"] else []),
        ],
        "additional_information": {
            "ethical_considerations": _words(report, "ethics")[:_TEXT],
            "caveats_and_recommendations": _words(report, "caveats")[:_TEXT],
            "custom_details": _custom(report),
        },
    }
    text = json.dumps(card, ensure_ascii=False, allow_nan=False)
    if encoded_bytes(text) > MOST_BYTES:  # too many slices; the rest is the essential part
        del card["evaluation_details"][2:]  # type: ignore[attr-defined]
        text = json.dumps(card, ensure_ascii=False, allow_nan=False)
    return text


def encoded_bytes(text: str) -> int:
    """Return the size of a text as a string in a JSON document."""
    return len(json.dumps(text, ensure_ascii=False).encode())


def _words(report: Mapping[str, Any], key: str) -> str:
    """Return a text of the data set, or a default one."""
    title, label = report["dataset"]["title"]["en"], report["label"]["en"]
    defaults = {**_DEFAULTS, "rows": "rows", f"purpose of {report['task']}": f"{title}: predicts {label}."}
    text: str = report["words"].get(key, {}).get("en") or defaults[key]
    return text


def _factors(report: Mapping[str, Any]) -> str:
    worst = [
        f"{slice_['by']} {slice_['value']} ({slice_['metric']} {slice_['measured']:.4g}, {slice_['rows']} "
        f"{_words(report, 'rows')})"
        for slice_ in report["worst_slices"]
    ]
    return f"Largest errors: {'; '.join(worst)}." if worst else "No slice stands out."


def _details(name: str, report: Mapping[str, Any], groups: list[dict[str, Any]]) -> dict[str, Any]:
    rows = f"{report['rows'].get('test')} {_words(report, 'rows')}"
    observation = f"Measured on {rows} that no model was trained on; {report['rules']}."
    return {"name": name, "evaluation_observation": observation[:_OBSERVATION], "metric_groups": groups}


def _candidate_group(report: Mapping[str, Any], name: str) -> dict[str, Any]:
    candidate = report["candidates"][name]
    low, high = candidate["test_interval"]
    unit = (report["keys"]["unit_word"] or report["words"].get("row") or {"en": "row"})["en"]
    notes = {report["metric"]: f"95 % interval, bootstrap by {unit}: {low:.4g} to {high:.4g}"}
    return {"name": name[:_SHORT], "metric_data": list(_metrics(candidate["test"], notes))}


def _baseline_group(report: Mapping[str, Any]) -> dict[str, Any]:
    metric = report["metric"]
    values = {f"{name}: {metric}": baseline["test"][metric] for name, baseline in report["baselines"].items()}
    return {"name": "baselines", "metric_data": list(_metrics(values, {}))}


def _slice_groups(report: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    best = report["best"]["algorithm"]
    metric = MEASURE[report["kind"]]
    kinds = dict.fromkeys(slice_["by"] for slice_ in report["slices"])
    for kind in kinds:
        slices = [slice_ for slice_ in report["slices"] if slice_["by"] == kind]
        yield {
            "name": f"by {kind}"[:_SHORT],
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
