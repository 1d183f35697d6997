"""Tables as CSV: the same bytes as pandas writes with six digits."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.output.tables import csv_of

NUMBERS = st.floats(width=64) | st.sampled_from([0.0, -0.0, np.nan, 1e-7, 123456.5, 1234567.0])
TEXTS = st.text(max_size=3) | st.none()
ROWS = st.lists(st.tuples(NUMBERS, st.integers(-9, 9), TEXTS, NUMBERS, st.booleans()), max_size=6)


@settings(deadline=None)
@given(ROWS, st.booleans())
def test_numbers_are_written_as_pandas_would(rows: list[tuple[object, ...]], twice: bool) -> None:
    table = pd.DataFrame(rows, columns=["x", "n", "x" if twice else "text", "y", "flag"])
    table = table.astype({"y": "float64"}).iloc[::-1]
    assert csv_of(table) == table.to_csv(index=False, lineterminator="\n", float_format="%.6g")
