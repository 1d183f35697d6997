"""What scripts call before hosts talk to each other."""

from __future__ import annotations

from local_sagemaker.containers.xgboost.distributed import wait_hostname_resolution


def _wait_hostname_resolution() -> None:
    """Wait until the name of each host is known."""
    import json
    import os

    wait_hostname_resolution(json.loads(os.environ["SM_HOSTS"]))
