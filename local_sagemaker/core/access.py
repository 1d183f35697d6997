"""Access to the service of a state directory: its address and its key, and the file that contains both.

The key belongs to the directory: only its owner can read it, and every request must be signed with it.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from local_sagemaker.core import disk, names
from local_sagemaker.core.errors import StateDirectoryError

ACCOUNT_ID = "123456789012"
ROLE_NAME = "SageMakerLocalExecutionRole"
ADDRESS_FILE = "service.json"
"""The file that exists while a service runs; a new service deletes the one that a killed process left."""
CLEARED_VARIABLES = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""Variables of a user's own AWS account, which must not be set together with those of ``environment``."""


class Key(NamedTuple):
    """An access key and its secret."""

    access_key: str
    secret_key: str


@dataclass(frozen=True)
class Access:
    """All that an AWS client needs to call a service, with the account and the region that it emulates."""

    endpoint_url: str
    region: str
    key: Key
    account_id: str = ACCOUNT_ID

    @property
    def role_arn(self) -> str:
        """The ARN of an execution role that exists in the local IAM."""
        return f"arn:{names.partition_of(self.region)}:iam::{self.account_id}:role/service-role/{ROLE_NAME}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that send any AWS client to this service, past any proxy."""
        direct = ",".join(filter(None, [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1"]))
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.key.access_key,
            "AWS_SECRET_ACCESS_KEY": self.key.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAGEMAKER_VALIDATE_ROLE": "false",
            "NO_PROXY": direct,
            "no_proxy": direct,
        }

    @property
    def client_arguments(self) -> dict[str, str]:
        """The arguments of ``boto3.client`` that do the same."""
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "aws_access_key_id": self.key.access_key,
            "aws_secret_access_key": self.key.secret_key,
        }


def new_key() -> Key:
    """A random key. Its length is none of AWS's, so that nobody, moto included, takes it for a key of AWS."""
    return Key(f"LOCAL{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30))


def make_private(directory: Path) -> None:
    """Create a state directory, or close it to other users.

    Raises StateDirectoryError if it cannot be created, or belongs to another user.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise StateDirectoryError(f"The state directory {directory} cannot be created: {reason}.") from error
    try:
        if directory.stat().st_mode & 0o077:
            directory.chmod(0o700)
    except OSError as error:
        raise StateDirectoryError(
            f"The state directory {directory} belongs to another user, who could run code as you. Use another one."
        ) from error


def write(directory: Path, access: Access, identity: Mapping[str, Any]) -> None:
    """Write the address and the key of a running service, with its identity, for the owner only."""
    with disk.whole_file(directory / ADDRESS_FILE) as file:
        file.write(json.dumps({**identity, **access.key._asdict()}).encode())


def read(directory: Path) -> Access:
    """The access to the running service; raises OSError, ValueError or KeyError where there is none."""
    written = json.loads((directory / ADDRESS_FILE).read_text(encoding="utf-8"))
    return Access(written["endpoint_url"], written["region"], Key(written["access_key"], written["secret_key"]))


def delete(directory: Path) -> None:
    """Delete the file, at the end of a service and before the start of one."""
    (directory / ADDRESS_FILE).unlink(missing_ok=True)
