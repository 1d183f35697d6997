"""Which images have a stand-in on this machine, by the repository name of their URI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pipelines.local.containers.errors import UnknownImageError

Training = Literal["xgboost", "script"]
Serving = Literal["xgboost", "sklearn", "toolkit"]


@dataclass(frozen=True)
class StandIn:
    """What plays an image.

    Attributes
    ----------
    repository
        The image's repository, as a regular expression over the whole name.
    title
        What the image is, for people.
    training
        What ``train`` does: the built-in XGBoost (script mode included), or script mode alone; None: it trains nothing.
    serving
        What ``serve`` does: the built-in XGBoost, or the inference toolkit, with or without scikit-learn's defaults.
    tells_errors
        Whether the reason of a failed script's job quotes its error; where it does not, the log alone has it.
    """

    repository: str
    title: str
    training: Training | None
    serving: Serving | None
    tells_errors: bool = True


_STAND_INS = (
    StandIn(r"sagemaker-xgboost", "XGBoost: the built-in algorithm, and script mode", "xgboost", "xgboost"),
    StandIn(r"sagemaker-scikit-learn", "scikit-learn: script mode", "script", "sklearn", tells_errors=False),
    StandIn(r"(sagemaker-)?pytorch-training", "PyTorch training: script mode", "script", None),
    StandIn(r"(sagemaker-)?pytorch-inference", "PyTorch inference: the inference toolkit", None, "toolkit"),
    StandIn(
        r"(sagemaker-)?(huggingface-)?(tensorflow|mxnet|pytorch|autogluon)-training",
        "Deep learning and AutoGluon training: script mode",
        "script",
        None,
    ),
    StandIn(
        r"(sagemaker-)?(huggingface-)?(mxnet|pytorch|autogluon)-inference",
        "Deep learning and AutoGluon inference: the inference toolkit",
        None,
        "toolkit",
    ),
    StandIn(r"sagemaker-base-python(-\d+)?", "Base Python: processing", "script", None),
)


def stand_ins() -> tuple[StandIn, ...]:
    """All stand-ins, in the order in which a repository is looked up."""
    return _STAND_INS


def repository_of(image: str) -> str:
    """The repository name of an image URI: without registry, tag and digest."""
    return re.split(r"[:@]", image.rsplit("/", 1)[-1], maxsplit=1)[0]


def stand_in_for(image: str) -> StandIn:
    """What plays an image.

    Raises
    ------
    UnknownImageError
        Nothing does.
    """
    repository = repository_of(image)
    for each in _STAND_INS:
        if re.fullmatch(each.repository, repository):
            return each
    raise UnknownImageError(
        f"The image {image} has no stand-in on this machine: its repository {repository} is none of those that are "
        "known here (sagemaker-xgboost, sagemaker-scikit-learn, the framework training and inference images)."
    )
