"""The default event bus of EventBridge.

moto matches the rules and delivers to log groups, SQS queues and other buses; ``event_targets`` adds the other targets.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_LOG = logging.getLogger(__name__)


class EventBus:
    """The default bus of one account and region."""

    def __init__(self, account_id: str, region: str) -> None:
        self._account_id = account_id
        self._region = region

    def emit(self, detail_type: str, detail: Callable[[], Mapping[str, Any] | None], resources: Sequence[str]) -> None:
        """Send one event of SageMaker about some resources.

        Parameters
        ----------
        detail
            Makes the detail; None sends nothing. Not called while no client has used EventBridge.
        """
        # moto loads its EventBridge with the first request for it; before that no rule can match.
        if "moto.events.models" not in sys.modules:
            return
        content = detail()
        if content is None:
            return
        from moto.events.models import events_backends

        event = {
            "Source": "aws.sagemaker",
            "DetailType": detail_type,
            "Detail": json.dumps(content),
            "Resources": list(resources),
        }
        try:
            events_backends[self._account_id][self._region].put_events([event])
        except Exception:  # noqa: BLE001 - a failed delivery must not fail the execution that caused the event
            _LOG.warning("the event %r could not be delivered", detail_type, exc_info=True)
