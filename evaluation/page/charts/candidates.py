"""Charts of all candidates, and of how one was trained and tuned."""

from html import escape

import numpy as np

from evaluation.output.results import Results
from evaluation.page.charts.figure import Chart, curve_through, figure
from evaluation.page.marks import colours
from evaluation.page.texts import Texts


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
    return figure(traces, height=70 + 44 * len(traces), x=texts(report["metric"]), y="")


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
    return figure([line, points], height=320, x=texts("training jobs in order"), y=history["objective"])


def learning(results: Results, name: str, texts: Texts) -> Chart:
    """Draw the metric of the training and the validation set by iteration, as the training job reported it."""
    colour, traces = colours(results.report)[name], []
    for part, dash in (("train", "dot"), ("validation", "solid")):
        points = results.report["curves"][name].get(part, [])
        drawn = [at for at, _ in points], [value for _, value in points]
        line = curve_through(texts(f"learned on {part}"), drawn, colour)
        traces.append({**line, "line": {**line["line"], "dash": dash}, "hovertemplate": "%{x}: %{y:.5~g}"})
    return figure(traces, height=300, x=texts("iteration"), y=texts("reported metric"))


def _settings(hyperparameters: dict[str, str]) -> str:
    return "<br>".join(f"{escape(name)} {escape(value)}" for name, value in hyperparameters.items())
