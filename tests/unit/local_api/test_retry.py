"""Retry policies."""

import pytest

from local_sagemaker.core.errors import ResourceLimitExceeded, ValidationException
from local_sagemaker.definition.retry import delay_before_next, exception_of_call, exception_of_job

POLICY = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 2, "BackoffRate": 3.0, "MaxAttempts": 3}


def test_the_interval_grows_by_the_backoff_rate():
    delays = [delay_before_next([POLICY], "Step.THROTTLING", attempts, 0) for attempts in (1, 2, 3, 4)]
    assert delays == [2.0, 6.0, 18.0, None]


def test_a_policy_is_for_the_exceptions_that_it_names():
    assert delay_before_next([POLICY], "Step.SERVICE_FAULT", 1, 0) is None
    assert delay_before_next([POLICY], None, 1, 0) is None


def test_an_expiry_counts_from_the_first_attempt():
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 10, "ExpireAfterMin": 1}
    assert delay_before_next([policy], "Step.THROTTLING", 1, 49) == 10.0
    assert delay_before_next([policy], "Step.THROTTLING", 1, 51) is None


def test_without_an_end_a_policy_makes_five_attempts():
    policies = [{"ExceptionType": ["Step.THROTTLING"]}]
    assert delay_before_next(policies, "Step.THROTTLING", 5, 0) is not None
    assert delay_before_next(policies, "Step.THROTTLING", 6, 0) is None


def test_without_a_word_the_first_retry_comes_after_a_second_and_each_after_twice_as_long():
    policies = [{"ExceptionType": ["Step.THROTTLING"]}]
    assert [delay_before_next(policies, "Step.THROTTLING", attempts, 0) for attempts in (1, 2, 3)] == [1.0, 2.0, 4.0]


def test_a_tuning_job_is_not_tried_again_after_an_internal_error():
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
def test_a_job_fails_with_the_kind_of_exception_that_its_reason_begins_with(reason, kind):
    assert exception_of_job("Training", reason) == kind


def test_a_call_fails_with_its_kind():
    assert exception_of_call(ResourceLimitExceeded("no")) == "SageMaker.RESOURCE_LIMIT"
    assert exception_of_call(ValidationException("no")) is None
