"""Data frames as files for the commands' functions, and their files as data frames."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@contextmanager
def as_file(hours: pd.DataFrame) -> Iterator[Path]:
    """Write raw hours to a temporary CSV file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hours.csv"
        hours.to_csv(path, index=False)
        yield path


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file of the results."""
    import pandas as pd

    return with_times(pd.read_csv(path))


def with_times(table: pd.DataFrame) -> pd.DataFrame:
    """Give the column ``datetime``, where there is one, its type."""
    return table.astype({"datetime": "datetime64[s]"}) if "datetime" in table.columns else table
