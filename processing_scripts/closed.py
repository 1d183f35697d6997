"""Hours in which the service is closed: nothing is rented, and there is nothing to learn of demand.

A regression that is trained on them as well spends trees on telling them apart, and where a closed day is the last one
that it sees it takes the silence for a fall of demand: in the split by time that costs half as much error again. So it
learns and is chosen on open hours, and whoever predicts answers 0 where the service is closed. A classification learns
on all hours, of which closed ones are of low demand, so that its model is right without the rule as well.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

CLOSED: dict[str, Any] = {
    "feature": "functioning_day",
    "value": 0,
    "predict": 0,
    "left_out_of": {"regression": ["train", "validation"], "classification": []},
    "meaning": "Where the feature has this value the service is closed, and the prediction is 0 by rule: no rentals, "
    "and no probability of high demand",
}
"""What ``schema.json`` says about closed hours."""


def open_hours(observations: pd.DataFrame) -> pd.DataFrame:
    """The observations of hours in which the service is open."""
    return observations[observations["functioning_day"]]
