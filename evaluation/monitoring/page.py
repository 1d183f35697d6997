"""The page of a window: what drifted, since when, and what it costs in error."""

import math
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from html_page.document import document
from html_page.elements import Row, bullets, html, paragraph, section, table
from html_page.translations import Language, read_translations

_TRANSLATIONS = read_translations(Path(__file__).with_name("translations.json"))
_MOST_ROWS = 20


def render(found: Mapping[str, Any], language: Language) -> str:
    """Return the page of the content of ``monitoring.json`` as HTML that loads nothing from the network."""
    t = partial(_TRANSLATIONS.text, language)
    title = t("title", task=found["task"])
    subtitle = t(
        "subtitle",
        **{name: found[name] for name in ("algorithm", "predictions", "first", "last")},
        rows=found["quality"]["rows"],
    )
    parts = [
        f"<header><h1>{html(title)}</h1>{paragraph(subtitle)}</header>",
        section(t("summary"), "", bullets(found["alarms"] or [t("none")])),
        section(t("quality"), t("quality note", unit=found["unit"]), _quality(found, t)),
        section(t("violations"), t("violations note"), _violations(found["violations"], t)),
        section(t("drift"), t("drift note"), *_drift(found["drift"], t)),
        section(t("units"), t("units note", unit=found["unit"]), _units(found["by_unit"], t)),
    ]
    return document("".join(parts), title=title, language=language)


def _quality(found: Mapping[str, Any], t: Any) -> str:
    judged = {found["quality"]["metric"]: found["quality"]} | (
        {t("calibration"): found["calibration"]} if "calibration" in found else {}
    )
    rows = [
        Row([name, t(of), _number(one[of]["value"]), " to ".join(map(_number, one[of]["interval"]))])
        for name, one in judged.items()
        for of in ("window", "test")
    ]
    return table(["", "", t("value"), t("interval")], rows)


def _violations(violated: list[Mapping[str, str]], t: Any) -> str:
    if not violated:
        return paragraph(t("no violations"))
    names = ("feature_name", "constraint_check_type", "description")
    rows = [Row([each[name] for name in names]) for each in violated]
    return table([t("feature"), t("check"), t("description")], rows, text_columns=(1, 2))


def _drift(drift: Mapping[str, Any], t: Any) -> Iterator[str]:
    if not drift["tested"]:
        yield paragraph(t("not tested"))
    farthest = sorted(drift["features"], key=lambda feature: -feature["distance"])[:_MOST_ROWS]
    rows = [
        Row(
            [one["name"], _number(one["distance"]), _number(one["p_value"])],
            badge=t("drifted") if one["drifted"] else "",
        )
        for one in farthest
    ]
    yield table([t("feature"), t("distance"), t("p-value")], rows) if rows else ""


def _units(units: list[Mapping[str, Any]], t: Any) -> str:
    worst = sorted(units, key=lambda unit: -unit["error"])[:_MOST_ROWS]
    return table(
        ["", t("rows"), t("error")], [Row([one["unit"], f"{one['rows']:,}", _number(one["error"])]) for one in worst]
    )


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"
