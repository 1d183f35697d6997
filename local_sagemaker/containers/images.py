"""The images that have a stand-in in the local SageMaker, by the repository name of their URI."""

import re
from dataclasses import dataclass
from typing import Literal

from local_sagemaker.containers.errors import UnknownImageError

Training = Literal["xgboost", "script"]
Serving = Literal["xgboost", "sklearn", "toolkit", "pytorch", "huggingface", "autogluon"]
Toolkit = Literal["sagemaker-training", "sagemaker-containers"]


@dataclass(frozen=True)
class StandIn:
    """The programs that run in place of an image's own."""

    repository: str
    """The image's repository, as a regular expression over the whole name."""
    title: str
    """A description for people."""
    training: Training | None
    """The ``train`` program: the built-in XGBoost (script mode included), or script mode only; None: it has none."""
    serving: Serving | None
    """The ``serve`` program: the built-in XGBoost, scikit-learn's worker, the inference toolkit, PyTorch's or Hugging
    Face's variant of it, or AutoGluon's server; None: it has none."""
    framework: str | None = None
    """The framework whose training container runs scripts in the image; None: the image has no such container."""
    toolkit: Toolkit = "sagemaker-training"
    """The training toolkit of that container: today's, or its predecessor."""
    reports_errors: bool = True
    """Whether the failure reason of a job quotes the script's error; if not, only the log has it."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that the image itself sets."""
        if self.framework is None:
            return {}
        container = f"sagemaker_{self.framework}_container"
        environment = {"SAGEMAKER_TRAINING_MODULE": f"{container}.training:main"}
        if self.framework in ("sklearn", "xgboost"):
            environment.update(_FOLDERS, SAGEMAKER_SERVING_MODULE=f"{container}.serving:main")
        return environment


_FOLDERS = {
    "SM_INPUT": "/opt/ml/input",
    "SM_INPUT_TRAINING_CONFIG_FILE": "/opt/ml/input/config/hyperparameters.json",
    "SM_INPUT_DATA_CONFIG_FILE": "/opt/ml/input/config/inputdataconfig.json",
    "SM_CHECKPOINT_CONFIG_FILE": "/opt/ml/input/config/checkpointconfig.json",
    "SM_MODEL_DIR": "/opt/ml/model",
}


STAND_INS = (
    StandIn(r"sagemaker-xgboost", "XGBoost: the built-in algorithm, and script mode", training="xgboost",
            serving="xgboost", framework="xgboost", toolkit="sagemaker-containers", reports_errors=False),
    StandIn(r"sagemaker-scikit-learn", "scikit-learn: script mode",
            training="script", serving="sklearn", framework="sklearn", reports_errors=False),
    StandIn(r"(sagemaker-)?(huggingface-)?(pytorch|autogluon)-training|pytorch",
            "PyTorch and AutoGluon training: script mode (`pytorch`, since 2.11, only trains)",
            training="script", serving=None, framework="pytorch"),
    StandIn(r"autogluon", "AutoGluon since 1.6: script mode, and its server of `model_fn` and `transform_fn`",
            training="script", serving="autogluon", framework="pytorch"),
    StandIn(r"(sagemaker-)?(huggingface-)?tensorflow-training", "TensorFlow training: script mode",
            training="script", serving=None, framework="tensorflow"),
    StandIn(r"(sagemaker-)?mxnet-training", "MXNet training: script mode",
            training="script", serving=None, framework="mxnet"),
    StandIn(r"(sagemaker-)?(pytorch|autogluon)-inference",
            "PyTorch and AutoGluon inference: the inference toolkit, with tensors if PyTorch is installed",
            training=None, serving="pytorch"),
    StandIn(r"(sagemaker-)?mxnet-inference", "MXNet inference: the inference toolkit",
            training=None, serving="toolkit"),
    StandIn(r"(sagemaker-)?huggingface-(pytorch|tensorflow)-inference",
            "Hugging Face inference: its toolkit, with your `model_fn`", training=None, serving="huggingface"),
    StandIn(r"sagemaker-base-python(-\d+)?", "Base Python: processing", training="script", serving=None),
)  # fmt: skip
"""All stand-ins, in the order in which a repository is looked up."""


def repository_of(image: str) -> str:
    """The repository name of an image URI: without registry, tag and digest."""
    return re.split(r"[:@]", image.rsplit("/", 1)[-1], maxsplit=1)[0]


def stand_in_for(image: str) -> StandIn:
    """The stand-in of an image. Raises UnknownImageError if the image has none."""
    repository = repository_of(image)
    for each in STAND_INS:
        if re.fullmatch(each.repository, repository):
            return each
    raise UnknownImageError(
        f"The image {image} has no stand-in in the local SageMaker: its repository {repository} is not supported. Use "
        "sagemaker-xgboost, sagemaker-scikit-learn, or one of the framework images; `local-sagemaker supported` lists "
        "them."
    )


def missing(image: str, work: Literal["process", "train", "serve"]) -> str | None:
    """The reason why an image cannot do a kind of work; None: it can."""
    try:
        stand_in = stand_in_for(image)
    except UnknownImageError:
        return f"no stand-in for the image {image}"
    if work == "train" and stand_in.training is None:
        return f"the image {image} does not train"
    if work == "serve" and stand_in.serving is None:
        return f"the image {image} does not serve"
    return None
