"""The parts of AWS's PyTorch, TensorFlow and MXNet containers around the training toolkit."""

import dataclasses
import logging
import os
from collections.abc import Callable
from pathlib import Path

from local_sagemaker.containers.errors import ClientError, ExecuteUserScriptError
from local_sagemaker.containers.process.messages import MEETING_PORTS_VARIABLE
from local_sagemaker.containers.training_toolkit.environment import TrainingEnvironment

_DEFAULT_PORT = "7777"
_PARAMETER_SERVERS = "sagemaker_parameter_server_enabled"
_GLOO_DISCONNECTED = "terminate called after throwing an instance of 'gloo::EnforceNotMet'"

logger = logging.getLogger(__name__)


def run_in(framework: str | None, environment: TrainingEnvironment, run: Callable[[TrainingEnvironment], None]) -> None:
    """Run the user's script as a framework's container does.

    ``run`` runs the script with the variables of this process and those of the environment. Raises ClientError
    if parameter servers are requested, or the script failed.
    """
    if framework in ("tensorflow", "mxnet"):
        _require_no_parameter_servers(environment)
    if framework == "pytorch":
        _run_in_pytorch(environment, run)
    elif framework == "tensorflow":
        _run_in_tensorflow(environment, run)
    else:
        run(environment)


def _run_in_pytorch(environment: TrainingEnvironment, run: Callable[[TrainingEnvironment], None]) -> None:
    """Set the address of the process group; ignore the error of hosts that disconnect at the end of the script."""
    # The hosts of all jobs share this machine, so each job needs a port of its own.
    port = os.environ.get(MEETING_PORTS_VARIABLE, _DEFAULT_PORT).partition(",")[0]
    os.environ.update(
        NCCL_SOCKET_IFNAME=environment.network_interface,
        NCCL_IB_DISABLE="1",
        NCCL_DEBUG="WARN",
        MASTER_ADDR=environment.hosts[0],
        MASTER_PORT=port,
    )
    try:
        run(environment)
    except ExecuteUserScriptError as error:
        if _GLOO_DISCONNECTED not in str(error):
            raise
        logger.warning("Known exception: %s", error)


def _run_in_tensorflow(environment: TrainingEnvironment, run: Callable[[TrainingEnvironment], None]) -> None:
    """Give each job of a tuning a ``model_dir`` of its own, and warn of a model that cannot be served."""
    given = environment.hyperparameters.get("model_dir")
    tuned = "_tuning_objective_metric" in environment.toolkit_hyperparameters
    if tuned and isinstance(given, str):
        local = given.startswith(str(environment.layout.base))
        folder = given if local else f"{given}/{os.environ.get('TRAINING_JOB_NAME')}/model"
        logger.info("Appending the training job name to model_dir: %s", folder)
        environment = dataclasses.replace(
            environment, hyperparameters={**environment.hyperparameters, "model_dir": folder}
        )
    os.environ.update(S3_REGION=environment.variables()["SAGEMAKER_REGION"], TF_CPP_MIN_LOG_LEVEL="1", S3_USE_HTTPS="1")
    run(environment)
    _warn_of_model(environment.layout.model)


def _warn_of_model(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    models = [path for path in files if "saved_model.pb" in path.name]
    if not files:
        logger.warning(
            "No model artifact is saved under path %s. Your training job will not save any model files to S3.", folder
        )
    elif not models:
        logger.warning(
            "Your model will NOT be servable with SageMaker TensorFlow Serving container. "
            "The model artifact was not saved in the TensorFlow SavedModel directory structure."
        )
    for path in models:
        if not path.parent.name.isdigit():
            logger.warning(
                "Your model will NOT be servable with SageMaker TensorFlow Serving containers. "
                'The SavedModel bundle is under directory "%s", not a numeric name.',
                path.parent.name,
            )


def _require_no_parameter_servers(environment: TrainingEnvironment) -> None:
    if len(environment.hosts) > 1 and environment.toolkit_hyperparameters.get(_PARAMETER_SERVERS):
        raise ClientError(
            f"The hyperparameter {_PARAMETER_SERVERS} requests parameter servers, which the local SageMaker does not "
            "support; remove the distribution from the estimator."
        )
