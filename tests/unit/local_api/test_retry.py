"""Retry policies."""

import pytest

from local_sagemaker.core.errors import ResourceLimitExceeded, ValidationException
from local_sagemaker.definition.retry import delay_before_next, exception_of_call, exception_of_job

POLICY = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 2, "BackoffRate": 3.0, "MaxAttempts": 3}


def test_backoff_rate_grows_the_interval():
    delays = [delay_before_next([POLICY], "Step.THROTTLING", attempts, 0) for attempts in (1, 2, 3, 4)]
    assert delays == [2.0, 6.0, 18.0, None]


def test_other_exceptions_are_not_retried():
    assert delay_before_next([POLICY], "Step.SERVICE_FAULT", 1, 0) is None
    assert delay_before_next([POLICY], None, 1, 0) is None


def test_expiry_counts_from_the_first_attempt():
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 10, "ExpireAfterMin": 1}
    assert delay_before_next([policy], "Step.THROTTLING", 1, 49) == 10.0
    assert delay_before_next([policy], "Step.THROTTLING", 1, 51) is None


def test_default_attempts():
    policies = [{"ExceptionType": ["Step.THROTTLING"]}]
    assert delay_before_next(policies, "Step.THROTTLING", 5, 0) is not None
    assert delay_before_next(policies, "Step.THROTTLING", 6, 0) is None


def test_default_intervals():
    policies = [{"ExceptionType": ["Step.THROTTLING"]}]
    assert [delay_before_next(policies, "Step.THROTTLING", attempts, 0) for attempts in (1, 2, 3)] == [1.0, 2.0, 4.0]


def test_internal_error_retries_no_tuning_job():
    assert exception_of_job("Tuning", "InternalServerError: x") is None
    assert exception_of_job("Tuning", "CapacityError: x") == "SageMaker.CAPACITY_ERROR"


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("InternalServerError: try again", "SageMaker.JOB_INTERNAL_ERROR"),
        ("CapacityError: no more", "SageMaker.CAPACITY_ERROR"),
        ("ResourceLimitExceeded: too many", "SageMaker.RESOURCE_LIMIT"),
        ("AlgorithmError: InternalServerError", None),
        ("ClientError: wrong", None),
    ],
)
def test_exception_types_of_jobs(reason, kind):
    assert exception_of_job("Training", reason) == kind


def test_exception_types_of_calls():
    assert exception_of_call(ResourceLimitExceeded("no")) == "SageMaker.RESOURCE_LIMIT"
    assert exception_of_call(ValidationException("no")) is None
