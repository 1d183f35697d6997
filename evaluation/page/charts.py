"""The charts of the report as plotly figures."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from evaluation.measures.slices import MEASURE
from evaluation.output.results import Results
from evaluation.page.marks import (
    GREY,
    INK,
    LIGHT,
    LOW_TO_HIGH,
    colours,
    precision_recall_side,
    ranks,
    roc_side,
    swarm,
    with_breaks,
)
from evaluation.page.texts import Texts

Chart = dict[str, Any]
FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans KR", "Noto Sans CJK KR", sans-serif'


def comparison(results: Results, texts: Texts) -> Chart:
    """Draw the ranking metric of candidates and baselines with intervals."""
    report = results.report
    everyone = {**report["candidates"], **report["baselines"]}
    traces = []
    for name, measured in reversed(everyone.items()):
        value, (low, high) = measured["test"][report["metric"]], measured["test_interval"]
        colour = colours(report)[name]
        traces.append(
            {
                "x": [value],
                "y": [texts(name)],
                "error_x": {"type": "data", "array": [high - value], "arrayminus": [value - low], "color": colour},
                "mode": "markers",
                "marker": {"size": 11, "color": colour},
                "showlegend": False,
                "hovertemplate": f"%{{x:.4~g}} ({low:.4g}, {high:.4g})<extra>{texts(name)}</extra>",
            }
        )
    return _chart(traces, height=70 + 44 * len(traces), x=texts(report["metric"]), y="")


def over_time(results: Results, texts: Texts) -> Chart:
    """Draw actual and predicted rentals over the test hours, with a break where days are missing.

    Only the selected candidate is visible initially.
    """
    lines = {name: with_breaks(rows) for name, rows in results.predictions.items()}
    first = lines[results.best]
    hours = first["datetime"].dt.strftime("%Y-%m-%d %H:%M").tolist()
    traces = [_line(texts("actual"), first["actual"], INK, hours)]
    for name, rows in lines.items():
        line = _line(texts(name), rows["predicted"].round(1), colours(results.report)[name], hours)
        traces.append(line if name == results.best else {**line, "visible": "legendonly"})
    chart = _chart(traces, height=420, x="", y=texts("rentals"))
    months = first["datetime"].dt.strftime("%Y-%m").reset_index(drop=True)
    starts = months[months != months.shift()]
    chart["layout"]["xaxis"] |= {"tickvals": starts.index.tolist(), "ticktext": starts.tolist(), "tickangle": -45}
    chart["layout"]["hovermode"] = "x unified"
    return chart


def scatter(results: Results, name: str, texts: Texts) -> Chart:
    """Draw actual against predicted rentals of a candidate."""
    rows = results.predictions[name]
    highest = 1.04 * max(float(one[["actual", "predicted"]].max().max()) for one in results.predictions.values())
    points = {
        "x": rows["predicted"].round(1).tolist(),
        "y": rows["actual"].tolist(),
        "text": rows["datetime"].dt.strftime("%Y-%m-%d %H:%M").tolist(),
        "mode": "markers",
        "marker": {"size": 5, "opacity": 0.45, "color": colours(results.report)[name]},
        "showlegend": False,
        "hovertemplate": "%{text}<br>%{x:.0f} → %{y:.0f}<extra></extra>",
    }
    chart = _chart([_diagonal(highest), points], height=340, x=texts("predicted rentals"), y=texts("actual rentals"))
    for axis in ("xaxis", "yaxis"):
        chart["layout"][axis]["range"] = [0, highest]
    return chart


def errors(results: Results, kind: str, texts: Texts) -> Chart:
    """Draw box plots of the selected candidate's errors in the slices of one kind."""
    slices = [slice_ for slice_ in results.report["slices"] if slice_["by"] == kind]
    spread = [slice_["candidates"][results.best]["errors"] for slice_ in slices]
    box = {
        "type": "box",
        "x": [texts(slice_["value"]) for slice_ in slices],
        **{
            key: [round(one[quantile], 2) for one in spread]
            for key, quantile in {
                "lowerfence": "low",
                "q1": "lower_quartile",
                "median": "median",
                "q3": "upper_quartile",
                "upperfence": "high",
            }.items()
        },
        "marker": {"color": colours(results.report)[results.best]},
        "showlegend": False,
    }
    title = {"hour": "hour of day", "temperature": "temperature axis"}[kind]
    chart = _chart([box], height=340, x=texts(title), y=texts("error"))
    chart["layout"]["xaxis"]["type"] = "category"
    return chart


