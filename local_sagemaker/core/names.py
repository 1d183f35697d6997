"""ARNs, and the identifiers that the service generates."""

import secrets
import string

_LOWER = string.ascii_lowercase + string.digits
_MIXED = string.ascii_letters + string.digits

STEP_NAME_IN_A_JOBS = 20
"""The number of characters of a step's name that its job's name contains."""


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
    """The id of a pipeline execution: twelve lower-case letters and digits."""
    return "".join(secrets.choice(_LOWER) for _ in range(12))


def new_random_suffix(length: int = 10) -> str:
    """Random letters and digits that make the name of a step's job unique."""
    return "".join(secrets.choice(_MIXED) for _ in range(length))


def step_job_name(execution_id: str, step_name: str, prefix: str | None, longest: int) -> str:
    """The name of the job that a step starts: ``pipelines-<execution id>-<step name>-<random>``.

    The name contains the first :data:`STEP_NAME_IN_A_JOBS` characters of the step's name, or fewer if they do not fit.
    Underscores become hyphens, because job names must not contain them. The prefix is left out if not even one
    character would fit (the name of a tuning job has at most 32 characters).

    ``prefix`` replaces ``pipelines``; ``longest`` is the maximum length of the name.
    """
    suffix = f"-{new_random_suffix()}"
    head = f"{prefix or 'pipelines'}-{execution_id}-"
    if longest - len(head) - len(suffix) < 1:
        head = f"{execution_id}-"
    room = min(longest - len(head) - len(suffix), STEP_NAME_IN_A_JOBS)
    return head + step_name.replace("_", "-")[:room] + suffix


def of_execution(requested: str, execution_id: str, longest: int) -> str:
    """A requested name with the id of the execution appended, at most ``longest`` characters."""
    return f"{requested[: longest - len(execution_id) - 1].rstrip('-')}-{execution_id}"


def constant_case(words: str) -> str:
    """``InService`` as ``IN_SERVICE``."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in words).lstrip("_").upper()
