"""The page: what the data is, when bicycles are rented, what is odd, and how the parts differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from processing_scripts.data_report.drawing import Axes, bars, lines, strip
from processing_scripts.data_report.statistics import Report
from processing_scripts.data_report.style import STYLE, SWITCH
from processing_scripts.data_report.words import in_html, say
from processing_scripts.reading.columns import TARGET

_GENERATED = "generated-sample"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SEASONS = ("Winter", "Spring", "Summer", "Autumn")
_EVERY_HOURS = 3
_WORTH_A_LOOK = 0.2


def render(report: Report, schema: Mapping[str, Any]) -> str:
    """The data report as HTML that needs nothing else.

    Parameters
    ----------
    report
        The content of ``data-report.json``; every number is from there.
    schema
        The content of ``schema.json``, for the split and the threshold.
    """
    body = "".join(
        [
            _header(report, schema),
            _section("in short", _bullets(_in_short(report, schema))),
            _section("distribution", _note("distribution note") + _rentals(report, schema)),
            _section("seasonality", _note("seasonality note") + _seasonality(report["seasonality"])),
            _section("columns", _note("columns note") + _columns(report["distribution"])),
            _section("oddities", _note("oddities note") + _oddities(report)),
            _section("drift", _note("drift note") + _drift(report["drift"])),
            _section("made", _note("made note", sha256=schema["dataset"]["sha256"], split=schema["split"])),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n<title>Seoul bike demand: the data</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>{body}</main>\n<script>{SWITCH}</script>\n</body>\n</html>\n"
    )


def _header(report: Report, schema: Mapping[str, Any]) -> str:
    hours = report["hours"]
    first, last = (hours[end].replace("T", " ")[:16] for end in ("first", "last"))
    button = '<button type="button" id="language">한국어</button>'
    warning = _paragraph("generated", kind="warning") if schema["dataset"]["kind"] == _GENERATED else ""
    subtitle = _paragraph("subtitle", rows=f"{hours['rows']:,}", first=first, last=last)
    return f"<header>{button}<h1>{in_html(say('title'))}</h1>{subtitle}{warning}</header>"


def _in_short(report: Report, schema: Mapping[str, Any]) -> Iterable[str]:
    hours, rentals = report["hours"], report["distribution"][TARGET]
    quantiles = rentals["quantiles"]
    yield say(
        "short rentals", mean=_number(rentals["mean"]), median=_number(quantiles["0.5"]), most=_number(quantiles["1"])
    )
    yield say("short closed", closed=f"{hours['closed']:,}", missing=f"{hours['missing']:,}")
    yield say("short odd", kinds=len(report["oddities"]))
    parts = {
        part: max(columns.items(), key=lambda item: item[1]["distance"] or 0)
        for part, columns in report["drift"].items()
    }
    if "test" in parts:
        name, column = parts["test"]
        key = "short drift" if (column["distance"] or 0) >= _WORTH_A_LOOK else "short no drift"
        yield say(key, column=name.replace("_", " "), distance=_number(column["distance"]), split=schema["split"])


def _rentals(report: Report, schema: Mapping[str, Any]) -> str:
    edges, counts = report["rentals"]["edges"], report["rentals"]["counts"]
    width = edges[1] - edges[0]
    labels = [((rentals - edges[0]) / width, f"{rentals:,}") for rentals in range(500, int(edges[-1]), 500)]
    marks = {"threshold": (schema["threshold"] - edges[0]) / width}
    return bars(counts, Axes("rentals per hour", "hours", labels), marks)


def _seasonality(seasons: Report) -> str:
    hours = [(float(hour), str(hour)) for hour in range(0, 24, _EVERY_HOURS)]
    months = seasons["by_month"]
    kinds = [name for name in _SEASONS if name in seasons["by_season"]]
    drawings = [
        ("by hour", lines(seasons["by_hour"], Axes("hour of the day", "rentals per hour", hours))),
        (
            "by month",
            bars(
                list(months.values()),
                Axes("month", "rentals per hour", _middles(str(int(name[-2:])) for name in months)),
            ),
        ),
        ("by weekday", bars(seasons["by_weekday"], Axes("day of the week", "rentals per hour", _middles(_WEEKDAYS)))),
        (
            "by season",
            bars([seasons["by_season"][name] for name in kinds], Axes("season", "rentals per hour", _middles(kinds))),
        ),
    ]
    return (
        '<div class="panels">'
        + "".join(f"<div><h3>{in_html(say(key))}</h3>{drawing}</div>" for key, drawing in drawings)
        + "</div>"
    )


def _columns(distribution: Report) -> str:
    shown = ("0", "0.05", "0.5", "0.95", "1")
    rows = []
    for name, column in distribution.items():
        quantiles = column["quantiles"]
        numbers = [column["mean"], column["standard_deviation"], *(quantiles[share] for share in shown)]
        known = [quantiles[share] for share in ("0.05", "0.25", "0.5", "0.75", "0.95")]
        drawn = strip(known, quantiles["0"], quantiles["1"]) if None not in known else ""
        rows.append([in_html(say(f"column {name}")), f"{column['missing']:,}", *map(_number, numbers), drawn])
    titles = ["column", "missing", "mean", "deviation", "least", "5 %", "median", "95 %", "most", "spread"]
    return _table(titles, rows)


def _oddities(report: Report) -> str:
    rows = [
        [
            in_html(say(f"oddity {one['name']}")),
            f"{one['rows']:,}",
            f"{one['first'][:10]} to {one['last'][:10]}",
            in_html(say(f"meaning {one['name']}")),
        ]
        for one in report["oddities"]
    ]
    found = (
        _table(["what", "hours", "from to", "what is done"], rows, texts=(3,)) if rows else _paragraph("nothing odd")
    )
    holidays = report["holidays"]
    days = [
        say(key, days=", ".join(holidays[kind]))
        for kind, key in (("public_only", "holidays missed"), ("flagged_only", "holidays invented"))
        if holidays[kind]
    ]
    return found + (f"<h3>{in_html(say('holidays'))}</h3>{_bullets(days)}" if days else "")


def _drift(drift: Mapping[str, Report]) -> str:
    names = list(next(iter(drift.values())))
    rows = []
    for name in names:
        means = [_number(drift[part][name]["mean"]) for part in drift]
        distances = [_distance(drift[part][name]["distance"]) for part in drift]
        rows.append(
            [
                in_html(say(f"column {name}")),
                _number(next(iter(drift.values()))[name]["train_mean"]),
                *means,
                *distances,
            ]
        )
    titles = ["column", "mean train", *(f"mean {part}" for part in drift), *(f"distance {part}" for part in drift)]
    return _table(titles, rows)


def _distance(value: float | None) -> str:
    if value is None:
        return "-"
    kind = "far" if value >= _WORTH_A_LOOK else "near"
    return f'<span class="gauge {kind}"><i style="width:{min(100 * value, 100):.0f}%"></i></span>{value:.3f}'


def _middles(labels: Iterable[str]) -> list[tuple[float, str]]:
    return [(at + 0.5, label) for at, label in enumerate(labels)]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f}".removesuffix(".0") if abs(value) >= 10 else f"{value:.2f}"


def _section(key: str, content: str) -> str:
    return f"<section><h2>{in_html(say(key))}</h2>{content}</section>"


def _note(key: str, **values: Any) -> str:
    return _paragraph(key, kind="note", **values)


def _paragraph(key: str, kind: str = "", **values: Any) -> str:
    return f'<p class="{kind}">{in_html(say(key, **values))}</p>'


def _bullets(texts: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{in_html(text)}</li>' for text in texts)}</ul>"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], texts: Sequence[int] = ()) -> str:
    """Cells are written already; titles are keys of words."""
    kinds = ['class="text"' if at in texts else "" for at in range(len(titles))]
    head = "".join(f"<th {kind}>{in_html(say(title))}</th>" for kind, title in zip(kinds, titles, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td {kind}>{cell}</td>' for kind, cell in zip(kinds, row, strict=True))}</tr>" for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
