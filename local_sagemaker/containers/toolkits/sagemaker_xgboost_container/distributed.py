"""Training on several hosts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from local_sagemaker.containers.xgboost.distributed import run_on_hosts, wait_hostname_resolution

__all__ = ["rabit_run", "wait_hostname_resolution"]


def rabit_run(
    exec_fun: Callable[..., Any],
    args: dict[str, Any],
    include_in_training: bool,  # noqa: FBT001 - so the container's own
    hosts: Sequence[str],
    current_host: str,
    *_connection: Any,
    update_rabit_args: bool = False,
    **_more: Any,
) -> None:
    """Run a function on the hosts that have data, connected; with ``update_rabit_args`` it is told ``is_master``."""

    def work(*, is_master: bool) -> None:
        exec_fun(**args, **({"is_master": is_master} if update_rabit_args else {}))

    run_on_hosts(work, hosts, current_host, takes_part=include_in_training)