def roc(results: Results, texts: Texts) -> Chart:
    """Draw the ROC curve of every candidate, cut to the corner in which they differ."""
    traces = [_diagonal(1)]
    for name, candidate in results.report["candidates"].items():
        curve = candidate["receiver_operating_characteristic_curve"]
        label = f"{texts(name)} ({texts('auc')} {candidate['test']['auc']:.4f})"
        points = curve["false_positive_rates"], curve["true_positive_rates"]
        traces.append(_curve(label, points, colours(results.report)[name]))
    chart = _chart(traces, height=380, x=texts("false positive rate"), y=texts("true positive rate"))
    side = roc_side(results.report)
    chart["layout"]["xaxis"]["range"], chart["layout"]["yaxis"]["range"] = [-side / 50, side], [1 - side, 1 + side / 50]
    return chart


def precision_recall(results: Results, texts: Texts) -> Chart:
    """Draw the precision-recall curve of every candidate, cut to the corner in which they differ."""
    traces = []
    for name, candidate in results.report["candidates"].items():
        curve = candidate["precision_recall_curve"]
        traces.append(_curve(texts(name), (curve["recalls"], curve["precisions"]), colours(results.report)[name]))
    chart = _chart(traces, height=380, x=texts("recall"), y=texts("precision"))
    side = precision_recall_side(results.report)
    chart["layout"]["xaxis"]["range"] = chart["layout"]["yaxis"]["range"] = [1 - side, 1 + side / 50]
    return chart


def calibration(results: Results, name: str, texts: Texts) -> Chart:
    """Draw observed frequency against predicted probability, raw and, if calibration helped, calibrated."""
    known = results.report["candidates"][name]["calibration"]
    traces = [_diagonal(1)]
    for kind, colour, dash in (("raw", GREY, "dot"), ("calibrated", colours(results.report)[name], "solid")):
        if kind == "calibrated" and known["method"] == "none":
            continue
        bins = known["curve"][kind]
        points = [one["predicted"] for one in bins], [one["actual"] for one in bins]
        line = _curve(texts(kind), points, colour)
        traces.append({**line, "mode": "lines+markers", "line": {**line["line"], "dash": dash}})
    return _chart(traces, height=340, x=texts("predicted probability"), y=texts("observed frequency"))


def slices_by_hour(results: Results, texts: Texts) -> Chart:
    """Draw the metric of every candidate by hour of the day."""
    metric = MEASURE[results.report["task"]]
    hours = [slice_ for slice_ in results.report["slices"] if slice_["by"] == "hour"]
    traces = [
        {
            "x": [int(slice_["value"]) for slice_ in hours],
            "y": [slice_["candidates"][name][metric] for slice_ in hours],
            "name": texts(name),
            "mode": "lines+markers",
            "line": {"color": colours(results.report)[name], "width": 1.6},
            "marker": {"size": 5},
            "hovertemplate": f"%{{x}}:00<br>%{{y:.4~g}}<extra>{texts(name)}</extra>",
        }
        for name in results.report["candidates"]
    ]
    chart = _chart(traces, height=400, x=texts("hour of day"), y=texts(metric))
    chart["layout"]["xaxis"] |= {"dtick": 3, "range": [-0.5, 23.5]}
    return chart


def slices(results: Results, texts: Texts) -> Chart:
    """Draw the metric of every candidate on all slices except the hours of the day."""
    metric = MEASURE[results.report["task"]]
    drawn = [slice_ for slice_ in results.report["slices"] if slice_["by"] != "hour"][::-1]
    places = [texts.short_slice_name(slice_) for slice_ in drawn]
    traces = [
        {
            "x": [slice_["candidates"][name][metric] for slice_ in drawn],
            "y": places,
            "name": texts(name),
            "mode": "markers",
            "marker": {"size": 8, "opacity": 0.85, "color": colours(results.report)[name]},
            "customdata": [slice_["rows"] for slice_ in drawn],
            "hovertemplate": f"%{{y}}<br>%{{x:.4~g}} (%{{customdata}} {texts('hours')})<extra>{texts(name)}</extra>",
        }
        for name in results.report["candidates"]
    ]
    return _chart(traces, height=max(400, 110 + 19 * len(drawn)), x=texts(metric), y="")


