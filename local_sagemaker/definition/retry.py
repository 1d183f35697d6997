"""Retry policies: whether and when a failed step is retried."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local_sagemaker.core.errors import ApiError, ResourceLimitExceeded
from local_sagemaker.definition.parse import Step
from local_sagemaker.definition.step_types import API_STEPS

_JOB_REASONS = {
    "InternalServerError": "SageMaker.JOB_INTERNAL_ERROR",
    "CapacityError": "SageMaker.CAPACITY_ERROR",
    "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
}
_DEFAULT_INTERVAL_SECONDS = 1
_DEFAULT_BACKOFF_RATE = 2.0
_DEFAULT_MAX_ATTEMPTS = 5
LIMITS = {"IntervalSeconds": (0, 43_200), "MaxAttempts": (0, 20), "ExpireAfterMin": (0, 14_400)}
"""The minimum and the maximum of each member of a policy."""


def findings(step: Step) -> Iterator[str]:
    """Everything wrong with the retry policies of a step: the exceptions that they name, and their numbers."""
    kind = API_STEPS.get(step.type)
    allowed = kind.retryable if kind else ()
    if step.retry_policies and not allowed:
        yield f"The step {step.name} of type {step.type} takes no RetryPolicies."
        return
    for policy in step.retry_policies:
        for exception in policy.get("ExceptionType", ()):
            if exception not in allowed:
                yield (
                    f"The step {step.name} of type {step.type} cannot retry after {exception}; "
                    f"it takes {', '.join(allowed)}."
                )
        if "MaxAttempts" in policy and "ExpireAfterMin" in policy:
            yield f"A retry policy of step {step.name} has both MaxAttempts and ExpireAfterMin."
        for member, (least, most) in LIMITS.items():
            value = policy.get(member)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if value is not None and not (whole and least <= value <= most):
                yield (
                    f"{member} of a retry policy of step {step.name} must be an integer from {least} to {most}, "
                    f"not {value!r}."
                )
        rate = policy.get("BackoffRate")
        if rate is not None and not (isinstance(rate, int | float) and not isinstance(rate, bool) and rate >= 0):
            yield f"BackoffRate of a retry policy of step {step.name} must be a number from 0, not {rate!r}."


def exception_of_call(error: ApiError) -> str | None:
    """The exception type, as in retry policies, of a failed API call; None if it cannot be retried."""
    if isinstance(error, ResourceLimitExceeded):
        return "SageMaker.RESOURCE_LIMIT"
    if error.code == "ThrottlingException":
        return "Step.THROTTLING"
    return "Step.SERVICE_FAULT" if error.code in ("InternalFailure", "ServiceUnavailable") else None


def exception_of_job(step_type: str, failure_reason: str) -> str | None:
    """The exception type of a failed job; None if its own code failed, which is never retried.

    A tuning job is not retried after an internal error either: it retries its own training jobs.
    """
    exception = _JOB_REASONS.get(failure_reason.split(":", maxsplit=1)[0])
    return None if step_type == "Tuning" and exception == "SageMaker.JOB_INTERNAL_ERROR" else exception


def delay_before_next(
    policies: Iterable[Mapping[str, Any]], exception: str | None, attempts: int, seconds_since_start: float
) -> float | None:
    """Seconds until the next attempt; None if there is none.

    The first of the policies for the ``exception`` of the last attempt applies. ``attempts`` is the number of attempts
    that ended with it, the first one included; ``seconds_since_start`` counts from the step's first attempt.
    """
    policy = next((policy for policy in policies if exception in policy.get("ExceptionType", ())), None)
    if policy is None:
        return None
    interval = policy.get("IntervalSeconds", _DEFAULT_INTERVAL_SECONDS)
    delay = float(interval * policy.get("BackoffRate", _DEFAULT_BACKOFF_RATE) ** (attempts - 1))
    expiry = policy.get("ExpireAfterMin")
    most = policy.get("MaxAttempts", _DEFAULT_MAX_ATTEMPTS if expiry is None else None)
    if most is not None and attempts > most:
        return None
    if expiry is not None and seconds_since_start + delay > expiry * 60:
        return None
    return delay
