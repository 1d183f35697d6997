"""What really happened, from a file of keys and the target, or from a raw file of the data set."""

from pathlib import Path

import pandas as pd

from evaluation.account import Unknown
from evaluation.champion.features import run_code
from evaluation.errors import InputError
from evaluation.schema import Schema, Task

_MODULE = "processing_scripts.identity"


def with_keys(actuals: Path, code: Path, task: Task, schema: Schema, output: Path) -> Path:
    """Return a file with the columns of the keys and the target.

    It is ``actuals`` itself, or else what the version's own code makes of it as a raw file, at ``output``.

    Raises `InputError` with the reason if the code cannot read the file.

    Parameters
    ----------
    code
        The folder with the version's ``processing_scripts``; without it, raw files are not read.
    """
    needed = {*schema.keys.columns, task.target}
    if needed <= _header(actuals) or not code.is_dir():
        return actuals
    try:
        output.write_text(run_code(code, _MODULE, schema, actuals, ["--task", task.name]), encoding="utf-8")
    except Unknown as error:
        if "No module named" in str(error):  # the version's code is older than the module
            return actuals
        raise InputError(
            f"{actuals.name} lacks one of the columns {', '.join(sorted(needed))}, and is no raw file of the data set: "
            f"{error}"
        ) from error
    return output


def _header(path: Path) -> set[str]:
    """Return the names of a table's columns; none if it cannot be read like that."""
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return set(map(str, pd.read_parquet(path)))
        return set(map(str, pd.read_csv(path, nrows=0)))
    except (OSError, ValueError):
        return set()
