"""Training on several hosts."""

from collections.abc import Callable, Sequence
from typing import Any

from local_sagemaker.containers.xgboost.distributed import run_on_hosts, wait_hostname_resolution

__all__ = ["rabit_run", "wait_hostname_resolution"]


def rabit_run(
    exec_fun: Callable[..., Any],
    args: dict[str, Any],
    include_in_training: bool,  # noqa: FBT001 - the container's signature
    hosts: Sequence[str],
    current_host: str,
    *_connection: Any,
    update_rabit_args: bool = False,
    **_more: Any,
) -> None:
    """Run a function on the connected hosts that have data; ``update_rabit_args`` passes it ``is_master``."""

    def work(*, is_master: bool) -> None:
        exec_fun(**args, **({"is_master": is_master} if update_rabit_args else {}))

    run_on_hosts(work, hosts, current_host, takes_part=include_in_training)
