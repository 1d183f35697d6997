"""Reading the data of a channel, in the formats of the built-in XGBoost and with its messages.

XGBoost's own readers are used wherever the container uses them, so that input that they accept (a header row, text
cells, ragged rows) is accepted here too.
"""

import csv
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import xgboost

from local_sagemaker.containers.errors import UserError
from local_sagemaker.containers.recordio.records import read_matrix

logger = logging.getLogger(__name__)

_MAX_DEPTH = 3
"""The number of levels below the channel's folder that files are read from."""


def size_of(channel: Path) -> int:
    """The bytes in a channel's folder. Raises UserError if there is a hidden file."""
    if not channel.exists():
        logger.info("Path %s does not exist!", channel)
        return 0
    files = [channel] if channel.is_file() else [path for path in channel.rglob("*") if path.is_file()]
    if any(path.name.startswith(".") for path in files):
        raise UserError("Hidden file found in the data path! Remove that before training.")
    return sum(path.stat().st_size for path in files)


def check_format(channel: Path, content_type: str) -> None:
    """Check the first lines of files in text formats.

    Raises UserError if a CSV file has no recognizable delimiter, or a line is not LIBSVM.
    """
    check = {"csv": _check_csv, "libsvm": _check_libsvm}.get(content_type)
    for path in _first_leaf_files(channel) if check else ():
        check(path)  # type: ignore[misc]  # the loop is empty without a check


def read(channels: Sequence[Path], content_type: str, *, weighted: bool) -> xgboost.DMatrix:
    """Read all files of one or several channels into one matrix; the label is the first column.

    ``weighted`` (CSV only): the second column is the row's weight. Raises UserError if the data cannot be read, or has
    no labels.
    """
    reader: Callable[[Path], xgboost.DMatrix] = {
        "csv": lambda folder: _read_csv(folder, weighted=weighted),
        "libsvm": lambda folder: xgboost.DMatrix(f"{folder}?format=libsvm"),
        "parquet": _read_parquet,
        "recordio-protobuf": _read_recordio,
    }[content_type]
    logger.info("files path: %s", ", ".join(map(str, channels)))
    with tempfile.TemporaryDirectory() as flat:
        _link_files(channels, Path(flat))
        try:
            matrix = reader(Path(flat))
        except UserError:
            raise
        except Exception as error:
            raise UserError(f"Failed to load {content_type} data with exception:\n{error}") from error
    if matrix.get_label().size == 0:
        raise UserError(
            "Got input data without labels. Please check the input data set. "
            "If training job is running on multiple instances, please switch "
            "to using single instance if number of records in the data set "
            "is less than number of workers (16 * number of instance) in the cluster."
        )
    return matrix


def warn_of_duplicates(train: Path, validation: Path) -> None:
    """Log a warning for files of the same name and size in both channels."""
    for path in sorted(train.iterdir()):
        other = validation / path.name
        if path.is_file() and other.is_file() and path.stat().st_size == other.stat().st_size:
            logger.warning(
                "Suspected identical files found. (%s and %s with same size %d bytes). Note: Duplicate data in the "
                "training set and validation set is usually not intentional and can impair the validity of the model "
                "evaluation by the validation score.",
                path,
                other,
                path.stat().st_size,
            )


def _first_leaf_files(channel: Path) -> list[Path]:
    """The data files of the first folder that has no folders in it."""
    if channel.is_file():
        return [channel]
    leaf = next(Path(parent) for parent, folders, _ in os.walk(channel) if not folders)
    files = sorted(path for path in leaf.iterdir() if path.is_file() and not path.name.startswith(("_", ".")))
    return [path for path in files if not (".cache" in path.name and ("dtrain" in path.name or "dval" in path.name))]


def _delimiter_of(path: Path, errors: str = "ignore") -> str:
    with path.open(encoding="utf-8", errors=errors) as file:
        line = file.readline()
    try:
        delimiter = csv.Sniffer().sniff(line).delimiter
    except csv.Error as error:
        raise UserError(f"Could not determine delimiter on line {line[:50]}:\n{error}") from error
    logger.info("Determined delimiter of CSV input is '%s'", delimiter)
    return delimiter


def _check_csv(path: Path) -> None:
    _delimiter_of(path)


def _check_libsvm(path: Path) -> None:
    with path.open(encoding="utf-8", errors="ignore") as file:
        for line in file:
            features = _libsvm_features(line)
            if features is None:
                raise UserError(
                    f"First line '{line[:50]}...' of file '{path.name}' is not 'LIBSVM' format. "
                    "Please ensure the file is in 'LIBSVM' format."
                )
            if features > 1:
                return
    logger.warning("File %s is not an invalid LIBSVM file but has no features. Accepting simple validation.", path.name)


def _libsvm_features(line: str) -> int | None:
    """The number of features in a line of LIBSVM; None if it is not LIBSVM."""
    label, *features = line.split(" ")
    try:
        parts = [float(part) for part in label.split(":")]
    except ValueError:
        return None
    if len(parts) > 2 or any(":" not in feature for feature in features):
        return None
    if features and features[0].count(":") != 1:  # the container checks the first feature only
        return None
    return len(features)


def _link_files(channels: Sequence[Path], flat: Path) -> None:
    """Link the files of channels into one folder, which XGBoost's readers need."""
    for number, channel in enumerate(channels):
        files = [channel] if channel.is_file() else sorted(path for path in channel.rglob("*") if path.is_file())
        for position, path in enumerate(files):
            if not channel.is_file() and len(path.relative_to(channel).parts) > _MAX_DEPTH:
                logger.warning("Files more than %d folders deep in %s are not loaded.", _MAX_DEPTH, channel)
                continue
            # pyarrow passes over names that begin with an underscore, such as Spark's _SUCCESS, as in the container.
            ignored = "_" if path.name.startswith("_") else ""
            (flat / f"{ignored}{number}-{position:06d}-{path.name}").symlink_to(path)


def _read_csv(folder: Path, *, weighted: bool) -> xgboost.DMatrix:
    delimiter = _delimiter_of(min(folder.iterdir()), "strict")  # the container reads the first line as UTF-8
    columns = "label_column=0&weight_column=1" if weighted else "label_column=0"
    return xgboost.DMatrix(f"{folder}?format=csv&{columns}&delimiter={delimiter}")


def _read_parquet(folder: Path) -> xgboost.DMatrix:
    from pyarrow import parquet

    # pyarrow takes the columns from the first file, and finds them by name in the others.
    data = parquet.read_table(folder).to_pandas().to_numpy()
    return xgboost.DMatrix(data[:, 1:], label=data[:, 0])


def _read_recordio(folder: Path) -> xgboost.DMatrix:
    features, labels = read_matrix(b"".join(path.read_bytes() for path in sorted(folder.iterdir())))
    if labels is not None and len(labels) != features.shape[0]:
        raise ValueError(f"{features.shape[0]} records have {len(labels)} labels: each record needs one.")
    return xgboost.DMatrix(features, label=labels)
