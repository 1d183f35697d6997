"""Registered models: the groups, the versions of one with their metrics, and where a version came from."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pipelines.aws.responses import DENIED, or_none
from pipelines.aws.s3 import read_object
from pipelines.errors import BadInput
from pipelines.execution.follow import or_none_of_ours
from pipelines.models.registry import APPROVED, PENDING
from pipelines.studio.queries.lists import MISSING, NEWEST_FIRST, versions

SHOWN = 30
"""The newest versions of a group that a page shows; each takes two calls when it is read for the first time."""
_AT_ONCE = 8


@dataclass(frozen=True)
class Measured:
    """The metrics of a version's candidate on the test set."""

    metric: str
    """The one by which candidates are selected."""
    test: Mapping[str, float]


@dataclass(frozen=True)
class Version:
    """One version as the API describes it; metrics are None if its files are gone or not of our kind."""

    described: Mapping[str, Any]
    measured: Measured | None

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.described["ModelPackageArn"])

    @property
    def group(self) -> str:
        """The name of its group."""
        return str(self.described["ModelPackageGroupName"])

    @property
    def number(self) -> int:
        """Its number within the group."""
        return int(self.described["ModelPackageVersion"])

    @property
    def status(self) -> str:
        """Its approval status."""
        return str(self.described["ModelApprovalStatus"])

    @property
    def created(self) -> datetime:
        """When it was registered."""
        created: datetime = self.described["CreationTime"]
        return created

    @property
    def properties(self) -> Mapping[str, str]:
        """What the pipeline recorded on it: data, code, execution."""
        properties: Mapping[str, str] = self.described.get("CustomerMetadataProperties", {})
        return properties

    @property
    def card(self) -> Any:
        """The content of its model card; None without one."""
        text = self.described.get("ModelCard", {}).get("ModelCardContent")
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text


@dataclass(frozen=True)
class Group:
    """The newest versions of a group."""

    name: str
    versions: Sequence[Version]
    """The newest first."""

    @property
    def champion(self) -> Version | None:
        """The newest approved version, with which new models are compared."""
        return next((each for each in self.versions if each.status == APPROVED), None)

    @property
    def challenger(self) -> Version | None:
        """The newest version that waits for approval and is newer than the champion."""
        first = next((each for each in self.versions if each.status in (APPROVED, PENDING)), None)
        return first if first is not None and first.status == PENDING else None

    @property
    def metrics(self) -> Sequence[str]:
        """The metrics of the versions, the one that selects first."""
        known = [each.measured for each in self.versions if each.measured]
        return [*dict.fromkeys([*(each.metric for each in known), *(name for each in known for name in each.test)])]


class Models:
    """Descriptions that were read once, by ARN and status: a version has others only after its status has changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Version] = {}

    def group(self, sagemaker: Any, s3: Any, name: str) -> Group:
        """Read the newest versions of a group; none if there is no such group."""
        keys = [(each["ModelPackageArn"], each["ModelApprovalStatus"]) for each in versions(sagemaker, name)[:SHOWN]]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = [*pool.map(lambda key: self._known.get(key) or read(sagemaker, s3, key[0]), keys)]
        self._known.update(zip(keys, found, strict=True))
        return Group(name, found)


def groups(sagemaker: Any, own: Sequence[str]) -> list[str]:
    """List the groups, those of the settings first; only them for who may not list those of the account."""
    answer = or_none(sagemaker.list_model_package_groups, DENIED, **NEWEST_FIRST)
    if answer is None:
        return list(own)
    found = [each["ModelPackageGroupName"] for each in answer["ModelPackageGroupSummaryList"]]
    return sorted(found, key=lambda name: (name not in own, name))


def read(sagemaker: Any, s3: Any, arn: str) -> Version:
    """Read one version.

    Raises `BadInput` if there is none.
    """
    described = or_none(sagemaker.describe_model_package, MISSING, ModelPackageName=arn)
    if described is None:
        raise BadInput(f"There is no model package {arn}.")
    evaluation = described.get("CustomerMetadataProperties", {}).get("evaluation")
    measured = or_none_of_ours(partial(_measured, s3, evaluation.rstrip("/"))) if evaluation else None
    return Version(described, measured)


def find(sagemaker: Any, s3: Any, group: str, number: int) -> Version:
    """Read a version by its number.

    Raises `BadInput` if there is none.
    """
    newest = next(iter(versions(sagemaker, group)), None)
    if newest is None:
        raise BadInput(f"There is no model package group {group} with a version in it.")
    return read(sagemaker, s3, f"{newest['ModelPackageArn'].rpartition('/')[0]}/{number}")


def change_approval(sagemaker: Any, version: Version, status: str, comment: str) -> None:
    """Approve or reject a version, with a comment."""
    change = partial(sagemaker.update_model_package, ModelPackageArn=version.arn, ModelApprovalStatus=status)
    change(ApprovalDescription=comment[:1024]) if comment else change()


def _measured(s3: Any, evaluation: str) -> Measured:
    verdict = json.loads(read_object(s3, f"{evaluation}/verdict.json"))
    return Measured(verdict["metric"], {name: float(value) for name, value in verdict["best"]["test"].items()})
