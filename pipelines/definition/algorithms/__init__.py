"""The algorithms that compete, a file each. To add one, write its file and add it to ``ALGORITHMS``."""

from collections.abc import Iterable

from pipelines.definition.algorithms.algorithm import Algorithm
from pipelines.definition.algorithms.catboost import CATBOOST
from pipelines.definition.algorithms.lightgbm import LIGHTGBM
from pipelines.definition.algorithms.xgboost import XGBOOST
from pipelines.definition.formats import Format
from pipelines.errors import BadInput

ALGORITHMS: dict[str, Algorithm] = {algorithm.name: algorithm for algorithm in (XGBOOST, LIGHTGBM, CATBOOST)}

__all__ = ["ALGORITHMS", "Algorithm", "require_format", "require_training"]


def require_format(form: Format, algorithms: Iterable[str]) -> None:
    """Check that all of the algorithms can read a format.

    Raises `BadInput` if some cannot; the message names them, and those that can.
    """
    unable = [name for name in algorithms if form not in ALGORITHMS[name].formats]
    if unable:
        titles = " and ".join(ALGORITHMS[name].title for name in unable)
        able = " or ".join(name for name, algorithm in ALGORITHMS.items() if form in algorithm.formats)
        raise BadInput(
            f"{titles} cannot read {form.name} ({form.content_type}), which {able} does: choose csv, or that algorithm."
        )


def require_training(form: Format, instances: int, algorithms: Iterable[str]) -> None:
    """Check that all of the algorithms can train on a format, and on as many instances.

    Raises `BadInput` if some cannot; the message names them, and those that can.
    """
    names = list(algorithms)
    require_format(form, names)
    alone = [name for name in names if not ALGORITHMS[name].distributes]
    if instances > 1 and alone:
        able = ",".join(name for name, algorithm in ALGORITHMS.items() if algorithm.distributes)
        raise BadInput(
            f"--training-instance-count {instances} works with {able} only; leave out {' and '.join(alone)} with "
            f"--algorithms {able}."
        )
