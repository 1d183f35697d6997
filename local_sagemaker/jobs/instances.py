"""Which instances the resources of a job ask for.

All instances are this machine, so the first of several preferences always has capacity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_sagemaker.core.errors import ValidationException


def chosen(resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resources with the type and the count of the instances that were selected."""
    preferences = resources.get("InstancePreferences") or [{}]
    return {**resources, **preferences[0]}


def described(resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resources as a description shows them: of several preferences, which one was selected."""
    if not resources.get("InstancePreferences"):
        return resources
    selected = chosen(resources)
    return {
        **resources,
        "SelectedInstanceType": selected["InstanceType"],
        "SelectedInstanceCount": selected["InstanceCount"],
    }


def check(resources: Mapping[str, Any], member: str) -> None:
    """Check what the members of a job's resources say of each other.

    Parameters
    ----------
    member
        The name of the structure, for the message.

    Raises
    ------
    ValidationException
        There are no instances, or two ways to name their type.
    """
    preferences = resources.get("InstancePreferences", [])
    if preferences and resources.get("InstanceType"):
        raise ValidationException(f"{member}.InstancePreferences and InstanceType are mutually exclusive.")
    if not resources.get("InstanceGroups") and not all(
        resources.get("InstanceCount") or each.get("InstanceCount") for each in preferences or [{}]
    ):
        raise ValidationException(f"{member}.InstanceCount must be at least 1 where there are no InstanceGroups.")
