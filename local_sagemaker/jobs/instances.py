"""The instances of a job.

Every instance is this machine, so the first of several InstancePreferences always has capacity.
"""

from collections.abc import Mapping
from typing import Any

from local_sagemaker.core.errors import ValidationException


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


def check(resources: Mapping[str, Any], member: str) -> None:
    """Check the constraints between the members of a job's resources.

    ``member`` is the name of the structure, for the error message. Raises ValidationException if the number of
    instances is 0, or their type is given twice.
    """
    preferences = resources.get("InstancePreferences", [])
    if preferences and resources.get("InstanceType"):
        raise ValidationException(f"{member}.InstancePreferences and InstanceType are mutually exclusive.")
    if not resources.get("InstanceGroups") and not all(
        resources.get("InstanceCount") or each.get("InstanceCount") for each in preferences or [{}]
    ):
        raise ValidationException(f"{member}.InstanceCount must be at least 1 where there are no InstanceGroups.")
