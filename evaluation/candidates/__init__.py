"""Loading of candidates from the model artifacts of their training jobs.

Each format is a module with ``FILE``, the file name that identifies it, and ``load(path, task)``.
"""

import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from evaluation.candidates import catboost, lightgbm, xgboost
from evaluation.candidates.model import Model
from evaluation.errors import CandidateError
from evaluation.schema import Task

__all__ = ["Model", "load_candidate"]

_FORMATS: Mapping[str, Callable[[Path, Task], Model]] = {
    xgboost.FILE: xgboost.load,
    lightgbm.FILE: lightgbm.load,
    catboost.FILE: catboost.load,
}


def load_candidate(artifact: Path, task: Task, *, features: int) -> Model:
    """Load a model from ``model.tar.gz``.

    A model with another number of features than the data is refused, because not every library checks it.

    Raises `CandidateError` if the archive is missing, contains no known model, or the model has another number of
    features. Raises `LibraryError` if the model's library cannot be imported or installed.
    """
    with tempfile.TemporaryDirectory() as directory:
        content = Path(directory)
        _extract(artifact, content)
        load, path = _format(artifact, content)
        model = load(path, task)
    if model.features != features:
        raise CandidateError(
            f"The model in {artifact} was trained with {model.features} features where the data has {features}; train "
            "and evaluate on the outputs of the same preprocessing."
        )
    return model


def _extract(artifact: Path, directory: Path) -> None:
    try:
        with tarfile.open(artifact) as archive:
            # Python before 3.11.4 has no filters; there, the archives are trusted: they come from this pipeline's jobs.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(directory)  # noqa: S202
    except (OSError, tarfile.TarError, EOFError) as error:
        message = f"{artifact} is not a readable model archive ({error}); run the training again."
        raise CandidateError(message) from error


def _format(artifact: Path, directory: Path) -> tuple[Callable[[Path, Task], Model], Path]:
    for file, load in _FORMATS.items():
        if (directory / file).is_file():
            return load, directory / file
    found = ", ".join(sorted(path.name for path in directory.iterdir())) or "nothing"
    raise CandidateError(f"{artifact} contains {found}, but none of the known models: {', '.join(_FORMATS)}.")
