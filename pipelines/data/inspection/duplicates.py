"""Rows that occur more than once, exactly or nearly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Values = np.ndarray[Any, Any]

LEAST_SHARE = 0.03
"""Share of the rows that must have an earlier copy, to be worth a warning."""
_MORE_THAN_CHANCE = 5.0
_RICH = 20
"""Distinct values from which a column distinguishes rows."""
_LEAST_RICH = 2
_SAME_COLUMN = 0.95
_NEARLY = 0.01
"""Difference of nearly the same numbers, in standard deviations."""
_COMPARED_ROWS = 5000


class Copies(NamedTuple):
    """Shares of the rows that have an earlier copy."""

    exact: float
    near: float
    """Copies whose numbers differ by little; exact ones included."""


def find_copies(columns: Mapping[str, Values]) -> Copies:
    """Find copies of rows; 0 where chance explains them, as in tables with few different values.

    Arrays of numbers are compared nearly, too; arrays of objects only exactly.
    """
    import numpy as np
    import pandas as pd

    codes = {name: pd.factorize(values)[0] for name, values in columns.items()}
    different = {name: codes[name] if values.dtype == object else values for name, values in columns.items()}
    rich = _independent({name: values for name, values in different.items() if codes[name].max(initial=0) >= _RICH})
    if len(rich) < _LEAST_RICH:
        return Copies(0.0, 0.0)
    near = {
        name: np.round(np.nan_to_num(values) / (_NEARLY * (np.nanstd(values) or 1.0)))
        if values.dtype != object
        else codes[name]
        for name, values in columns.items()
    }
    return Copies(_share(codes, rich), _share({name: pd.factorize(code)[0] for name, code in near.items()}, rich))


def _share(codes: Mapping[str, Values], rich: list[str]) -> float:
    import numpy as np
    import pandas as pd

    copies = pd.DataFrame(dict(codes)).duplicated().mean()
    rows = len(next(iter(codes.values())))
    same = np.prod([np.square(np.bincount(codes[name] + 1) / rows).sum() for name in rich])
    by_chance = 1 - np.exp(-rows * same / 2)
    return float(copies) if copies >= max(LEAST_SHARE, _MORE_THAN_CHANCE * by_chance) else 0.0


def _independent(columns: Mapping[str, Values]) -> list[str]:
    """Choose columns of which none follows from another."""
    import pandas as pd

    ranks = pd.DataFrame({name: values[:_COMPARED_ROWS] for name, values in columns.items()}).rank()
    chosen: list[str] = []
    for name in ranks:
        if all(abs(ranks[name].corr(ranks[other])) < _SAME_COLUMN for other in chosen):
            chosen.append(str(name))
    return chosen
