"""The common part of the LightGBM and CatBoost training scripts: hyperparameters, channels, and the model's files.

Data is CSV without a header, the label first; features are named '1' to 'n' by position.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

VALIDATION_SHARE = 0.2
_SPLIT_SEED = 123

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Table:
    """Rows of a data set: features of shape (rows, columns), named '1' to 'n', and labels of shape (rows,)."""

    features: pd.DataFrame
    labels: pd.Series[Any]


@dataclass(frozen=True)
class Data:
    """Training set, validation set, and the names of the categorical features."""

    train: Table
    validation: Table
    categorical: list[str]


def configure_logging() -> None:
    """Log to standard output, from which SageMaker extracts metrics."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s", force=True)


def parse_hyperparameters(parser: argparse.ArgumentParser) -> dict[str, Any]:
    """Parse the command line; log and ignore unknown hyperparameters, as AWS's script does."""
    known, unknown = parser.parse_known_args()
    names = [argument for argument in unknown if argument.startswith("--")]
    if names:
        logger.warning("Ignoring unknown hyperparameters: %s", ", ".join(names))
    return vars(known)


def is_true(text: str) -> bool:
    """Parse a truth value of the command line."""
    return text.strip().lower() in ("true", "1", "yes")


def whole_number(text: str) -> int:
    """Parse an integer of the command line, also one written as 1.0."""
    number = float(text)
    if not number.is_integer():
        raise ValueError(f"{text} is not an integer")
    return int(number)


def whole_number_or_auto(text: str) -> int | None:
    """Parse an integer of the command line; None for Auto, which leaves the choice to the library."""
    return None if text.lower() == "auto" else whole_number(text)


def thread_count(given: int | None) -> int:
    """The number of threads: the given one, or the container's number of CPUs."""
    return given if given is not None and given > 0 else int(os.environ.get("SM_NUM_CPUS", "1"))


def unpack_pretrained() -> dict[str, Any]:
    """Read the description in the artifact of the channel ``model``.

    Raises FileNotFoundError if the channel is missing, or has no archive; the script requires it.
    """
    channel = os.environ.get("SM_CHANNEL_MODEL")
    archives = sorted(Path(channel).glob("*.tar.gz")) if channel else []
    if not archives:
        raise FileNotFoundError("The channel 'model' with the pre-trained model artifact (*.tar.gz) is missing.")
    with tarfile.open(archives[0]) as archive:
        member = archive.extractfile("__models_info__.json")
        if member is None:
            raise FileNotFoundError(f"{archives[0]} contains no __models_info__.json.")
        information: dict[str, Any] = json.load(member)
    return information


def read_data(environment: Mapping[str, str]) -> Data:
    """Read the channels: ``train`` and ``validation``, or one with folders of these names, or one to be split.

    Raises ValueError if there is no training channel, or there are two; FileNotFoundError if a folder has no CSV files.
    """
    given = [environment[name] for name in ("SM_CHANNEL_TRAIN", "SM_CHANNEL_TRAINING") if name in environment]
    if len(given) != 1:
        raise ValueError("Give the training data in one channel, either 'train' or 'training'.")
    channel = Path(given[0])
    train_folder = channel / "train" if (channel / "train").is_dir() else channel
    train = _read_folder(train_folder)
    categorical = _categorical_features(train_folder)
    validation_folder = Path(environment.get("SM_CHANNEL_VALIDATION", channel / "validation"))
    if not validation_folder.is_dir():
        logger.info("No validation data: %d %% of the training data is held out.", 100 * VALIDATION_SHARE)
        return _split(train, categorical)
    if (validation_folder / "validation").is_dir():
        validation_folder /= "validation"
    return Data(train, _read_folder(validation_folder), categorical)


def _read_folder(folder: Path) -> Table:
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise FileNotFoundError(f"There is no *.csv file in {folder}.")
    return _table(pd.concat([pd.read_csv(path, header=None) for path in files], ignore_index=True))


def _table(rows: pd.DataFrame) -> Table:
    features = rows.iloc[:, 1:]
    features.columns = pd.Index([str(number) for number in range(1, rows.shape[1])])
    return Table(features, rows.iloc[:, 0])


def _split(table: Table, categorical: list[str]) -> Data:
    held_out = table.features.sample(frac=VALIDATION_SHARE, random_state=_SPLIT_SEED).index
    kept = table.features.index.difference(held_out)
    return Data(
        Table(table.features.loc[kept], table.labels.loc[kept]),
        Table(table.features.loc[held_out], table.labels.loc[held_out]),
        categorical,
    )


def _categorical_features(folder: Path) -> list[str]:
    """The names of the columns in the folder's JSON file, which counts the label as column 0."""
    files = sorted(folder.glob("*.json"))
    if not files:
        return []
    if len(files) > 1:
        raise ValueError(
            f"There is more than one JSON file in {folder}; keep only the one with the categorical columns."
        )
    content = json.loads(files[0].read_text(encoding="utf-8"))
    return [str(int(number)) for number in next(iter(content.values()))]


def add_serving_files(model_folder: Path, information: dict[str, Any]) -> None:
    """Add to the model's folder the files that serve it: ``code/`` and ``__models_info__.json``."""
    shutil.copytree(Path(__file__).parent / "inference", model_folder / "code")
    (model_folder / "__models_info__.json").write_text(json.dumps(information, indent=1), encoding="utf-8")