def tuning(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the objective of each training job of a tuning job, and the best so far."""
    history = results.report["tuning"][name]
    done = [(at, trial) for at, trial in enumerate(history["trials"], 1) if trial["value"] is not None]
    places, values = [at for at, _ in done], [trial["value"] for _, trial in done]
    best = np.minimum.accumulate if history["goal"] == "Minimize" else np.maximum.accumulate
    colour = colours(results.report)[name]
    points = {
        "x": places,
        "y": values,
        "name": texts("training job"),
        "mode": "markers",
        "marker": {"size": 8, "color": colour, "opacity": 0.75},
        "text": [_settings(trial["hyperparameters"]) for _, trial in done],
        "hovertemplate": "%{y:.5~g}<br>%{text}<extra></extra>",
    }
    line = {
        "x": places,
        "y": best(np.array(values)).tolist() if values else [],
        "name": texts("best so far"),
        "mode": "lines",
        "line": {"color": colour, "width": 1.5, "shape": "hv"},
        "hoverinfo": "skip",
    }
    return _chart([line, points], height=320, x=texts("training jobs in order"), y=history["objective"])


def importance(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the importance of each feature."""
    shares = results.report["candidates"][name]["importance"][::-1]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [round(100 * one["share"], 2) for one in shares],
        "y": [one["feature"] for one in shares],
        "marker": {"color": colours(results.report)[name]},
        "hovertemplate": "%{y}: %{x:.1f} %<extra></extra>",
    }
    return _chart([bars], height=360, x=texts("share"), y="")


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
                "hovertemplate": f"{feature['feature']} = %{{text}}<br>%{{x:+.4~g}}<extra></extra>",
            }
        )
    chart = _chart(traces, height=400, x=texts("added"), y="")
    names = [feature["feature"] for feature in features]
    chart["layout"]["yaxis"] |= {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False}
    chart["layout"]["xaxis"]["zeroline"] = True
    return chart


def _line(name: str, values: Any, colour: str, hours: Sequence[str]) -> Chart:
    line = {"color": colour, "width": 1.3}
    return {
        "y": values.tolist(),
        "name": name,
        "mode": "lines",
        "line": line,
        "text": hours,
        "hoverinfo": "text+y+name",
    }


def _curve(name: str, points: tuple[Sequence[float], Sequence[float]], colour: str) -> Chart:
    return {"x": points[0], "y": points[1], "name": name, "mode": "lines", "line": {"color": colour, "width": 2}}


def _diagonal(highest: float) -> Chart:
    line = {"color": GREY, "width": 1}
    ends = [0, highest]
    return {"x": ends, "y": ends, "mode": "lines", "line": line, "showlegend": False, "hoverinfo": "skip"}


def _settings(hyperparameters: dict[str, str]) -> str:
    return "<br>".join(f"{escape(name)} {escape(value)}" for name, value in hyperparameters.items())


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _chart(traces: list[Chart], *, height: int, x: str, y: str) -> Chart:
    named = sum(trace.get("showlegend", True) and "name" in trace for trace in traces)
    axis = {"gridcolor": LIGHT, "zeroline": False, "automargin": True, "linecolor": GREY, "ticks": ""}
    return {
        "data": [{"type": "scatter", **trace} for trace in traces],
        "layout": {
            "height": height,
            "margin": {"l": 8, "r": 14, "t": 34 if named else 10, "b": 8},
            "showlegend": bool(named),
            "font": {"family": FONTS, "size": 12, "color": INK},
            "xaxis": {**axis, "title": {"text": x}},
            "yaxis": {**axis, "title": {"text": y, "standoff": 12}},  # at some distance of the ticks' labels
            "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "dragmode": "zoom",
        },
    }
