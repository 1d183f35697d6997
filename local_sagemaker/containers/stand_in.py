"""The programs of an image, ``train`` and ``serve``, in its stand-in.

A container runs ``python -m local_sagemaker.containers.stand_in train IMAGE``. Imports that take time are made when a
program needs them.
"""

import logging
import os
import sys

from local_sagemaker.containers import images
from local_sagemaker.containers.process.template import Template
from local_sagemaker.containers.serving.server import Application, run_server

_OF_TOOLKIT = "%(asctime)s sagemaker-training-toolkit %(levelname)-8s %(message)s"
"""The log format of the training toolkit."""


def main(arguments: list[str], template: Template | None = None) -> int:
    """Run one program of an image; return the container's exit code.

    ``arguments`` are the program and the image's URI. ``template`` is the template that this process was forked from;
    None for an interpreter of its own.
    """
    program, image = arguments
    stand_in = images.stand_in_for(image)
    if program == "train":
        return _train(stand_in, image, template)
    return _serve(stand_in, image)


def _train(stand_in: images.StandIn, image: str, template: Template | None) -> int:
    from local_sagemaker.containers.training_toolkit import run

    if stand_in.training is None:
        raise SystemExit(f"The image {stand_in.repository} does not train.")
    if stand_in.training == "xgboost":
        from local_sagemaker.containers.xgboost import train as xgboost
        from local_sagemaker.containers.xgboost.versions import Version

        version = Version.of_image(image)
        _configure_logging()
        return run.train(
            template, stand_in, lambda environment: xgboost.train(environment.layout, environment.variables(), version)
        )
    _configure_logging(_OF_TOOLKIT, dates=None)
    return run.train(template, stand_in)


def _configure_logging(
    form: str = "[%(asctime)s:%(levelname)s] %(message)s", dates: str | None = "%Y-%m-%d:%H:%M:%S"
) -> None:
    """Log as the container does: to standard output, in its format."""
    level = int(os.environ.get("SAGEMAKER_CONTAINER_LOG_LEVEL") or logging.INFO)
    logging.basicConfig(stream=sys.stdout, level=level, format=form, datefmt=dates, force=True)


def _serve(stand_in: images.StandIn, image: str) -> int:
    """Load the model and answer requests until the process is ended; return an exit code if the model fails to load."""
    kind = stand_in.serving
    if kind is None:
        raise SystemExit(f"The image {stand_in.repository} does not serve.")
    _configure_logging()
    workers = int(os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS") or (1 if kind == "autogluon" else _cpus()))
    try:
        if not _serves_algorithm(kind):
            from local_sagemaker.containers.inference_toolkit.handlers import prepare_code

            prepare_code(kind)
        run_server(lambda: _application(kind, image), workers)
    except Exception:
        logging.getLogger(__name__).exception("The model could not be loaded.")
    return 1


def _cpus() -> int:
    return int(os.environ.get("SM_NUM_CPUS", "1"))


def _serves_algorithm(kind: images.Serving) -> bool:
    # The container tests whether the variable exists, even if it is empty (docs/contracts.md, section 1).
    return kind == "xgboost" and "SAGEMAKER_PROGRAM" not in os.environ


def _application(kind: images.Serving, image: str) -> Application:
    if _serves_algorithm(kind):
        from local_sagemaker.containers.xgboost.serve import XGBoostApplication
        from local_sagemaker.containers.xgboost.versions import Version

        return XGBoostApplication.of_this_container(_cpus(), Version.of_image(image))
    if kind == "autogluon":
        from local_sagemaker.containers.inference_toolkit.autogluon import AutoGluonApplication

        return AutoGluonApplication.of_this_container()
    from local_sagemaker.containers.inference_toolkit.handlers import Handlers
    from local_sagemaker.containers.training_toolkit.layout import Layout

    handlers, model_folder = Handlers.of_this_container(kind), Layout.of_this_container().model
    if kind == "huggingface":
        from local_sagemaker.containers.inference_toolkit.huggingface import HuggingFaceApplication

        return HuggingFaceApplication(handlers, model_folder)
    if kind in ("toolkit", "pytorch"):
        from local_sagemaker.containers.inference_toolkit.application import ToolkitApplication

        return ToolkitApplication(handlers, model_folder, os.environ)
    from local_sagemaker.containers.inference_toolkit.worker import WorkerApplication

    return WorkerApplication(handlers, model_folder, os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
