"""Raw files: a small seeded one, and the real one from SEOUL_BIKE_DATA."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from processing_scripts import preprocess
from processing_scripts.seoul_bike.reading.dates import season_of


def make_raw_frame(first: str = "2018-04-20", hours: int = 60 * 24, seed: int = 0) -> pd.DataFrame:
    """Hours as the UCI file writes them, all cells as text; every tenth day the service is closed."""
    generator = np.random.default_rng(seed)
    starts = pd.date_range(first, periods=hours, freq="h")
    temperature = 12 + 10 * np.sin((starts.hour - 9) * np.pi / 12) + generator.normal(0, 3, hours)
    open_ = np.array((starts.day % 10) != 0)
    rentals = np.where(open_, generator.poisson(200 + 20 * starts.hour + 10 * np.maximum(temperature, 0)) + 2, 0)
    columns = {
        "Date": starts.strftime("%d/%m/%Y"),
        "Rented Bike Count": rentals,
        "Hour": starts.hour,
        "Temperature(°C)": temperature.round(1),
        "Humidity(%)": generator.integers(20, 99, hours),
        "Wind speed (m/s)": generator.gamma(2, 0.8, hours).round(1),
        "Visibility (10m)": generator.integers(100, 2001, hours),
        "Dew point temperature(°C)": (temperature - generator.gamma(2, 3, hours)).round(1),
        "Solar Radiation (MJ/m2)": np.maximum(0, np.sin((starts.hour - 6) * np.pi / 12)).round(2),
        "Rainfall(mm)": np.where(generator.random(hours) < 0.05, generator.gamma(1, 2, hours).round(1), 0),
        "Snowfall (cm)": np.zeros(hours, dtype=int),
        "Seasons": [season_of(day) for day in starts.date],
        "Holiday": np.where(starts.strftime("%m-%d") == "05-22", "Holiday", "No Holiday"),
        "Functioning Day": np.where(open_, "Yes", "No"),
    }
    return pd.DataFrame(columns).astype(str)


def to_bytes(frame: pd.DataFrame, *, encoding: str = "cp1252", separator: str = ",", line_end: str = "\r\n") -> bytes:
    """A frame as the bytes of a CSV file; by default with the columns of the UCI file."""
    return frame.to_csv(index=False, sep=separator, lineterminator=line_end).encode(encoding)


@dataclass(frozen=True)
class Job:
    """How a preprocessing job ended."""

    exit_code: int
    message: str
    output: Path

    def table(self, path: str) -> pd.DataFrame:
        header = 0 if path.startswith("keys/") else None
        return pd.read_csv(self.output / path, header=header)


@pytest.fixture(scope="session")
def raw_frame() -> Callable[..., pd.DataFrame]:
    return make_raw_frame


@pytest.fixture(scope="session")
def csv_bytes() -> Callable[..., bytes]:
    return to_bytes


@pytest.fixture(scope="session")
def read(tmp_path_factory) -> Callable[..., pd.DataFrame]:
    """Read bytes as a raw file; the observations come back."""
    from processing_scripts.seoul_bike.reading.observations import read_observations

    directory = tmp_path_factory.mktemp("read")

    def read(data: bytes, *, with_rentals: bool = True) -> pd.DataFrame:
        path = directory / "bikes.csv"
        path.write_bytes(data)
        return read_observations(path, with_rentals=with_rentals).frame

    return read


@pytest.fixture(scope="session")
def run_job(tmp_path_factory) -> Callable[..., Job]:
    """Run the job's main function on the bytes of a data file, and of a batch file where it is another."""

    def run(data: bytes, *arguments: str, batch: bytes | None = None) -> Job:
        root = tmp_path_factory.mktemp("job")
        for name, content in (("data", data), ("batch", data if batch is None else batch)):
            (root / "input" / name).mkdir(parents=True)
            (root / "input" / name / "bikes.csv").write_bytes(content)
        message = root / "message"
        places = ["--input", str(root / "input"), "--output", str(root / "output"), "--message", str(message)]
        code = preprocess.main([*arguments, *places])
        return Job(code, message.read_text() if message.exists() else "", root / "output")

    return run


@pytest.fixture(scope="session")
def real_file() -> Path:
    """The UCI file itself; tests that need it are skipped where it is not named."""
    named = os.environ.get("SEOUL_BIKE_DATA")
    if not named:
        pytest.skip("needs the real data: set SEOUL_BIKE_DATA to the path of SeoulBikeData.csv")
    return Path(named)
