"""The format of dates and times that are written as text, and times of day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from processing_scripts.reading.clock import hours_of

if TYPE_CHECKING:
    import pandas as pd

LEAST_DIFFERENT = 3
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d(:\d\d){0,2}([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_COMPACT = re.compile(r"(19|20)\d{6}")
_WITH_MONTH = re.compile(r"\d{1,4}[/. -](\d{1,2}|[A-Za-z]{3,9})([/. -]\d{1,4})?([ T].*)?|[A-Za-z]{3,9}\.? .*\d{4}.*")
_DAYS = (
    *("%Y/%m/%d", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y"),
    *("%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%Y-%m", "%Y/%m", "%b %Y"),
)
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_FORMATS = tuple(f"{day}{time}" for day in _DAYS for time in _TIMES)


class DateFormat(NamedTuple):
    """A format of dates."""

    format: str | None
    """As in ``strptime``; None: ISO 8601."""
    other: str | None = None
    """Another format in which all texts are dates, too."""

    def parse(self, texts: pd.Series[str]) -> pd.Series[pd.Timestamp]:
        """Return times, NaT where a text is none."""
        import pandas as pd

        return pd.to_datetime(texts, format=self.format or "ISO8601", errors="coerce", utc=True)


def find_format(texts: Sequence[str]) -> DateFormat | None:
    """Find the format of dates, from different texts in the order of the rows; None if they are no dates.

    If both a day and a month may come first, the format in which the rows are in order of time is chosen.
    """
    import pandas as pd

    if len(texts) < LEAST_DIFFERENT:
        return None
    if all(map(_ISO.fullmatch, texts)):
        iso = DateFormat(None)
        return iso if iso.parse(pd.Series(texts, dtype=object)).notna().all() else None
    if all(map(_COMPACT.fullmatch, texts)):
        return DateFormat("%Y%m%d") if len(texts) >= 20 and _fits("%Y%m%d", texts) else None
    if not all(map(_WITH_MONTH.fullmatch, texts)):
        return None
    found = [each for each in _FORMATS if _fits(each, texts[:5]) and _fits(each, texts)]
    if not found:
        return None
    in_order = [each for each in found if pd.to_datetime(pd.Series(texts), format=each).is_monotonic_increasing]
    chosen = (in_order or found)[0]
    others = [each for each in found if each != chosen]
    return DateFormat(chosen, others[0] if others and len(in_order) != 1 else None)


def is_time_of_day(texts: Sequence[str]) -> bool:
    """Whether all of at least three different texts are times of day."""
    import numpy as np

    first, enough = texts[:5], len(texts) >= LEAST_DIFFERENT
    return enough and all(bool(np.isfinite(hours_of(some, None)).all()) for some in (first, texts))


def _fits(form: str, texts: Sequence[str]) -> bool:
    import pandas as pd

    return bool(pd.to_datetime(pd.Series(texts, dtype=object), format=form, errors="coerce").notna().all())
