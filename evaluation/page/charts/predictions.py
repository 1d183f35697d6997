"""Charts of predictions and their errors, and of parts of the test set."""

from html import escape

from evaluation.measures.slices import MEASURE
from evaluation.output.results import Results
from evaluation.page.charts.figure import Chart, decimals_of, diagonal, figure, line_over_time, plain
from evaluation.page.marks import INK, colours, sample, time_ticks, value_range, with_breaks
from evaluation.page.texts import Texts, capitalized


def over_time(results: Results, time: str, texts: Texts) -> Chart:
    """Draw actual and predicted values over the times of the test set, with a break at long gaps.

    Only the selected candidate is visible initially.
    """
    lines = {name: with_breaks(rows, time) for name, rows in results.predictions.items()}
    first = lines[results.best]
    times = first[time].dt.strftime("%Y-%m-%d %H:%M").tolist()
    traces = [line_over_time(texts("actual"), first["actual"], INK, times)]
    for name, rows in lines.items():
        line = line_over_time(
            texts(name), rows["predicted"].round(decimals_of(texts)), colours(results.report)[name], times
        )
        traces.append(line if name == results.best else {**line, "visible": "legendonly"})
    chart = figure(traces, height=420, x="", y=_label(texts))
    ticks = time_ticks(first[time])
    chart["layout"]["xaxis"] |= {"tickvals": list(ticks), "ticktext": list(ticks.values()), "tickangle": -45}
    chart["layout"]["hovermode"] = "x unified"
    return chart


def scatter(results: Results, name: str, texts: Texts) -> Chart:
    """Draw actual against predicted values of a candidate."""
    rows = sample(results.predictions[name])
    ends = value_range(results.predictions.values(), 0.04)
    keys = rows.drop(columns=["actual", "predicted"]).astype(str)
    decimals = max(decimals_of(texts) - 1, 0)
    points = {
        "x": rows["predicted"].round(decimals_of(texts)).tolist(),
        "y": rows["actual"].tolist(),
        "text": [escape(" ".join(cells)) for cells in keys.itertuples(index=False)],
        "mode": "markers",
        "marker": {"size": 5, "opacity": 0.45, "color": colours(results.report)[name]},
        "showlegend": False,
        "hovertemplate": f"%{{text}}<br>%{{x:.{decimals}f}} → %{{y:.{decimals}f}}<extra></extra>",
    }
    titles = (plain(texts(f"{axis} axis value")) for axis in ("predicted", "actual"))
    chart = figure([diagonal(*ends), points], height=340, x=next(titles), y=next(titles))
    for axis in ("xaxis", "yaxis"):
        chart["layout"][axis]["range"] = list(ends)
    return chart


def errors(results: Results, by: str, texts: Texts) -> Chart:
    """Draw box plots of the selected candidate's errors in the slices of one kind."""
    slices = [slice_ for slice_ in results.report["slices"] if slice_["by"] == by]
    spread = [slice_["candidates"][results.best]["errors"] for slice_ in slices]
    decimals = decimals_of(texts) + 1
    box = {
        "type": "box",
        "x": [plain(texts.name(slice_["value"])) for slice_ in slices],
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
    chart = figure([box], height=340, x=plain(texts.slicing(by)), y=texts("error"))
    chart["layout"]["xaxis"]["type"] = "category"
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
    return figure(traces, height=400, x=plain(texts.slicing(by)), y=texts(metric))


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
            "customdata": [[plain(texts.slice_name(slice_)), slice_["rows"]] for slice_ in drawn],
            "hovertemplate": "%{customdata[0]}<br>%{x:.4~g} (%{customdata[1]} "
            f"{plain(texts.word('rows'))})<extra>{texts(name)}</extra>",
        }
        for name in results.report["candidates"]
    ]
    chart = figure(traces, height=max(240, 110 + 19 * len(drawn)), x=texts(metric), y="")
    labels = [plain(texts.short_slice_name(slice_)) for slice_ in drawn]
    chart["layout"]["yaxis"] |= {"tickvals": list(range(len(drawn))), "ticktext": labels}
    values = {value for trace in traces for value in trace["x"]}
    if len(values) == 1:  # plotly would draw from 0 to twice the value
        chart["layout"]["xaxis"]["range"] = [0, 1.05 * values.pop() or 1]
    return chart


def _label(texts: Texts) -> str:
    return plain(capitalized(texts.word("label")))
