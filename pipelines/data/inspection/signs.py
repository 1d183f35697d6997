"""Signs that all numbers of a column have, such as ``%``, ``€`` or ``kg``."""

from __future__ import annotations

import re
from collections.abc import Collection

from pipelines.data.inspection.columns import MARKERS
from pipelines.data.inspection.numbers import MARKS

LEAST_DIFFERENT = 10
"""Different numbers before letters that are a unit; fewer may be codes, such as 4G and 5G."""
_SYMBOLS = r"[%‰$€£¥₩₹₽₺₫฿°]|USD|EUR|GBP|CHF|JPY|KRW|CNY|INR"
_UNIT = r"[^\W\d_]{1,4}|°[CF]"
_NUMBER = r"\d[\d.,'\s]*?|[.,]\d+"
_SIGNED = re.compile(
    rf"[+-]?(?:(?P<before>{_SYMBOLS})\s*[+-]?(?P<number>{_NUMBER})"
    rf"|(?P<other>{_NUMBER})\s*(?P<after>{_SYMBOLS}|{_UNIT}))"
)


def find_sign(texts: Collection[str]) -> str | None:
    """Return the sign that all texts have before or after a number, apart from markers of missing ones."""
    signs: set[str] = set()
    numbers = 0
    for text in texts:
        if text.lower() in MARKERS:
            continue
        match = _SIGNED.fullmatch(text)
        if match is None or all(marks.value(match["number"] or match["other"]) is None for marks in MARKS):
            return None
        signs.add(match["before"] or match["after"])
        numbers += 1
        if len(signs) > 1:
            return None
    sign = signs.pop() if signs else None
    if sign is None or re.fullmatch(_SYMBOLS, sign):
        return sign
    return sign if numbers >= LEAST_DIFFERENT and sign.lower() not in {"am", "pm"} else None
