"""The instances of a job.

Every instance is this machine, so the first of several InstancePreferences always has capacity.
"""

import os
from collections.abc import Mapping
from typing import Any

from local_sagemaker.core.errors import ResourceLimitExceeded, ValidationException

GIGABYTE = 1024**3
_DEFAULT_VOLUME_GB = 30
_FEWEST, _MOST = 4, 100
_BYTES = 256 * 1024 * 1024
"""The memory of an instance: an interpreter with the libraries of a job."""


def chosen(resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resources with the type and the number of the selected instances."""
    preferences = resources.get("InstancePreferences") or [{}]
    return {**resources, **preferences[0]}


def described(resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resources in the form of a description, which names the selected one of several preferences."""
    if not resources.get("InstancePreferences"):
        return resources
    selected = chosen(resources)
    return {
        **resources,
        "SelectedInstanceType": selected["InstanceType"],
        "SelectedInstanceCount": selected["InstanceCount"],
    }


def volume_bytes(resources: Mapping[str, Any]) -> int:
    """The size of an instance's volume: of the request, or SageMaker's default."""
    return int(resources.get("VolumeSizeInGB") or _DEFAULT_VOLUME_GB) * GIGABYTE


def check(resources: Mapping[str, Any], member: str) -> None:
    """Check the constraints between the members of a job's resources.

    ``member`` is the name of the structure, for the error message. Raises ValidationException if the number of
    instances is 0, or their type is given twice; ResourceLimitExceeded if this machine cannot hold as many.
    """
    preferences = resources.get("InstancePreferences", [])
    if preferences and resources.get("InstanceType"):
        raise ValidationException(f"{member}.InstancePreferences and InstanceType are mutually exclusive.")
    if not resources.get("InstanceGroups") and not all(
        resources.get("InstanceCount") or each.get("InstanceCount") for each in preferences or [{}]
    ):
        raise ValidationException(f"{member}.InstanceCount must be at least 1 where there are no InstanceGroups.")
    check_limit(resources, "processing" if member.startswith("Processing") else "training")


def check_limit(resources: Mapping[str, Any], kind: str) -> None:
    """Raise ResourceLimitExceeded, as AWS for a quota, if this machine cannot hold the instances of a job."""
    limit = _most_instances()
    for each in [chosen(resources), *resources.get("InstanceGroups", [])]:
        count = each.get("InstanceCount") or 0
        if count > limit:
            raise ResourceLimitExceeded(
                f"The account-level service limit '{each.get('InstanceType')} for {kind} job usage' is {limit} "
                f"Instances, with current utilization of 0 Instances and a request delta of {count} Instances. Please "
                "use AWS Service Quotas to request an increase for this quota. (Locally the limit is what the memory "
                "of this machine can hold.)"
            )


def _most_instances() -> int:
    """The number of instances that this machine can hold; each has processes and folders of its own."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows
        return _FEWEST
    return max(_FEWEST, min(_MOST, memory // _BYTES))
