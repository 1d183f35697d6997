"""``schema.json`` and keys of format version 1 as those of version 2; deleted when preprocessing writes version 2."""

from typing import Any

import numpy as np
import pandas as pd

_BANDS = (-np.inf, 0.0, 10.0, 20.0, 30.0, np.inf)
_BAND_NAMES = ("below 0 °C", "0 to 10 °C", "10 to 20 °C", "20 to 30 °C", "30 °C and above")
_SLICES = [
    ("hour", [str(hour) for hour in range(24)], {"en": "Hour", "ko": "시각"}),
    ("season", ["Winter", "Spring", "Summer", "Autumn"], {"en": "Season", "ko": "계절"}),
    ("holiday", ["no holiday", "holiday"], {"en": "Holiday", "ko": "공휴일"}),
    ("rain", ["dry", "rain"], {"en": "Rain", "ko": "비"}),
    ("temperature", list(_BAND_NAMES), {"en": "Temperature", "ko": "기온"}),
    ("service", ["open", "closed"], {"en": "Service", "ko": "운영"}),
]
_WORDS = {
    "row": {"en": "hour", "ko": "시간"},
    "rows": {"en": "hours", "ko": "시간"},
    "rentals per hour": {"ko": "시간당 대여 대수"},
    "class 0": {"en": "low", "ko": "낮음"},
    "class 1": {"en": "high", "ko": "높음"},
    "Winter": {"ko": "겨울"},
    "Spring": {"ko": "봄"},
    "Summer": {"ko": "여름"},
    "Autumn": {"ko": "가을"},
    "no holiday": {"ko": "공휴일 아님"},
    "holiday": {"ko": "공휴일"},
    "dry": {"ko": "비 없음"},
    "rain": {"ko": "비"},
    "open": {"ko": "운영"},
    "closed": {"ko": "휴무"},
    "below 0 °C": {"ko": "0 °C 미만"},
    "0 to 10 °C": {"ko": "0–10 °C"},  # noqa: RUF001
    "10 to 20 °C": {"ko": "10–20 °C"},  # noqa: RUF001
    "20 to 30 °C": {"ko": "20–30 °C"},  # noqa: RUF001
    "30 °C and above": {"ko": "30 °C 이상"},
    "purpose of regression": {
        "en": "Predicts the number of bicycles rented in Seoul in an hour, from its calendar and weather."
    },
    "purpose of classification": {
        "en": "Predicts whether the demand for rental bicycles in Seoul in an hour is high or low, from its calendar "
        "and weather."
    },
    "intended uses": {"en": "Planning of bicycles and staff; teaching. Not for decisions about individuals."},
    "risk": {"en": "A wrong prediction puts bicycles in the wrong place."},
    "caveats": {
        "en": "The data covers one city and one year of growing rentals, December 2017 to November 2018. The model is "
        "not validated for other years, other cities, or unprecedented weather. It is trained on measured weather: "
        "with a forecast, the forecast's errors add to its own. Closed hours come from the schedule and are not "
        "predicted. Splits by random hours or days measure interpolation; only the split by time measures forecasting."
    },
    "ethics": {
        "en": "The data contains no personal data and does not distinguish stations. Do not use the model to decide "
        "which neighbourhoods are served."
    },
}


def translate(content: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of version 1 as one of version 2."""
    closed, features = content.get("closed") or {}, content["features"]
    rules = [
        {**closed, "tasks": ["regression", "classification"], "keys_column": "functioning_day", "keys_value": "No"}
    ]
    needing = [feature["name"] for feature in features if feature.get("feature_set", "now") != "now"]
    return {
        **content,
        "format_version": 2,
        "translated": True,
        "dataset": {"name": "seoul-bike", "title": {"en": "Seoul bike demand", "ko": "서울 자전거 수요"}}
        | content["dataset"],
        "options": {"split": content.get("split"), "features": content.get("feature_set")},
        "tasks": {
            "regression": {
                "kind": "regression",
                "target": "rentals",
                "metric": "rmse",
                "minimum": 0,
                "unit": "rentals per hour",
                "label": {"en": "rentals per hour", "ko": "시간당 대여 대수"},
            },
            "classification": {
                "kind": "binary",
                "target": "rentals",
                "metric": "auc",
                "classes": ["0", "1"],
                "threshold": content.get("threshold"),
                "label": {"en": "high demand", "ko": "높은 수요"},
            },
        },
        "rules": rules if closed else [],
        "keys": {
            "columns": ["datetime"],
            "time": "datetime",
            "unit": "day",
            "unit_word": {"en": "day", "ko": "하루"},
            "baseline": ["hour", "weekend", "season"],
            "one_hot": ["hour"],
        },
        "slices": [{"by": by, "column": f"by {by}", "values": values, "title": title} for by, values, title in _SLICES],
        "history": {"hours": content.get("history_hours"), "features": needing} if needing else None,
        "words": _WORDS,
    }


def derive(keys: pd.DataFrame, holiday: Any) -> pd.DataFrame:
    """Add the columns that version 2 names to keys of version 1; ``holiday`` is the feature, or None."""
    hours = pd.to_datetime(keys["datetime"], format="ISO8601")
    no = np.full(len(keys), "")
    made: dict[str, Any] = {
        "day": hours.dt.strftime("%Y-%m-%d"),
        "hour": hours.dt.hour.astype(str),
        "weekend": (hours.dt.weekday >= 5).astype(str),
        "by hour": hours.dt.hour.astype(str),
        "by season": keys["season"],
        "by holiday": no if holiday is None else np.where(holiday == 1, "holiday", "no holiday"),
        "by rain": np.where(keys["rainfall"].astype(float) > 0, "rain", "dry") if "rainfall" in keys else no,
        "by temperature": pd.cut(
            keys["temperature"].astype(float), list(_BANDS), right=False, labels=list(_BAND_NAMES)
        ).astype(str)
        if "temperature" in keys
        else no,
        "by service": np.where(keys["functioning_day"] == "No", "closed", "open") if "functioning_day" in keys else no,
    }
    return keys.assign(**made)
