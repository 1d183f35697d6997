"""Conversion of failures to outcomes: a runner always returns how its job ended."""

import functools
from collections.abc import Callable
from typing import ParamSpec

from local_sagemaker.containers.errors import ContainerError, UnknownImageError
from local_sagemaker.core.errors import ObjectStoreError, PathError
from local_sagemaker.jobs.contract import LONGEST_REASON, JobOutcome
from local_sagemaker.jobs.errors import InternalError, JobError, RequestError, StoppedError

_Arguments = ParamSpec("_Arguments")


def returning_failures(run: Callable[_Arguments, JobOutcome]) -> Callable[_Arguments, JobOutcome]:
    """Make a runner return "Failed" with the reason instead of an error of jobs, objects or containers."""

    @functools.wraps(run)
    def returning(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> JobOutcome:
        try:
            return run(*args, **kwargs)
        except StoppedError:
            return JobOutcome("Stopped")
        except JobError as error:
            return JobOutcome("Failed", failure_reason=str(error))
        except (ObjectStoreError, PathError, UnknownImageError) as error:
            return JobOutcome("Failed", failure_reason=str(RequestError(str(error))))
        except ContainerError as error:
            return JobOutcome("Failed", failure_reason=str(InternalError(str(error))))

    return returning


def algorithm_failure(message: str, exit_code: int) -> JobOutcome:
    """The outcome of a job whose container ended with an exit code other than 0, in SageMaker's format.

    ``message`` is the message that the container left; empty if it left none.
    """
    suffix = f", exit code: {exit_code}"
    return JobOutcome("Failed", failure_reason=f"AlgorithmError: {message}"[: LONGEST_REASON - len(suffix)] + suffix)
