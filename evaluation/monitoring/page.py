"""The page of a window: what drifted, since when, and what it costs in error."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from evaluation.monitoring.alarms import alarms
from evaluation.monitoring.quality import TOO_FEW, UNKNOWN
from evaluation.monitoring.texts import TRANSLATIONS
from html_page.document import document
from html_page.elements import Row, bullets, html, paragraph, section, table
from html_page.translations import Language

_MOST_ROWS = 20


def render(found: Mapping[str, Any], language: Language) -> str:
    """Return the page of the content of ``monitoring.json`` as HTML that loads nothing from the network."""
    t = partial(TRANSLATIONS.text, language)
    title = t("title", task=found["task"])
    subtitle = t(
        "subtitle",
        **{name: found[name] for name in ("algorithm", "first", "last")},
        predictions=f"{found['predictions']:,}",
        rows=f"{found['quality']['rows']:,}",
    )
    parts = [
        f"<header><h1>{html(title)}</h1>{paragraph(subtitle)}</header>",
        section(t("summary"), "", bullets(alarms(found, language) or [t("none")])),
        section(t("quality"), t("quality note", unit=found["unit"]), _quality(found, t)),
        section(t("violations"), t("violations note"), _violations(found, t)),
        section(t("drift"), t("drift note"), *_drift(found, t)),
        section(t("units"), t("units note", unit=found["unit"]), _units(found["by_unit"], t)),
        section(t("made"), "", *map(paragraph, _made(found, t))),
    ]
    return document("".join(parts), title=title, language=language)


def _quality(found: Mapping[str, Any], t: Any) -> str:
    judged = {found["quality"]["metric"]: found["quality"]} | (
        {t("calibration"): found["calibration"]} if "calibration" in found else {}
    )
    rows = [
        Row([name, t(of), _number(one[of]["value"]), _interval(one[of]["interval"], t)])
        for name, one in judged.items()
        for of in ("window", "test")
    ]
    verdict = found["quality"]["verdict"]
    unjudged = paragraph(t(verdict, unit=found["unit"])) if verdict in (TOO_FEW, UNKNOWN) else ""
    return table(["", "", t("value"), t("interval")], rows) + unjudged


def _interval(bounds: Sequence[float], t: Any) -> str:
    low, high = map(_number, bounds)
    return str(t("between", low=low, high=high))


def _violations(found: Mapping[str, Any], t: Any) -> str:
    violated = found["violations"]
    if not violated:
        return paragraph(t("no violations"))
    rows = [
        Row(
            [
                each["feature_name"],
                each["constraint_check_type"],
                t(each["constraint_check_type"], **each["values"]),
                t("of rows", rows=f"{each['rows']:,}", all=f"{found['predictions']:,}"),
                t("span", **each) if "first" in each else "-",
                _number(each["error"]),
            ]
        )
        for each in violated
    ]
    columns = ["feature", "check", "description", "affected", "when", "cost"]
    return table(list(map(t, columns)), rows, text_columns=(1, 2, 4)) + _usual(violated, t)


def _drift(found: Mapping[str, Any], t: Any) -> Iterator[str]:
    drift = found["drift"]
    if not drift["tested"]:
        yield paragraph(t("not tested"))
    farthest = sorted(drift["features"], key=lambda feature: -feature["distance"])[:_MOST_ROWS]
    rows = [
        Row(
            [
                one["name"],
                *(_number(one[key]) for key in ("distance", "p_value")),
                one.get("since") or "-",
                f"{one['rows']:,}" if "rows" in one else "-",
                _number(one.get("error")),
            ],
            badge=t("drifted") if one["drifted"] else "",
        )
        for one in farthest
    ]
    columns = ["feature", "distance", "p-value", "since", "affected", "cost"]
    yield table(list(map(t, columns)), rows) if rows else ""
    yield _usual([one for one in farthest if one["drifted"]], t)
    for one in found["predictions_drift"]["features"]:
        numbers = {key: _number(one[key]) for key in ("distance", "p_value")}
        yield paragraph(t("predictions drift", **numbers))


def _usual(findings: Sequence[Mapping[str, Any]], t: Any) -> str:
    """Say beside the costs what the error usually is."""
    return paragraph(t("cost note", usual=_number(findings[0]["usual_error"]))) if findings else ""


def _made(found: Mapping[str, Any], t: Any) -> Iterator[str]:
    """Name the execution, the date and the code; what is not known is a hyphen."""
    named = ("execution", "job", "evaluated", "code")
    yield t("judged", **{name: found.get("origin", {}).get(name, "-") for name in named})
    settings = ", ".join(f"{name} {value}" for name, value in found["hyperparameters"].items())
    trained = {name: found["trained"].get(name, "-") for name in named}
    yield t("trained", version=found.get("version") or "-", hyperparameters=settings or "-", **trained)


def _units(units: list[Mapping[str, Any]], t: Any) -> str:
    worst = sorted(units, key=lambda unit: -unit["error"])[:_MOST_ROWS]
    return table(
        ["", t("rows"), t("error")], [Row([one["unit"], f"{one['rows']:,}", _number(one["error"])]) for one in worst]
    )


def _number(value: float | None) -> str:
    return f"{value:.4g}" if value is not None and math.isfinite(value) else "-"
