"""Tables to try the commands and the models on: scikit-learn's, UCI's where they are at hand, and constructed ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import datasets

DATA = "PUBLIC_TABLES"
"""The variable that names the folder with abalone.csv, bank-full.csv and washington-bikes-hour.csv of UCI."""
FROM_UCI = {"abalone": "9", "bank-full": "y", "washington-bikes-hour": "cnt"}
"""Targets; abalone.csv has no header, so its target is a position."""
FROM_SKLEARN = ("iris", "wine", "breast_cancer", "diabetes", "digits")


class Written(NamedTuple):
    """What ``dataset init`` is told."""

    source: Path
    """A file or a folder."""
    target: str


def write_table(name: str, folder: Path, data: Path | None = None) -> Written:
    """Write a table into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if name in FROM_UCI:
        path = folder / f"{name}.csv"
        path.write_bytes(((data or Path(os.environ[DATA])) / path.name).read_bytes())
        return Written(path, FROM_UCI[name])
    if name in FROM_SKLEARN:
        options = {"scaled": False} if name == "diabetes" else {}
        loaded = getattr(datasets, f"load_{name}")(as_frame=True, **options)
        named = name not in {"diabetes", "digits"}
        frame = loaded.frame.assign(target=loaded.target_names[loaded.target]) if named else loaded.frame
        frame.to_csv(folder / f"{name}.csv", index=False)
        return Written(folder / f"{name}.csv", "target")
    return CONSTRUCTED[name](folder)


def _shop(rows: int = 400) -> pd.DataFrame:
    """Visits to a shop: numbers, a category, a truth, a time, and what was spent."""
    random = np.random.default_rng(5)
    minutes, age = random.gamma(2, 9, rows).round(1), random.integers(16, 80, rows)
    district = random.choice(["Mapo", "Jongno", "Gangnam", "Songpa"], rows)
    member = random.random(rows) < 0.4
    spent = minutes * np.where(member, 3, 1) + 20 * (age > 60) * (district == "Mapo") + random.normal(10, 4, rows)
    visited = pd.Timestamp("2024-01-01 09:00") + pd.to_timedelta(random.integers(0, 300 * 1440, rows), "min")
    columns = {"minutes": minutes, "age": age, "district": district, "member": member, "visited": visited}
    return pd.DataFrame({**columns, "spent": spent.round(2).clip(0)})


def _korean(folder: Path) -> Written:
    frame = _shop().rename(columns={"minutes": "체류 시간(분)", "age": "나이", "district": "자치구", "spent": "구매액"})
    names = {"Mapo": "마포구", "Jongno": "종로구", "Gangnam": "강남구", "Songpa": "송파구"}
    frame["자치구"] = frame["자치구"].map(names)
    frame.to_csv(folder / "매장.csv", index=False, sep=";", decimal=",", encoding="cp949")
    return Written(folder / "매장.csv", "구매액")


def _parquet(folder: Path) -> Written:
    frame = _shop().astype({"district": "category"})
    frame.loc[::9, "age"] = pd.NA
    frame.to_parquet(folder / "shop.parquet")
    return Written(folder / "shop.parquet", "spent")


def _parts(folder: Path, write: str) -> Written:
    (folder / "visits").mkdir()
    for number in range(3):
        part = _shop()[number::3].drop(columns="visited")
        if write == "csv":
            part.to_csv(folder / "visits" / f"part-{number}.csv", index=False)
        else:
            part.to_parquet(folder / "visits" / f"part-{number}.parquet")
    return Written(folder / "visits", "member")


def _classes(folder: Path, rows_of_class: list[int]) -> Written:
    random = np.random.default_rng(7)
    labels = np.repeat(np.arange(len(rows_of_class)), rows_of_class)
    centres = random.normal(0, 3, (len(rows_of_class), 4))
    frame = pd.DataFrame(centres[labels] + random.normal(0, 1, (len(labels), 4)), columns=[*"abcd"]).round(2)
    frame.assign(kind=[f"kind {label:02}" for label in labels]).sample(frac=1, random_state=1).to_csv(
        folder / "kinds.csv", index=False
    )
    return Written(folder / "kinds.csv", "kind")


def _columns(folder: Path, count: int, rows: int) -> Written:
    random = np.random.default_rng(count)
    frame = pd.DataFrame(random.normal(0, 1, (rows, count - 1)).round(3)).rename(columns="measure {}".format)
    bought = frame["measure 0"] * frame["measure 1"] + random.normal(0, 0.3, rows) > 0
    frame.assign(bought=np.where(bought, "yes", "no")).to_csv(folder / "measures.csv", index=False)
    return Written(folder / "measures.csv", "bought")


def _missing(folder: Path) -> Written:
    frame = _shop().astype(object)
    for at, (column, marker) in enumerate({"minutes": "?", "age": "-", "district": "unknown", "member": ""}.items()):
        frame.loc[at :: 7 + at, column] = marker
    frame.to_csv(folder / "holes.csv", index=False)
    return Written(folder / "holes.csv", "spent")


CONSTRUCTED: dict[str, Callable[[Path], Written]] = {
    "korean": _korean,
    "parquet": _parquet,
    "folder": lambda folder: _parts(folder, "csv"),
    "parquet-folder": lambda folder: _parts(folder, "parquet"),
    "thirty-classes": lambda folder: _classes(folder, [25] * 30),
    "lonely-class": lambda folder: _classes(folder, [80, 60, 1]),
    "three-columns": lambda folder: _columns(folder, 3, 300),
    "seventy-columns": lambda folder: _columns(folder, 70, 500),
    "missing": _missing,
    "two-hundred-rows": lambda folder: _columns(folder, 6, 200),
}
