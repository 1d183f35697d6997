"""Writes down every call that boto3 makes, in each Python process that finds this on its path.

One JSON object per line goes into the file that RECORDED_CALLS names: the service as IAM calls it, the operation, and
its parameters without bodies.
"""

import json
import os
from pathlib import Path

if os.environ.get("RECORDED_CALLS"):
    from botocore.client import BaseClient

    make_api_call = BaseClient._make_api_call

    def recorded(client, operation, parameters):
        kept = {name: value for name, value in parameters.items() if name != "Body"}
        call = {"service": client.meta.service_model.signing_name, "operation": operation, "parameters": kept}
        with Path(os.environ["RECORDED_CALLS"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(call, default=str) + "\n")
        return make_api_call(client, operation, parameters)

    BaseClient._make_api_call = recorded
