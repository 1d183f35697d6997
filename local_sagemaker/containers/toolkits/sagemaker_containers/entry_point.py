"""The function that scripts call before their hosts connect."""

from local_sagemaker.containers.xgboost.distributed import wait_hostname_resolution


def _wait_hostname_resolution() -> None:
    """Wait until the name of each host can be resolved."""
    import json
    import os

    wait_hostname_resolution(json.loads(os.environ["SM_HOSTS"]))
