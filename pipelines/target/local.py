"""The local target. Only this module starts the local service."""

import contextlib
import logging
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipelines.aws.account import default_bucket
from pipelines.errors import EnvironmentProblem, missing_package
from pipelines.settings.fields import Settings
from pipelines.target.clients import DEFAULT_REGION, local_client
from pipelines.target.connection import Connection

logger = logging.getLogger(__name__)

LOCAL_ACCOUNT = "123456789012"


@contextlib.contextmanager
def connect_local(settings: Settings) -> Iterator[Connection]:
    """Connect to the local service, which starts if it does not run; raises `EnvironmentProblem` as `connect` does."""
    from local_sagemaker import connect_service
    from local_sagemaker.core.state_directory import still_serves

    region, minutes = settings.region or DEFAULT_REGION, settings.keep_alive
    with (
        _opened(lambda: connect_service(settings.state_dir, region, settings.isolation, keep_alive=minutes)) as service,
        _environment_variables({**service.environment, "AWS_DEFAULT_REGION": region}),
    ):
        for line in () if service.in_process else _about_running(service, settings):
            logger.info("%s", line)
        bucket = local_bucket(settings, region)
        client = local_client(region, bucket)
        yield Connection(
            name="local",
            region=region,
            bucket=bucket,
            client=client,
            find_role=lambda: local_role(settings, region),
            owns_service=service.in_process,
            has_ended=lambda: not (service.in_process or still_serves(settings.state_dir.resolve(), service)),
        )


def _about_running(service: Any, settings: Settings) -> Iterator[str]:
    """Report a service that has just started, and each setting of this command that one which runs does not follow."""
    stop = f"local-sagemaker stop --state-dir {shlex.quote(str(settings.state_dir))}"
    if service.is_new:
        yield (
            f"The local service runs in the background now. It ends after {settings.keep_alive} minutes without use, "
            f"or with: {stop}"
        )
        return
    if settings.keep_alive not in (service.keep_alive, Settings().keep_alive) and service.own_process:
        end = f"after {service.keep_alive:g} minutes without use" if service.keep_alive else "when it is stopped"
        yield (
            f"--keep-alive {settings.keep_alive} has no effect: the local service runs already, and ends {end}. To "
            f"end it: {stop}"
        )


@contextlib.contextmanager
def _environment_variables(values: Mapping[str, str]) -> Iterator[None]:
    """Send every AWS client of this process to the service, for as long as the context lasts."""
    from local_sagemaker.core.access import CLEARED_VARIABLES

    before = {name: os.environ.get(name) for name in (*values, *CLEARED_VARIABLES)}
    os.environ.update(values)
    for name in CLEARED_VARIABLES:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def local_bucket(settings: Settings, region: str) -> str:
    """Return the bucket of the settings, or that which the SDK would choose in the local account."""
    return settings.bucket or default_bucket(region, LOCAL_ACCOUNT)


def local_role(settings: Settings, region: str) -> str:
    """Return the execution role of the settings, or the local one."""
    from local_sagemaker.core.names import partition_of

    role = f"arn:{partition_of(region)}:iam::{LOCAL_ACCOUNT}:role/service-role/SageMakerLocalExecutionRole"
    return settings.role_arn or role


@contextlib.contextmanager
def _opened(opening: Callable[[], contextlib.AbstractContextManager[Any]]) -> Iterator[Any]:
    """Open the local service; turn its errors into `EnvironmentProblem`."""
    from local_sagemaker.core.errors import StateDirectoryError

    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(opening())
        except StateDirectoryError as error:
            raise EnvironmentProblem(str(error)) from error
        except ImportError as error:
            raise missing_package(error.name or str(error)) from error
        yield service


def pinned_jumpstart(settings: Settings, region: str) -> dict[str, bytes]:
    """Read the pinned metadata, and name the entries in use that no public source confirms."""
    from local_sagemaker.jumpstart.specs import metadata_objects, unconfirmed_models

    kinds = {
        "regression" if task.kind == "regression" else "classification"
        for task in map(settings.table.task, settings.tasks)
    }
    used = {f"{algorithm}-{kind}-model" for algorithm in settings.algorithms for kind in kinds}
    unconfirmed = sorted(used & unconfirmed_models())
    if unconfirmed:
        logger.warning(
            "No public source confirms the pinned addresses of %s; on AWS they are looked up in AWS's own bucket.",
            " and ".join(unconfirmed),
        )
    return metadata_objects(region)
