"""The SageMaker SDK's own file of defaults, which spares its users the questions that it asks of AWS's own address.

Versions 2 and 3 of the SDK ask STS for the account by an explicit address, whatever ``AWS_ENDPOINT_URL`` says, where
nothing else tells them the default bucket. This file does, and names the role wherever a call leaves it out. It is the
administrator's file, so a user's own (``SAGEMAKER_USER_CONFIG_OVERRIDE``) still goes first.
"""

from __future__ import annotations

import json
from pathlib import Path

VARIABLE = "SAGEMAKER_ADMIN_CONFIG_OVERRIDE"
_FILE = "sagemaker-sdk-defaults.yaml"


def write(directory: Path, *, region: str, account_id: str, role_arn: str) -> Path:
    """Write the file into a state directory; answers where it is, for the variable that names it."""
    role = {"RoleArn": role_arn}
    modules = {
        "TelemetryOptOut": True,
        "Session": {"DefaultS3Bucket": f"sagemaker-{region}-{account_id}"},
        "RemoteFunction": role,
    }
    defaults = {
        "SchemaVersion": "1.0",
        "SageMaker": {
            "PythonSDK": {"Modules": modules},
            "Pipeline": role,
            "ProcessingJob": role,
            "TrainingJob": role,
            "Model": {"ExecutionRoleArn": role_arn},
        },
    }
    path = directory / _FILE
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(defaults, indent=2))  # JSON is YAML, too
    partial.replace(path)
    return path
