"""The charts of the report as plotly figures."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from evaluation.measures.slices import MEASURE
from evaluation.output.results import Results
from evaluation.page.marks import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    LOW_TO_HIGH,
    class_strengths,
    colours,
    precision_recall_side,
    ranks,
    roc_side,
    sample,
    shade,
    swarm,
    time_ticks,
    value_range,
    with_breaks,
)
from evaluation.page.texts import Texts, capitalized, shorten

Chart = dict[str, Any]
_MOST_CLASSES, _MOST_WRITTEN = 6, 12
"""Classes whose calibration is drawn, and classes of a confusion matrix with numbers."""
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


def over_time(results: Results, time: str, texts: Texts) -> Chart:
    """Draw actual and predicted values over the times of the test set, with a break at long gaps.

    Only the selected candidate is visible initially.
    """
    lines = {name: with_breaks(rows, time) for name, rows in results.predictions.items()}
    first = lines[results.best]
    times = first[time].dt.strftime("%Y-%m-%d %H:%M").tolist()
    traces = [_line(texts("actual"), first["actual"], INK, times)]
    for name, rows in lines.items():
        line = _line(texts(name), rows["predicted"].round(_decimals(texts)), colours(results.report)[name], times)
        traces.append(line if name == results.best else {**line, "visible": "legendonly"})
    chart = _chart(traces, height=420, x="", y=_label(texts))
    ticks = time_ticks(first[time])
    chart["layout"]["xaxis"] |= {"tickvals": list(ticks), "ticktext": list(ticks.values()), "tickangle": -45}
    chart["layout"]["hovermode"] = "x unified"
    return chart


def scatter(results: Results, name: str, texts: Texts) -> Chart:
    """Draw actual against predicted values of a candidate."""
    rows = sample(results.predictions[name])
    ends = value_range(results.predictions.values(), 0.04)
    keys = rows.drop(columns=["actual", "predicted"]).astype(str)
    decimals = max(_decimals(texts) - 1, 0)
    points = {
        "x": rows["predicted"].round(_decimals(texts)).tolist(),
        "y": rows["actual"].tolist(),
        "text": [escape(" ".join(cells)) for cells in keys.itertuples(index=False)],
        "mode": "markers",
        "marker": {"size": 5, "opacity": 0.45, "color": colours(results.report)[name]},
        "showlegend": False,
        "hovertemplate": f"%{{text}}<br>%{{x:.{decimals}f}} → %{{y:.{decimals}f}}<extra></extra>",
    }
    titles = (_plain(texts(f"{axis} axis value")) for axis in ("predicted", "actual"))
    chart = _chart([_diagonal(*ends), points], height=340, x=next(titles), y=next(titles))
    for axis in ("xaxis", "yaxis"):
        chart["layout"][axis]["range"] = list(ends)
    return chart


def errors(results: Results, by: str, texts: Texts) -> Chart:
    """Draw box plots of the selected candidate's errors in the slices of one kind."""
    slices = [slice_ for slice_ in results.report["slices"] if slice_["by"] == by]
    spread = [slice_["candidates"][results.best]["errors"] for slice_ in slices]
    decimals = _decimals(texts) + 1
    box = {
        "type": "box",
        "x": [_plain(texts.name(slice_["value"])) for slice_ in slices],
        **{
            key: [round(one[quantile], decimals) for one in spread]
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
    chart = _chart([box], height=340, x=_plain(texts.slicing(by)), y=texts("error"))
    chart["layout"]["xaxis"]["type"] = "category"
    return chart


def roc(results: Results, texts: Texts) -> Chart:
    """Draw the ROC curve of every candidate, cut to the corner in which they differ."""
    traces = [_diagonal(0, 1)]
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
    traces = [_diagonal(0, 1)]
    for kind, colour, dash in (("raw", GREY, "dot"), ("calibrated", colours(results.report)[name], "solid")):
        if kind == "calibrated" and known["method"] == "none":
            continue
        bins = known["curve"][kind]
        points = [one["predicted"] for one in bins], [one["actual"] for one in bins]
        line = _curve(texts(kind), points, colour)
        traces.append({**line, "mode": "lines+markers", "line": {**line["line"], "dash": dash}})
    return _chart(traces, height=340, x=texts("predicted probability"), y=texts("observed frequency"))


def class_calibration(results: Results, name: str, texts: Texts) -> Chart:
    """Draw observed frequency against predicted probability of the most frequent classes."""
    candidate = results.report["candidates"][name]
    curve = candidate["calibration"]["curve"]
    frequent = sorted(curve, key=lambda one: -candidate["classes"][one]["rows"])[:_MOST_CLASSES]
    traces = [_diagonal(0, 1)]
    for at, of in enumerate(frequent):
        points = [one["predicted"] for one in curve[of]], [one["actual"] for one in curve[of]]
        traces.append({**_curve(_plain(texts.class_name(of)), points, shade(at)), "mode": "lines+markers"})
    return _chart(traces, height=360, x=texts("predicted probability"), y=texts("observed frequency"))


def confusion(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the confusion matrix of several classes: the share of the actual class, with the number of rows."""
    classes = results.report["classes"]
    matrix = results.report["candidates"][name]["confusion_matrix"]
    counts = np.array([[matrix[row][column] for column in classes] for row in classes])
    names = [_plain(texts.class_name(one)) for one in classes]
    few = len(classes) <= _MOST_WRITTEN
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    cells = {
        "type": "heatmap",
        "x": names,
        "y": names,
        "z": shares.round(4).tolist(),
        "text": [[f"{count:,}" for count in row] for row in counts.tolist()],
        "texttemplate": "%{text}" if few else "",
        "hovertemplate": f"{texts('actual class', name='%{y}')}, {texts('predicted class', name='%{x}')}: "
        "%{text} (%{z:.1%})<extra></extra>",
        "colorscale": [[0, LIGHT], [1, BLUE]],
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
    }
    chart = _chart([cells], height=max(340, 120 + 18 * len(classes)), x=texts("predicted axis"), y=texts("actual axis"))
    for axis in ("xaxis", "yaxis"):
        chart["layout"][axis] |= {"type": "category", "showgrid": False, "tickfont": {"size": 11 if few else 9}}
    chart["layout"]["yaxis"]["autorange"] = "reversed"
    return chart


def ordered_slices(results: Results, by: str, texts: Texts) -> Chart:
    """Draw the metric of every candidate by slices that are numbers, such as the hours of a day."""
    metric = MEASURE[results.kind]
    drawn = [slice_ for slice_ in results.report["slices"] if slice_["by"] == by]
    traces = [
        {
            "x": [int(slice_["value"]) for slice_ in drawn],
            "y": [slice_["candidates"][name][metric] for slice_ in drawn],
            "name": texts(name),
            "mode": "lines+markers",
            "line": {"color": colours(results.report)[name], "width": 1.6},
            "marker": {"size": 5},
            "hovertemplate": f"%{{x}}<br>%{{y:.4~g}}<extra>{texts(name)}</extra>",
        }
        for name in results.report["candidates"]
    ]
    return _chart(traces, height=400, x=_plain(texts.slicing(by)), y=texts(metric))


def slices(results: Results, ordered: str | None, texts: Texts) -> Chart:
    """Draw the metric of every candidate on all slices except ordered ones."""
    metric = MEASURE[results.kind]
    drawn = [slice_ for slice_ in results.report["slices"] if slice_["by"] != ordered][::-1]
    traces = [
        {
            "x": [slice_["candidates"][name][metric] for slice_ in drawn],
            "y": list(range(len(drawn))),
            "name": texts(name),
            "mode": "markers",
            "marker": {"size": 8, "opacity": 0.85, "color": colours(results.report)[name]},
            "customdata": [[_plain(texts.slice_name(slice_)), slice_["rows"]] for slice_ in drawn],
            "hovertemplate": "%{customdata[0]}<br>%{x:.4~g} (%{customdata[1]} "
            f"{_plain(texts.word('rows'))})<extra>{texts(name)}</extra>",
        }
        for name in results.report["candidates"]
    ]
    chart = _chart(traces, height=max(240, 110 + 19 * len(drawn)), x=texts(metric), y="")
    labels = [_plain(texts.short_slice_name(slice_)) for slice_ in drawn]
    chart["layout"]["yaxis"] |= {"tickvals": list(range(len(drawn))), "ticktext": labels}
    values = {value for trace in traces for value in trace["x"]}
    if len(values) == 1:  # plotly would draw from 0 to twice the value
        chart["layout"]["xaxis"]["range"] = [0, 1.05 * values.pop() or 1]
    return chart


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


def learning(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the metric of the training and the validation set by iteration, as the training job reported it."""
    colour, traces = colours(results.report)[name], []
    for part, dash in (("train", "dot"), ("validation", "solid")):
        points = results.report["curves"][name].get(part, [])
        drawn = [at for at, _ in points], [value for _, value in points]
        line = _curve(texts(f"learned on {part}"), drawn, colour)
        traces.append({**line, "line": {**line["line"], "dash": dash}, "hovertemplate": "%{x}: %{y:.5~g}"})
    return _chart(traces, height=300, x=texts("iteration"), y=texts("reported metric"))


def importance(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the importance of each feature."""
    shares = results.report["candidates"][name]["importance"][::-1]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [round(100 * one["share"], 2) for one in shares],
        "y": [_short(one["feature"]) for one in shares],
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
                "hovertemplate": f"{_plain(feature['feature'])} = %{{text}}<br>%{{x:+.4~g}}<extra></extra>",
            }
        )
    chart = _chart(traces, height=400, x=texts("added"), y="")
    names = [_short(feature["feature"]) for feature in features]
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
            "y": [_short(feature["feature"]) for feature in features],
            "name": _plain(of),
            "marker": {"color": colour},
            "hovertemplate": "%{y}: %{x:.3~g}",
        }
        for of, colour, values in class_strengths(features, results.report["classes"], texts)
    ]
    chart = _chart(traces, height=420, x=texts("mean shap"), y="")
    chart["layout"]["barmode"] = "stack"
    chart["layout"]["legend"]["traceorder"] = "normal"
    return chart


def _label(texts: Texts) -> str:
    return _plain(capitalized(texts.word("label")))


def _plain(text: str) -> str:
    """Escape a text of the data set, because plotly reads texts as HTML and values in braces."""
    return escape(text, quote=False).replace("%{", "% {")


def _short(text: str) -> str:
    return _plain(shorten(text))


def _decimals(texts: Texts) -> int:
    """Return the decimals of values beside errors of the report's scale."""
    return len(texts.number(0.0, "rmse").partition(".")[2])


def _line(name: str, values: Any, colour: str, times: Sequence[str]) -> Chart:
    line = {"color": colour, "width": 1.3}
    return {
        "y": values.tolist(),
        "name": name,
        "mode": "lines",
        "line": line,
        "text": times,
        "hoverinfo": "text+y+name",
    }


def _curve(name: str, points: tuple[Sequence[float], Sequence[float]], colour: str) -> Chart:
    return {"x": points[0], "y": points[1], "name": name, "mode": "lines", "line": {"color": colour, "width": 2}}


def _diagonal(low: float, high: float) -> Chart:
    line = {"color": GREY, "width": 1}
    ends = [low, high]
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
