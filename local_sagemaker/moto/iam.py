"""The execution role that exists in the local IAM, and whose session every caller is."""

from __future__ import annotations

import json
from threading import Lock

from local_sagemaker.core.names import partition_of

_PATH = "/service-role/"
_SESSION_NAME = "SageMaker"
_NOBODYS_KEY = "AKIAEXAMPLE"  # what moto takes any access key for that is not of its own form


class ExecutionRole:
    """The role of one account; it is made when someone asks for it, as IAM takes long to load."""

    def __init__(self, account_id: str, region: str, name: str) -> None:
        self._account_id = account_id
        self._region = region
        self._name = name
        self._lock = Lock()
        self._made = False

    def make(self) -> None:
        """Have moto know the role; a second time does nothing."""
        with self._lock:
            if not self._made:
                self._create()
                self._made = True

    def _create(self) -> None:
        """Make the role, and a session of it that every caller is who has no access key of moto's making."""
        from moto.iam.models import iam_backends
        from moto.sts.models import sts_backends

        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        partition = partition_of(self._region)
        role = iam_backends[self._account_id][partition].create_role(
            role_name=self._name,
            assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            path=_PATH,
            permissions_boundary=None,
            description="The execution role of SageMaker on this machine",
            tags=[],
            max_session_duration="3600",
        )
        session = sts_backends[self._account_id][partition].assume_role(
            self._region, _SESSION_NAME, role.arn, policy="", duration=3600, external_id=""
        )
        session.access_key_id = _NOBODYS_KEY
