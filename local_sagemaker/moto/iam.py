"""The execution role in the local IAM, and the session of it that every caller has."""

import json
import sys
from threading import Lock

from local_sagemaker.core.names import partition_of

_PATH = "/service-role/"
_SESSION_NAME = "SageMaker"
_UNKNOWN_KEY = "AKIAEXAMPLE"  # the key that moto assumes for every access key that it did not create


def issued_secret(account_id: str, region: str, access_key: str) -> str | None:
    """The secret of an access key that IAM or STS has issued; None if there is none."""
    if "moto.iam.models" not in sys.modules:  # before the first request to one of the two
        return None
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    partition = partition_of(region)
    issued = [*iam_backends[account_id][partition].access_keys.values()]
    issued += [each.access_key for each in sts_backends[account_id][partition].assumed_roles]
    secrets: dict[str, str] = {each.access_key_id: each.secret_access_key for each in issued}
    return secrets.get(access_key)


class ExecutionRole:
    """The execution role of one account, created on the first use of IAM, because moto's IAM takes long to load."""

    def __init__(self, account_id: str, region: str, name: str) -> None:
        self._account_id = account_id
        self._region = region
        self._name = name
        self._lock = Lock()
        self._made = False

    def make(self) -> None:
        """Create the role in moto, once, and a session of it for every caller without an access key from moto."""
        with self._lock:
            if not self._made:
                self._create()
                self._made = True

    def _create(self) -> None:
        from moto.iam.models import iam_backends
        from moto.sts.models import sts_backends

        statement = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        partition = partition_of(self._region)
        role = iam_backends[self._account_id][partition].create_role(
            role_name=self._name,
            assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            path=_PATH,
            permissions_boundary=None,
            description="The execution role of the local SageMaker",
            tags=[],
            max_session_duration="3600",
        )
        session = sts_backends[self._account_id][partition].assume_role(
            self._region, _SESSION_NAME, role.arn, policy="", duration=3600, external_id=""
        )
        session.access_key_id = _UNKNOWN_KEY
