"""The functions that the code beside a table's data set file may define.

::

    def make_features(frame):         # returns a frame with the same index: all its columns are features
    def split(frame, seed):           # for [split] by = "code": returns "train", "validation" or "test" by row

The frame contains the features and the time of consecutive rows, never the target: numbers and booleans are float64
(NaN where missing), categories are texts (None where missing), times are datetime64, times of day float64 in hours. A
frame may have any number of rows, so that a result must depend on its row alone. For `split`, the frame contains the
keys and groups, too.
"""

from __future__ import annotations

import types
from pathlib import Path

import pandas as pd

from processing_scripts.datasets import PARTS
from processing_scripts.errors import CodeError


def made_features(code: types.ModuleType | None, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the features of a frame; the frame itself if there is no code for it.

    Raises `CodeError` if the code fails, or returns something else.
    """
    if not hasattr(code, "make_features"):
        return frame
    assert code is not None
    try:
        made = code.make_features(frame.copy())
        if not isinstance(made, pd.DataFrame) or not made.index.equals(frame.index):
            raise TypeError("its result is not a DataFrame with the index of its argument")
    except Exception as error:
        raise CodeError(_path(code), "make_features failed", error) from error
    return made.rename(columns=str)


def own_split(code: types.ModuleType | None, frame: pd.DataFrame, seed: int) -> pd.Series[str]:
    """Return the set of each row.

    Raises `CodeError` if there is no function for it, the code fails, or returns something else.
    """
    assert code is not None
    try:
        parts = pd.Series(code.split(frame.copy(), seed), index=frame.index)
        if not parts.isin(PARTS).all():
            raise ValueError(f"its result contains something else than {', '.join(PARTS)}")
    except Exception as error:
        raise CodeError(_path(code), "split failed", error) from error
    return parts


def _path(code: types.ModuleType) -> Path:
    return Path(str(code.__file__))
