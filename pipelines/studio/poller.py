"""One poll of the API for all browsers together, at a pace that depends on the target."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool

INTERVALS = {"local": 1.0, "aws": 5.0}
"""Seconds between two polls. On AWS, the quotas of the API count for the whole account."""
LONGEST = {"local": 5.0, "aws": 60.0}
"""Seconds between two polls when the API does not answer."""
UNWATCHED_SECONDS = 30.0
"""After the last browser has gone, nothing is polled from then on."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """Number of the latest change, when the API answered last (seconds since 1970), and its trouble since then."""

    change: int = 0
    answered: float | None = None
    trouble: str | None = None


class Poller:
    """Calls ``refresh``, which returns whether anything has changed, while browsers watch."""

    def __init__(
        self, refresh: Callable[[], bool], explain: Callable[[Exception], str | None], interval: float, longest: float
    ) -> None:
        self._refresh, self._explain = refresh, explain
        self._interval, self._longest = interval, longest
        self._due = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Condition()
        self._watchers = 0
        self._seen = 0.0
        self._ended = False
        self.state = State()

    def watched(self) -> None:
        """Note that a browser has requested a page."""
        self._seen = time.monotonic()

    def hurry(self) -> None:
        """Poll at once, as after an action; views call it from their threads."""
        self.watched()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._due.set)

    def end(self) -> None:
        """End all streams, so that the server can end."""
        self._ended = True

    async def run(self) -> None:
        """Poll until the task is cancelled."""
        self._loop, pause = asyncio.get_running_loop(), self._interval
        while True:
            if self._is_watched():
                pause = await self._poll(pause)
            try:
                await asyncio.wait_for(self._due.wait(), pause if self._is_watched() else self._interval)
            except TimeoutError:
                continue
            self._due.clear()

    async def changes(self, is_gone: Callable[[], bool] = lambda: False) -> AsyncIterator[State]:
        """Yield the state now and after each change, and at least every few seconds."""
        self._watchers += 1
        self._due.set()
        try:
            while not (self._ended or is_gone()):
                yield self.state
                async with self._changed:
                    try:
                        await asyncio.wait_for(self._changed.wait(), self._interval)
                    except TimeoutError:
                        continue
        finally:
            self._watchers -= 1
            self.watched()

    def _is_watched(self) -> bool:
        return self._watchers > 0 or time.monotonic() - self._seen < UNWATCHED_SECONDS

    async def _poll(self, pause: float) -> float:
        """Poll once, and return the pause until the next poll."""
        before = self.state
        try:
            changed = await run_in_threadpool(self._refresh)
        except Exception as error:
            trouble = self._explain(error)
            if trouble is None:
                logger.exception("The page cannot be refreshed.")
                trouble = f"{type(error).__name__}: {error}"
            self.state = replace(before, trouble=trouble, change=before.change + (trouble != before.trouble))
            pause = min(2 * pause, self._longest)
        else:
            new = changed or before.trouble is not None
            self.state = State(before.change + new, time.time(), None)
            pause = self._interval
        if self.state.change != before.change:
            async with self._changed:
                self._changed.notify_all()
        return pause
