"""What alarms, in a sentence each."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from evaluation.monitoring.quality import WORSE
from evaluation.monitoring.texts import TRANSLATIONS
from html_page.translations import Language


def alarms(found: Mapping[str, Any], language: Language) -> list[str]:
    """Return the sentences of the content of ``monitoring.json``; none if nothing alarms."""
    t = partial(TRANSLATIONS.text, language)
    return [t(key, **values) for key, values in _alarms(found, t)]


def _alarms(found: Mapping[str, Any], t: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the key of each sentence, and its values."""
    quality = found["quality"]
    if quality["verdict"] == WORSE:
        yield (
            "alarm quality",
            {"metric": quality["metric"], **{key: _shown(quality[key], t) for key in ("window", "test")}},
        )
    if found.get("calibration", {}).get("verdict") == WORSE:
        yield "alarm calibration", {"bias": f"{found['calibration']['window']['value']:+.3f}"}
    if violated := found["violations"]:
        what = t(violated[0]["constraint_check_type"], **violated[0]["values"])
        first = f"{violated[0]['feature_name']}: {what.rstrip('.')}"
        yield "alarm violations", {"count": len(violated), "first": first}
    if drifted := [feature for feature in found["drift"]["features"] if feature["drifted"]]:
        first = drifted[0]
        when = "since" if "since" in first else "everywhere"
        yield f"alarm drift {when}", {"count": len(drifted), "first": first["name"], "since": first.get("since")}


def _shown(measured: Mapping[str, Any], t: Any) -> str:
    low, high = measured["interval"]
    return f"{measured['value']:.4g} ({t('between', low=f'{low:.4g}', high=f'{high:.4g}')})"
