"""The candidates, each loaded by its own library from the artifact that its training job left.

A format is a module here with ``FILE``, the file of the artifact that tells it, and ``load(path, task)``.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from evaluation.candidates import catboost, lightgbm, xgboost
from evaluation.candidates.model import Model
from evaluation.errors import CandidateError
from evaluation.inputs import Task

__all__ = ["Model", "load_candidate"]

_FORMATS: Mapping[str, Callable[[Path, Task], Model]] = {
    xgboost.FILE: xgboost.load,
    lightgbm.FILE: lightgbm.load,
    catboost.FILE: catboost.load,
}


def load_candidate(artifact: Path, task: Task, *, features: int) -> Model:
    """Load the model of a ``model.tar.gz``.

    Parameters
    ----------
    artifact
        The archive.
    task
        What it was trained for.
    features
        How many features it will be given; a model that was trained with another number is refused, because not every
        library would notice.

    Raises
    ------
    CandidateError
        When the archive is missing, holds no known model, or one for another number of features.
    LibraryError
        When the library of the model is missing and cannot be installed.
    """
    with tempfile.TemporaryDirectory() as directory:
        content = Path(directory)
        _extract(artifact, content)
        load, path = _format(artifact, content)
        model = load(path, task)
    if model.features != features:
        raise CandidateError(
            f"The model in {artifact} was trained with {model.features} features where the data has {features}; train "
            "and evaluate on the outputs of one preprocessing."
        )
    return model


def _extract(artifact: Path, directory: Path) -> None:
    try:
        with tarfile.open(artifact) as archive:
            # Python before 3.11.4 knows no filters; the archives are those of this pipeline's own jobs.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(directory)  # noqa: S202
    except (OSError, tarfile.TarError, EOFError) as error:
        raise CandidateError(f"{artifact} is not a readable model archive ({error}).") from error


def _format(artifact: Path, directory: Path) -> tuple[Callable[[Path, Task], Model], Path]:
    for file, load in _FORMATS.items():
        if (directory / file).is_file():
            return load, directory / file
    found = ", ".join(sorted(path.name for path in directory.iterdir())) or "nothing"
    raise CandidateError(f"{artifact} holds {found}, but none of the known models: {', '.join(_FORMATS)}.")
