"""Charts of a classification."""

import numpy as np

from evaluation.output.results import Results
from evaluation.page.charts.figure import Chart, curve_through, diagonal, figure, plain
from evaluation.page.marks import BLUE, GREY, LIGHT, colours, precision_recall_side, roc_side, shade
from evaluation.page.texts import Texts

_MOST_CLASSES, _MOST_WRITTEN = 6, 12
"""Classes whose calibration is drawn, and classes of a confusion matrix with numbers."""


def roc(results: Results, texts: Texts) -> Chart:
    """Draw the ROC curve of every candidate, cut to the corner in which they differ."""
    traces = [diagonal(0, 1)]
    for name, candidate in results.report["candidates"].items():
        curve = candidate["receiver_operating_characteristic_curve"]
        label = f"{texts(name)} ({texts('auc')} {candidate['test']['auc']:.4f})"
        points = curve["false_positive_rates"], curve["true_positive_rates"]
        traces.append(curve_through(label, points, colours(results.report)[name]))
    chart = figure(traces, height=380, x=texts("false positive rate"), y=texts("true positive rate"))
    side = roc_side(results.report)
    chart["layout"]["xaxis"]["range"], chart["layout"]["yaxis"]["range"] = [-side / 50, side], [1 - side, 1 + side / 50]
    return chart


def precision_recall(results: Results, texts: Texts) -> Chart:
    """Draw the precision-recall curve of every candidate, cut to the corner in which they differ."""
    traces = []
    for name, candidate in results.report["candidates"].items():
        curve = candidate["precision_recall_curve"]
        traces.append(
            curve_through(texts(name), (curve["recalls"], curve["precisions"]), colours(results.report)[name])
        )
    chart = figure(traces, height=380, x=texts("recall"), y=texts("precision"))
    side = precision_recall_side(results.report)
    chart["layout"]["xaxis"]["range"] = chart["layout"]["yaxis"]["range"] = [1 - side, 1 + side / 50]
    return chart


def calibration(results: Results, name: str, texts: Texts) -> Chart:
    """Draw observed frequency against predicted probability, raw and, if calibration helped, calibrated."""
    known = results.report["candidates"][name]["calibration"]
    traces = [diagonal(0, 1)]
    for kind, colour, dash in (("raw", GREY, "dot"), ("calibrated", colours(results.report)[name], "solid")):
        if kind == "calibrated" and known["method"] == "none":
            continue
        bins = known["curve"][kind]
        points = [one["predicted"] for one in bins], [one["actual"] for one in bins]
        line = curve_through(texts(kind), points, colour)
        traces.append({**line, "mode": "lines+markers", "line": {**line["line"], "dash": dash}})
    return figure(traces, height=340, x=texts("predicted probability"), y=texts("observed frequency"))


def class_calibration(results: Results, name: str, texts: Texts) -> Chart:
    """Draw observed frequency against predicted probability of the most frequent classes."""
    candidate = results.report["candidates"][name]
    curve = candidate["calibration"]["curve"]
    frequent = sorted(curve, key=lambda one: -candidate["classes"][one]["rows"])[:_MOST_CLASSES]
    traces = [diagonal(0, 1)]
    for at, of in enumerate(frequent):
        points = [one["predicted"] for one in curve[of]], [one["actual"] for one in curve[of]]
        traces.append({**curve_through(plain(texts.class_name(of)), points, shade(at)), "mode": "lines+markers"})
    return figure(traces, height=360, x=texts("predicted probability"), y=texts("observed frequency"))


def confusion(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the confusion matrix of several classes: the share of the actual class, with the number of rows."""
    classes = results.report["classes"]
    matrix = results.report["candidates"][name]["confusion_matrix"]
    counts = np.array([[matrix[row][column] for column in classes] for row in classes])
    names = [plain(texts.class_name(one)) for one in classes]
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
    chart = figure([cells], height=max(340, 120 + 18 * len(classes)), x=texts("predicted axis"), y=texts("actual axis"))
    for axis in ("xaxis", "yaxis"):
        chart["layout"][axis] |= {"type": "category", "showgrid": False, "tickfont": {"size": 11 if few else 9}}
    chart["layout"]["yaxis"]["autorange"] = "reversed"
    return chart
