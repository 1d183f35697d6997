"""The SageMaker SDK of this process, connected to the local service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SDK_DEFAULTS = "sagemaker-sdk-defaults.yaml"
"""The file that a local service in the background writes for the SageMaker SDK, in its state directory."""


@contextmanager
def local_sdk(defaults: Path) -> Iterator[None]:
    """Let the SageMaker SDK of this process query the account of the local service.

    ``get_execution_role()`` and ``default_bucket()`` call STS at its public address, whatever ``AWS_ENDPOINT_URL`` is.
    They use boto3's default session, so that session redirects its requests.
    """
    import boto3

    def redirect(request: Any, **_: Any) -> None:
        request.url = os.environ["AWS_ENDPOINT_URL"]

    before, variable = boto3.DEFAULT_SESSION, "SAGEMAKER_ADMIN_CONFIG_OVERRIDE"
    given = os.environ.get(variable)
    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register_first("before-sign.sts", redirect)
    if defaults.is_file():  # it switches telemetry off
        os.environ[variable] = str(defaults)
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = before
        os.environ.pop(variable, None)
        if given is not None:
            os.environ[variable] = given
