"""The programs that answer ``/ping`` and ``/invocations`` in an inference container."""

from __future__ import annotations

import logging
import os
import sys

from local_sagemaker.containers.images import Serving
from local_sagemaker.containers.serving.server import Application, run_server


def serve(kind: Serving, image: str) -> int:
    """Load the model and answer requests until the process is ended.

    Parameters
    ----------
    image
        The image's URI, which may name a version.

    Returns
    -------
    int
        The container's exit code, if the model could not be loaded.
    """
    logging.basicConfig(
        stream=sys.stdout,
        level=int(os.environ.get("SAGEMAKER_CONTAINER_LOG_LEVEL") or logging.INFO),
        format="[%(asctime)s:%(levelname)s] %(message)s",
        datefmt="%Y-%m-%d:%H:%M:%S",
        force=True,
    )
    workers = int(os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS") or _cpus())
    try:
        if not _serves_itself(kind):
            from local_sagemaker.containers.inference_toolkit.handlers import prepare_code

            prepare_code(kind)
        run_server(lambda: _application(kind, image), workers)
    except Exception:
        logging.getLogger(__name__).exception("The model could not be loaded.")
    return 1


def _cpus() -> int:
    return int(os.environ.get("SM_NUM_CPUS", "1"))


def _serves_itself(kind: Serving) -> bool:
    # The container tests whether the variable is there, not whether it says anything (contracts section 1).
    return kind == "xgboost" and "SAGEMAKER_PROGRAM" not in os.environ


def _application(kind: Serving, image: str) -> Application:
    if _serves_itself(kind):
        from local_sagemaker.containers.xgboost.serve import XGBoostApplication
        from local_sagemaker.containers.xgboost.versions import Version

        return XGBoostApplication.of_this_container(_cpus(), Version.of_image(image))
    if kind in ("toolkit", "pytorch"):
        from local_sagemaker.containers.inference_toolkit.application import ToolkitApplication

        return ToolkitApplication.of_this_container(kind)
    if kind == "huggingface":
        from local_sagemaker.containers.inference_toolkit.huggingface import HuggingFaceApplication

        return HuggingFaceApplication.of_this_container()
    from local_sagemaker.containers.inference_toolkit.worker import WorkerApplication

    return WorkerApplication.of_this_container(kind)
