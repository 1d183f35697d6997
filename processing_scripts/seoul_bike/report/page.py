"""``data-report.html``: the data report as a page that opens offline, in English and Korean.

The charts are SVG of our own: the scikit-learn image has no plotting library, and an installation would make every
execution wait.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from html_page.document import document
from html_page.elements import Row, bullets, heading, panels, paragraph, section, table
from html_page.translations import read_translations
from processing_scripts.data_report.drawing import LARGE_DISTANCE, Axes, bars, box_plot, gauge, lines
from processing_scripts.data_report.origin import origin_note
from processing_scripts.data_report.style import LANGUAGE_SWITCH, STYLE
from processing_scripts.datasets import Report
from processing_scripts.seoul_bike.reading.columns import TARGET

_GENERATED = "generated-sample"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SEASONS = ("Winter", "Spring", "Summer", "Autumn")
_HOURS_BETWEEN_LABELS = 3
_RENTALS_BETWEEN_LABELS = 500
_COLUMNS_OF_ODDITY = {
    "humidity_0": ["humidity"],
    "visibility_capped": ["visibility"],
    "dew_point_above_temperature": ["dew_point"],
    "closed_with_rentals": [TARGET],
    "open_without_rentals": [TARGET],
}

_TRANSLATIONS = read_translations(Path(__file__).with_name("translations.json"))
_text = _TRANSLATIONS.bilingual
_axes = partial(Axes, _TRANSLATIONS)


def render(report: Report, schema: Mapping[str, Any], threshold: float) -> str:
    """Return the data report as a self-contained HTML document, all of whose numbers are those of the report."""
    dataset = schema["dataset"]
    made = paragraph(_text("made note", sha256=dataset["sha256"], split=schema["split"]), "made")
    sections = [
        _header(report, generated=dataset["kind"] == _GENERATED),
        section(_text("in short"), "", bullets(_in_short(report, schema))),
        section(_text("distribution"), _text("distribution note"), _rentals(report, threshold)),
        section(_text("seasonality"), _text("seasonality note"), _seasonality(report["seasonality"])),
        section(_text("columns"), _text("columns note"), _columns(report["distribution"]), _categories(report)),
        section(_text("oddities"), _text("oddities note"), _oddities(report["oddities"]), _holidays(report)),
        section(_text("drift"), _text("drift note"), _drift(report["drift"])),
        section(_text("made"), "", made, origin_note()),
    ]
    title = _TRANSLATIONS.text("en", "title")
    return document(
        "".join(sections), title=title, language="en", style=STYLE, scripts=f"<script>{LANGUAGE_SWITCH}</script>"
    )


def _header(report: Report, *, generated: bool) -> str:
    hours = report["hours"]
    first, last = (hours[end].replace("T", " ")[:16] for end in ("first", "last"))
    button = '<button type="button" id="language">한국어</button>'
    warning = paragraph(_text("generated"), "warning") if generated else ""
    subtitle = paragraph(_text("subtitle", rows=f"{hours['rows']:,}", first=first, last=last))
    return f"<header>{button}<h1>{_text('title')}</h1>{subtitle}{warning}</header>"


def _in_short(report: Report, schema: Mapping[str, Any]) -> Iterable[str]:
    hours, rentals = report["hours"], report["distribution"][TARGET]
    quantiles = rentals["quantiles"]
    mean, median, maximum = (_number(value) for value in (rentals["mean"], quantiles["0.5"], quantiles["1"]))
    yield _text("short rentals", mean=mean, median=median, maximum=maximum)
    yield _text("short closed", closed=f"{hours['closed']:,}", missing=f"{hours['missing']:,}")
    odd = [_spoken(name) for name in report["distribution"] if name in _odd_columns(report)]
    if odd:
        yield _text("short odd", count=len(odd), all=len(report["distribution"]), columns=", ".join(odd))
    else:
        yield _text("nothing odd")
    if "test" in report["drift"]:
        columns = report["drift"]["test"]
        name = max(columns, key=lambda column: columns[column]["distance"] or 0)
        distance = columns[name]["distance"]
        key = "short drift" if (distance or 0) >= LARGE_DISTANCE else "short no drift"
        yield _text(key, column=_spoken(name), distance=_number(distance), split=schema["split"])


def _odd_columns(report: Report) -> set[str]:
    missing = {name for name, column in report["distribution"].items() if column["missing"]}
    return missing.union(*(_COLUMNS_OF_ODDITY.get(oddity["name"], []) for oddity in report["oddities"]))


def _rentals(report: Report, threshold: float) -> str:
    edges, counts = report["rentals"]["edges"], report["rentals"]["counts"]
    width = edges[1] - edges[0]
    step = _RENTALS_BETWEEN_LABELS
    labels = [((rentals - edges[0]) / width, f"{rentals:,}") for rentals in range(step, int(edges[-1]), step)]
    return bars(counts, _axes("rentals per hour", "hours", labels), {"threshold": (threshold - edges[0]) / width})


def _seasonality(means: Report) -> str:
    hours = [(float(hour), str(hour)) for hour in range(0, 24, _HOURS_BETWEEN_LABELS)]
    months = _centred(str(int(month[-2:])) for month in means["by_month"])
    seasons = [season for season in _SEASONS if season in means["by_season"]]
    of_seasons = [means["by_season"][season] for season in seasons]
    unit = "rentals per hour"
    charts = {
        "by hour": lines(means["by_hour"], _axes("hour of the day", unit, hours)),
        "by month": bars(list(means["by_month"].values()), _axes("month", unit, months)),
        "by weekday": bars(means["by_weekday"], _axes("day of the week", unit, _centred(_WEEKDAYS))),
        "by season": bars(of_seasons, _axes("season", unit, _centred(seasons))),
    }
    return panels((heading(_text(key)) + chart for key, chart in charts.items()), "pair")


def _columns(distribution: Report) -> str:
    rows = []
    for name, column in distribution.items():
        quantiles = column["quantiles"]
        shown = [quantiles[share] for share in ("0", "0.05", "0.5", "0.95", "1")]
        numbers = [_number(value) for value in (column["mean"], column["standard_deviation"], *shown)]
        rows.append(Row([_text(f"column {name}"), f"{column['missing']:,}", *numbers, box_plot(quantiles)]))
    titles = ["column", "missing", "mean", "deviation", "minimum", "5 %", "median", "95 %", "maximum", "spread"]
    return table([_text(title) for title in titles], rows)


def _categories(report: Report) -> str:
    all_rows = report["hours"]["rows"]
    rows = [
        Row(
            [
                _text(f"column {name}"),
                _text(f"{name} {value}" if value in ("True", "False") else value),
                f"{one['rows']:,}",
                f"{one['rows'] / all_rows:.1%}",
                _number(one["mean"]),
            ]
        )
        for name, values in report["categories"].items()
        for value, one in values.items()
    ]
    titles = ["column", "value", "hours", "share", "mean rentals"]
    return heading(_text("categories")) + table([_text(title) for title in titles], rows, text_columns=[1])


def _oddities(oddities: list[Report]) -> str:
    if not oddities:
        return paragraph(_text("nothing odd"))
    rows = []
    for oddity in oddities:
        name, days = oddity["name"], f"{oddity['first'][:10]} - {oddity['last'][:10]}"
        rows.append(Row([_text(f"oddity {name}"), f"{oddity['rows']:,}", days, _text(f"meaning {name}")]))
    return table([_text(title) for title in ("what", "hours", "from to", "what is done")], rows, text_columns=[3])


def _holidays(report: Report) -> str:
    days = report["holidays"]
    texts = {"public_only": "holidays missed", "flagged_only": "holidays invented"}
    differences = [_text(key, days=", ".join(days[kind])) for kind, key in texts.items() if days[kind]]
    return heading(_text("holidays")) + bullets(differences) if differences else ""


def _drift(drift: Mapping[str, Report]) -> str:
    first = next(iter(drift.values()))
    rows = [
        Row(
            [
                _text(f"column {name}"),
                _number(column["train_mean"]),
                *(_number(columns[name]["mean"]) for columns in drift.values()),
                *(gauge(columns[name]["distance"]) for columns in drift.values()),
            ]
        )
        for name, column in first.items()
    ]
    titles = ["column", "mean train", *(f"mean {part}" for part in drift), *(f"distance {part}" for part in drift)]
    return table([_text(title) for title in titles], rows)


def _centred(labels: Iterable[str]) -> list[tuple[float, str]]:
    """Place each label under the middle of its bar."""
    return [(at + 0.5, label) for at, label in enumerate(labels)]


def _spoken(column: str) -> str:
    return column.replace("_", " ")


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f}".removesuffix(".0") if abs(value) >= 10 else f"{value:.2f}"
