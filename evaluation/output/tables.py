"""Tables as CSV, with numbers of six digits."""

from typing import Any

import numpy as np
import pandas as pd


def csv_of(table: pd.DataFrame) -> str:
    """Return a table as CSV, without its index; missing cells are empty."""
    columns = [_short(table.iloc[:, at]) for at in range(len(table.columns))]
    return pd.concat(columns, axis=1).to_csv(index=False, lineterminator="\n")


def _short(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Write each different number once: pandas would call a function for each cell."""
    if not pd.api.types.is_float_dtype(column):
        return column
    # By their bits, because 0 and -0 are equal.
    bits = column.to_numpy(dtype="float64", na_value=np.nan).view("int64")
    positions, different = pd.factorize(bits)
    texts = [f"{number:.6g}" if number == number else "" for number in different.view("float64")]  # noqa: PLR0124 - NaN
    return pd.Series(np.array(texts, dtype=object)[positions], index=column.index, name=column.name)
