"""Server-sent events: one for each poll, from which the browser knows whether to load its page again.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pipelines.studio.queries.lists import ENDPOINTS, MODELS
from pipelines.studio.state import studio_of
from pipelines.studio.views.lookup import find_place

_MOST = 8
"""Executions and lists that one browser has polled."""


async def events(request: Request) -> Response:
    """Stream the poller's state; ``watch``, which may be repeated, names what the polls are to query, too.

    It is an execution by its pipeline and its id, or a list of `pipelines.studio.queries.lists`.
    """
    studio = studio_of(request)
    keys = request.query_params.getlist("watch")[:_MOST]
    lists = [key for key in keys if key == ENDPOINTS or key.startswith(MODELS)]
    arns = [(await run_in_threadpool(find_place, studio, key)).arn for key in keys if key not in lists]

    async def stream() -> AsyncIterator[str]:
        with ExitStack() as watching:
            for arn in arns:
                watching.enter_context(studio.watched.watch(arn))
            for key in lists:
                watching.enter_context(studio.lists.watch(key))
            sent = None
            async for state in studio.poller.changes():
                if state != sent:
                    sent = state
                    yield f"data: {json.dumps(asdict(state))}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
