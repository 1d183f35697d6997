"""The sentence on how the selected candidate compares with the champion."""

from typing import Any

from evaluation.page.texts import Texts
from html_page.elements import paragraph


def sentence(champion: dict[str, Any], metric: str, texts: Texts) -> str:
    """Say it in one sentence; ``champion`` is as in `evaluation.champion.comparison`."""
    if champion["status"] == "none":
        return texts("champion none")
    version = champion.get("version", "?")
    if champion["status"] == "sample":
        return texts("champion sample", version=version)
    if champion["status"] == "failed":
        return texts("champion failed", version=version, reason=champion["reason"])
    if champion["verdict"] is None:
        return texts("champion too few", version=version)
    parts = "; ".join(_part(part, metric, texts) for part in champion["parts"] if part["verdict"] is not None)
    return texts(f"champion {champion['verdict']}", version=version, parts=parts)


def champion_note(champion: dict[str, Any], metric: str, texts: Texts) -> str:
    """Return the sentence as a paragraph, as a warning unless the verdict passes."""
    return paragraph(sentence(champion, metric, texts), "note" if champion["passes"] == "yes" else "warning")


def _part(part: dict[str, Any], metric: str, texts: Texts) -> str:
    low, high = (texts.number(bound, metric) for bound in part["interval"])
    return texts(
        "champion part",
        metric=texts(metric),
        challenger=texts.number(part["challenger"], metric),
        champion=texts.number(part["champion"], metric),
        difference=texts.number(part["difference"], metric),
        low=low,
        high=high,
        rows=f"{part['rows']:,}",
        part=texts(f"champion {part['name']}"),
    )
