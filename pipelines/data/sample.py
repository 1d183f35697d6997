"""A generated sample of the same schema and length, for a machine without network.

Every row has the mark, so that whatever is made from the sample is recognized.
"""

import io

MARK = "Generated Sample"
GENERATED_SAMPLE = "generated-sample"
"""The kind of data set in the schema, the report and the metadata of a model."""
MEANS_NOTHING = "trained on a generated sample, whose numbers mean nothing"
SEED = 560
"""Fixed, so that every machine generates the same file: the number of the published data set."""


def generate_sample() -> bytes:
    """Generate 8,760 hours from 2017-12-01 on, with plausible weather and rentals."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(SEED)
    hours = pd.date_range("2017-12-01", periods=8760, freq="h")
    hour, day = hours.hour.to_numpy(), hours.dayofyear.to_numpy()
    season_wave = np.sin(2 * np.pi * (day - 110) / 365)
    daylight = np.clip(np.sin(np.pi * (hour - 6) / 13), 0, None) * (hour > 5) * (hour < 20)
    temperature = 12 + 14 * season_wave + 4 * np.sin(2 * np.pi * (hour - 9) / 24) + random.normal(0, 2.5, 8760)
    humidity = np.clip(58 + 10 * season_wave - 12 * daylight + random.normal(0, 12, 8760), 10, 98).round()
    rain = np.where(random.random(8760) < 0.06, random.exponential(2, 8760), 0).round(1)
    snow = np.where((temperature < 0) & (random.random(8760) < 0.1), random.exponential(1.5, 8760), 0).round(1)
    open_day = np.repeat(random.random(365) > 0.03, 24)
    holiday = np.repeat(random.random(365) < 0.05, 24)
    commute = np.exp(-((hour - 8) ** 2) / 4) + 1.5 * np.exp(-((hour - 18) ** 2) / 8) + 0.6 * daylight + 0.15
    comfort = np.clip(1.2 - ((temperature - 22) / 26) ** 2, 0.08, None) * np.where(rain > 0, 0.3, 1)
    weekday = np.where((hours.dayofweek.to_numpy() < 5) & ~holiday, 1.0, 0.8)
    rentals = 700 * commute * comfort * weekday * random.lognormal(0, 0.18, 8760)
    frame = pd.DataFrame(
        {
            "Date": hours.strftime("%d/%m/%Y"),
            "Rented Bike Count": np.where(open_day, np.clip(rentals, 2, None).round(), 0).astype(int),
            "Hour": hour,
            "Temperature(°C)": temperature.round(1),
            "Humidity(%)": humidity.astype(int),
            "Wind speed (m/s)": random.gamma(2.5, 0.7, 8760).round(1),
            "Visibility (10m)": np.clip(random.normal(1500, 550, 8760), 50, 2000).round().astype(int),
            "Dew point temperature(°C)": (temperature - (100 - humidity) / 5).round(1),
            "Solar Radiation (MJ/m2)": (daylight * (1.6 + 0.9 * season_wave)).clip(0).round(2),
            "Rainfall(mm)": rain,
            "Snowfall (cm)": snow,
            "Seasons": pd.Series(hours.month).map(_season).to_numpy(),
            "Holiday": np.where(holiday, "Holiday", "No Holiday"),
            "Functioning Day": np.where(open_day, "Yes", "No"),
            MARK: "Yes",
        }
    )
    content = io.BytesIO()
    frame.to_csv(content, index=False, encoding="cp1252", lineterminator="\r\n")
    return content.getvalue()


def _season(month: int) -> str:
    return ("Winter", "Spring", "Summer", "Autumn")[month % 12 // 3]
