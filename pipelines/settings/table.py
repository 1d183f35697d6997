"""The data set file that a command works with."""

from collections.abc import Collection
from pathlib import Path

from pipelines.errors import BadInput, did_you_mean, quoted
from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.dataset_file.reader import read_dataset_file
from processing_scripts.errors import DatasetFileError

INSTALLED = Path(__file__).parents[2]
"""The folder of the installed packages. An import by name would find a package of the user's own that is in the working
folder and has one of these names."""
DEFAULT = INSTALLED / "processing_scripts" / "seoul_bike" / "seoul_bike.toml"


def read_table(path: str | None) -> DatasetFile:
    """Read a data set file, or the one of Seoul's bikes.

    Raises `BadInput` if it cannot be read, or has an error.
    """
    try:
        return read_dataset_file(DEFAULT if path is None else Path(path))
    except DatasetFileError as error:
        raise BadInput(str(error)) from error


def require_one_of(option: str, value: str, known: Collection[str], table: DatasetFile) -> None:
    """Refuse a name that the data set file does not have, with the names that it has."""
    if value not in known:
        hint = did_you_mean(value, known).removeprefix(".")
        raise BadInput(f"{option} is {quoted(value)}, but {table.path.name} has {', '.join(known)}.{hint}")
