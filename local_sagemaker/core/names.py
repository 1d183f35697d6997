"""ARNs, and the identifiers that the service makes up."""

from __future__ import annotations

import secrets
import string

_LOWER = string.ascii_lowercase + string.digits
_MIXED = string.ascii_letters + string.digits

STEP_NAME_IN_A_JOBS = 20
"""Of the name of a step, so many characters are in the name of its job."""


def partition_of(region: str) -> str:
    """The partition a region is in: ``aws``, ``aws-cn`` or ``aws-us-gov``."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def arn(region: str, account_id: str, resource: str) -> str:
    """The ARN of a SageMaker resource, such as ``training-job/name``."""
    return f"arn:{partition_of(region)}:sagemaker:{region}:{account_id}:{resource}"


def last_part(name_or_arn: str) -> str:
    """The name in an ARN, or the name itself."""
    return name_or_arn.rsplit("/", 1)[-1]


def new_execution_id() -> str:
    """Twelve lower-case letters and digits, as pipeline executions have them."""
    return "".join(secrets.choice(_LOWER) for _ in range(12))


def new_random_suffix(length: int = 10) -> str:
    """Letters and digits that make the name of a step's job unique."""
    return "".join(secrets.choice(_MIXED) for _ in range(length))


def step_job_name(execution_id: str, step_name: str, prefix: str | None, longest: int) -> str:
    """The name of the job that a step starts: ``pipelines-<execution id>-<step name>-<random>``.

    Of the step's name there are the first :data:`STEP_NAME_IN_A_JOBS` characters, or fewer if there is no room;
    underscores, which job names do not take, become hyphens. Where there is hardly room (the name of a tuning job has
    32 characters at most), the prefix is left out.

    Parameters
    ----------
    prefix
        In place of ``pipelines``.
    longest
        The most characters that the name may have.
    """
    suffix = f"-{new_random_suffix()}"
    head = f"{prefix or 'pipelines'}-{execution_id}-"
    if longest - len(head) - len(suffix) < 1:
        head = f"{execution_id}-"
    room = min(longest - len(head) - len(suffix), STEP_NAME_IN_A_JOBS)
    return head + step_name.replace("_", "-")[:room] + suffix


def of_execution(requested: str, execution_id: str, longest: int) -> str:
    """A name that was asked for, made unique by the id of the execution; what has no room is cut.

    Parameters
    ----------
    longest
        The most characters that the name may have.
    """
    return f"{requested[: longest - len(execution_id) - 1].rstrip('-')}-{execution_id}"


def constant_case(words: str) -> str:
    """``InService`` as ``IN_SERVICE``."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in words).lstrip("_").upper()
