"""Times of day, such as ``07:30`` or ``7:30:00 PM``, as hours since midnight."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_EVENING = ("pm", "오후")
_HALF = r"[ap]\.?m\.?|오전|오후"
_TIME = re.compile(
    rf"(?P<before>{_HALF})?\s*(?P<hour>\d\d?):(?P<minute>[0-5]\d)(:(?P<second>[0-5]\d([.,]\d+)?))?\s*(?P<after>{_HALF})?",
    re.ASCII | re.IGNORECASE,
)


def hours_of(texts: Iterable[str], form: str | None) -> npt.NDArray[np.float64]:
    """Return the hours since midnight of each text, NaN where it is no time of day.

    Parameters
    ----------
    form
        Format as in ``strptime``; None: hours and minutes, perhaps with seconds, AM or PM.
    """
    import numpy as np
    import pandas as pd

    if form is None:
        return np.array([_hours(text) for text in texts], dtype="float64")
    times: pd.Series[Any] = pd.to_datetime(pd.Series([*texts], dtype=object), format=form, errors="coerce")
    return np.asarray((times - times.dt.normalize()).dt.total_seconds() / 3600, dtype="float64")


def _hours(text: str) -> float:
    """Read a text.

    Examples
    --------
    >>> _hours("07:30"), _hours("7:30:36 PM"), _hours("12:15 a.m."), _hours("24:00"), _hours("13:00 PM")
    (7.5, 19.51, 0.25, 24.0, nan)
    """
    match = _TIME.fullmatch(text)
    if match is None or (match["before"] and match["after"]):
        return float("nan")
    half = (match["before"] or match["after"] or "").lower().replace(".", "")
    hour, minutes = int(match["hour"]), int(match["minute"]) + float((match["second"] or "0").replace(",", ".")) / 60
    if half:
        hours = hour % 12 + 12 * (half in _EVENING) + minutes / 60 if hour <= 12 else float("nan")
    else:
        hours = hour + minutes / 60
    return hours if hours <= 24 else float("nan")
