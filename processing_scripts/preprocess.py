"""Preprocess: read the raw CSV file, and write the data sets of the built-in algorithms.

``python -m processing_scripts.preprocess --split days --features history --seed 42 --threshold-quantile 0.5`` reads one
CSV file from each of ``<input>/data`` and ``<input>/batch`` and writes below ``<output>``::

    regression/{train,validation,test}/data.csv       label first, no header: rentals per hour; train and validation
                                                      contain open hours only (see ``closed`` in the schema)
    classification/{train,validation,test}/data.csv   label first, no header: 1 where rentals are above the threshold
    batch/data.csv                                    features only, no header
    keys/{train,validation,test,batch}.csv            identity of each row, with a header
    schema/schema.json                                see processing_scripts.schema
    schema/data-report.json                           see processing_scripts.data_report.statistics
    schema/data-report.html                           the same as a page

and, with ``--batch-format recordio``, the training, validation and batch rows in RecordIO as well::

    recordio/{regression,classification}/{train,validation}/data.recordio
    recordio/batch/data.recordio

If the batch file is the data file, the test set is the batch. Another batch file must start with the history of the
hours to predict, or continue the data (`processing_scripts.seoul_bike.features.history`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from processing_scripts.data_report.page import render
from processing_scripts.data_report.statistics import data_report
from processing_scripts.errors import PreprocessingError
from processing_scripts.outputs import write_json, write_keys, write_part, write_recordio
from processing_scripts.schema import Drawn, Schema, describe
from processing_scripts.seoul_bike.features.build import make_features
from processing_scripts.seoul_bike.features.catalogue import FEATURE_SETS, FeatureSet, features_for
from processing_scripts.seoul_bike.features.history import WithHistory, with_history
from processing_scripts.seoul_bike.reading.checks import (
    check_both_classes,
    check_hours_complete,
    check_hours_differ,
    check_open_hours,
)
from processing_scripts.seoul_bike.reading.observations import (
    Observations,
    open_hours,
    read_observations,
    sha256_of,
    the_only_file,
)
from processing_scripts.seoul_bike.splits import PARTS, SPLITS, Split, split_hours

_EXIT_MESSAGE_BYTES = 1024


@dataclass(frozen=True)
class Preprocessed:
    """The result of preprocessing; complete before anything is written."""

    observations: dict[str, pd.DataFrame]
    """By set, including ``batch``: the hours in chronological order."""
    features: dict[str, pd.DataFrame]
    """By set: one row per hour."""
    schema: Schema


def preprocess(
    data: Path,
    batch: Path,
    *,
    split: Split,
    feature_set: FeatureSet,
    seed: int,
    threshold_quantile: float,
    task: str | None = None,
) -> Preprocessed:
    """Read, check and split the data for a task, or for both, and calculate its features.

    Raises `PreprocessingError` if the data is invalid, ambiguous, or too little for the split.
    """
    observed = read_observations(data, with_rentals=True)
    check_hours_differ(observed.frame)
    check_hours_complete(observed.frame)
    parts = _parts(observed, split, seed)
    threshold = float(parts["train"]["rentals"].quantile(threshold_quantile))
    if task != "regression":
        check_both_classes(parts, threshold)
    check_open_hours({part: parts[part] for part in (("train",) if task == "classification" else PARTS)})
    to_predict = _batch(batch, observed, parts["test"], feature_set)
    names = [feature.name for feature in features_for(split, feature_set)]
    made = make_features(observed.frame, feature_set, observed.frame)[names]
    features = {part: made.loc[frame.index] for part, frame in parts.items()}
    if to_predict.observations is parts["test"]:
        features["batch"] = features["test"]
    else:
        features["batch"] = make_features(to_predict.observations, feature_set, to_predict.known)[names]
    schema = describe(observed, features, Drawn(feature_set, split, seed, threshold, threshold_quantile))
    return Preprocessed({**parts, "batch": to_predict.observations}, features, schema)


def write(made: Preprocessed, output: Path, batch_format: str = "csv") -> None:
    """Write all outputs below a directory."""
    for path, features, label in _parts_to_write(made):
        write_part(output / path, features, label)
        if batch_format == "recordio" and path.name != "test":
            write_recordio(output / "recordio" / path, features, label)
    for part, observations in made.observations.items():
        write_keys(output / "keys" / f"{part}.csv", observations)
    write_json(output / "schema" / "schema.json", made.schema)
    described = data_report({part: made.observations[part] for part in PARTS})
    write_json(output / "schema" / "data-report.json", described)
    (output / "schema" / "data-report.html").write_text(render(described, made.schema), encoding="utf-8")


def _parts_to_write(made: Preprocessed) -> Iterator[tuple[Path, pd.DataFrame, pd.Series[float] | None]]:
    """Yield the folder, the features and the labels of each file."""
    threshold = made.schema["threshold"]
    for part in PARTS:
        features, rentals = made.features[part], made.observations[part]["rentals"]
        learned = rentals.index if part == "test" else open_hours(made.observations[part]).index
        yield Path("regression", part), features.loc[learned], rentals.loc[learned]
        yield Path("classification", part), features, (rentals > threshold).astype("float64")
    yield Path("batch"), made.features["batch"], None


def _parts(observed: Observations, split: Split, seed: int) -> dict[str, pd.DataFrame]:
    frame = observed.frame.sort_values("datetime")
    part_of = split_hours(frame["datetime"], split, seed)
    return {part: frame[part_of == part] for part in PARTS}


def _batch(path: Path, observed: Observations, test: pd.DataFrame, feature_set: FeatureSet) -> WithHistory:
    if sha256_of(path) == observed.sha256:
        return WithHistory(test, observed.frame)
    batch = read_observations(path, with_rentals=False)
    check_hours_differ(batch.frame)
    return with_history(batch.frame.sort_values("datetime"), observed.frame, feature_set)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="preprocess", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--split", choices=SPLITS, default="days", help="how the sets are drawn (default: %(default)s)")
    parser.add_argument(
        "--features",
        choices=FEATURE_SETS,
        default="history",
        help="feature set: current weather, weather of the week before as well, or past demand as well "
        "(default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=42, help="seed of the split (default: %(default)s)")
    parser.add_argument(
        "--threshold-quantile",
        type=_quantile,
        default=0.5,
        help="quantile of the training set's rentals (default: %(default)s)",
    )
    parser.add_argument(
        "--task",
        choices=("regression", "classification"),
        help="the only task to train, so that the data is not checked for the other (default: both)",
    )
    parser.add_argument(
        "--batch-format",
        choices=("csv", "recordio"),
        default="csv",
        help="recordio: write RecordIO files as well (default: %(default)s)",
    )
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output"))
    parser.add_argument(
        "--message", type=Path, default=Path("/opt/ml/output/message"), help="file for the failure reason"
    )
    return parser.parse_args(arguments)


def _quantile(text: str) -> float:
    quantile = float(text)
    if not 0 < quantile < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return quantile


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the processing job; return 0 on success, or 1 with the reason on stderr."""
    options = _arguments(arguments)
    try:
        made = preprocess(
            the_only_file(options.input / "data"),
            the_only_file(options.input / "batch"),
            split=options.split,
            feature_set=options.features,
            seed=options.seed,
            threshold_quantile=options.threshold_quantile,
            task=options.task,
        )
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        options.message.parent.mkdir(parents=True, exist_ok=True)
        options.message.write_text(str(error).encode()[:_EXIT_MESSAGE_BYTES].decode(errors="ignore"), encoding="utf-8")
        return 1
    write(made, options.output, options.batch_format)
    return 0


if __name__ == "__main__":
    sys.exit(main())
