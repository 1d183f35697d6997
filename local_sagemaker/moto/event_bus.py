"""The default event bus of EventBridge.

moto matches the rules and delivers to log groups, SQS queues and other buses; ``event_targets`` adds the other targets.
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_LOG = logging.getLogger(__name__)


def emit(
    account_id: str,
    region: str,
    detail_type: str,
    detail: Callable[[], Mapping[str, Any] | None],
    resources: Sequence[str],
) -> None:
    """Send one event of SageMaker about some resources to the default bus of an account and region.

    ``detail`` makes the detail; None sends nothing. It is not called while the bus has no rule.
    """
    # moto loads its EventBridge with the first request for it; before that no rule can match.
    if "moto.events.models" not in sys.modules:
        return
    from moto.events.models import events_backends

    backend = events_backends[account_id][region]
    if not backend.event_buses["default"].rules:
        return
    content = detail()
    if content is None:
        return
    event = {
        "Source": "aws.sagemaker",
        "DetailType": detail_type,
        "Detail": json.dumps(content),
        "Resources": list(resources),
    }
    try:
        backend.put_events([event])
    except Exception:  # noqa: BLE001 - a failed delivery must not fail the execution that caused the event
        _LOG.warning("the event %r could not be delivered", detail_type, exc_info=True)
