"""Failures as outcomes: a runner answers how its job ended, whatever happened to it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from local_sagemaker.containers.errors import ContainerError
from local_sagemaker.core.errors import ObjectStoreError
from local_sagemaker.jobs.contract import JobOutcome
from local_sagemaker.jobs.errors import ClientError, InternalError, JobError

LONGEST_REASON = 1024
"""Of FailureReason and ExitMessage, in characters."""

_Arguments = ParamSpec("_Arguments")


def answering_failures(run: Callable[_Arguments, JobOutcome]) -> Callable[_Arguments, JobOutcome]:
    """Make a runner answer "Failed" with the reason, where it would raise an error of jobs, objects or containers."""

    @functools.wraps(run)
    def answering(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> JobOutcome:
        try:
            return run(*args, **kwargs)
        except JobError as error:
            return JobOutcome("Failed", failure_reason=str(error))
        except ObjectStoreError as error:
            return JobOutcome("Failed", failure_reason=str(ClientError(str(error))))
        except ContainerError as error:
            return JobOutcome("Failed", failure_reason=str(InternalError(str(error))))

    return answering


def algorithm_failure(message: str, exit_code: int) -> JobOutcome:
    """The outcome of a job whose container ended with an exit code other than 0, in the service's frame and length.

    Parameters
    ----------
    message
        What the container left to say; empty if it left nothing.
    """
    suffix = f", exit code: {exit_code}"
    return JobOutcome("Failed", failure_reason=f"AlgorithmError: {message}"[: LONGEST_REASON - len(suffix)] + suffix)
