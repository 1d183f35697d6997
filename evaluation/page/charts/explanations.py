"""Charts of what a candidate uses."""

import numpy as np

from evaluation.output.results import Results
from evaluation.page.charts.figure import Chart, figure, plain, shortened
from evaluation.page.marks import LOW_TO_HIGH, class_strengths, colours, ranks, swarm
from evaluation.page.texts import Texts


def importance(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the importance of each feature."""
    shares = results.report["candidates"][name]["importance"][::-1]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [round(100 * one["share"], 2) for one in shares],
        "y": [shortened(one["feature"]) for one in shares],
        "marker": {"color": colours(results.report)[name]},
        "hovertemplate": "%{y}: %{x:.1f} %<extra></extra>",
    }
    return figure([bars], height=360, x=texts("share"), y="")


def shap_summary(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the SHAP values of single predictions, colored by the feature's value."""
    features = results.report["candidates"][name]["shap"][::-1]
    blue, middle, red = LOW_TO_HIGH
    traces = []
    for place, feature in enumerate(features):
        contributions = np.array(feature["contributions"])
        shades = ranks(feature["values"])
        marker = {
            "size": 4.5,
            "color": [None if np.isnan(shade) else round(float(shade), 3) for shade in shades],
            "colorscale": [[0, blue], [0.5, middle], [1, red]],
            "cmin": 0,
            "cmax": 1,
        }
        traces.append(
            {
                "x": feature["contributions"],
                "y": [round(place + float(height), 3) for height in swarm(contributions)],
                "text": [_shown(value) for value in feature["values"]],
                "mode": "markers",
                "marker": marker,
                "showlegend": False,
                "hovertemplate": f"{plain(feature['feature'])} = %{{text}}<br>%{{x:+.4~g}}<extra></extra>",
            }
        )
    chart = figure(traces, height=400, x=texts("added"), y="")
    names = [shortened(feature["feature"]) for feature in features]
    chart["layout"]["yaxis"] |= {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False}
    chart["layout"]["xaxis"]["zeroline"] = True
    return chart


def shap_by_class(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the mean absolute SHAP value of each feature, stacked by class."""
    features = results.report["candidates"][name]["shap"][::-1]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": values,
            "y": [shortened(feature["feature"]) for feature in features],
            "name": plain(of),
            "marker": {"color": colour},
            "hovertemplate": "%{y}: %{x:.3~g}",
        }
        for of, colour, values in class_strengths(features, results.report["classes"], texts)
    ]
    chart = figure(traces, height=420, x=texts("mean shap"), y="")
    chart["layout"]["barmode"] = "stack"
    chart["layout"]["legend"]["traceorder"] = "normal"
    return chart


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
