"""What a browser has started and what takes longer than a request, such as deploying a model."""

import logging
from collections.abc import Callable, Mapping
from threading import Lock, Thread

from pipelines.errors import BadInput

logger = logging.getLogger(__name__)


class Work:
    """One piece of work at a time for each endpoint; what failed is told until the next piece begins."""

    def __init__(self) -> None:
        self._running: set[str] = set()
        self._failed: dict[str, str] = {}
        self._lock = Lock()

    @property
    def failed(self) -> Mapping[str, str]:
        """Why the last piece of work failed, by endpoint."""
        return dict(self._failed)

    def start(self, name: str, task: Callable[[], object], ended: Callable[[], None]) -> None:
        """Do a piece of work in a thread of its own, and call ``ended`` after it.

        Raises `BadInput` if the one before has not ended.
        """
        with self._lock:
            if name in self._running:
                raise BadInput(f"{name} is being changed. Wait until that has ended.")
            self._running.add(name)
            self._failed.pop(name, None)
        Thread(target=self._do, args=(name, task, ended), name=f"studio-{name}", daemon=True).start()

    def _do(self, name: str, task: Callable[[], object], ended: Callable[[], None]) -> None:
        try:
            task()
        except Exception as error:
            logger.warning("%s: %s", name, error)
            logger.debug("Work on %s failed.", name, exc_info=True)
            self._failed[name] = str(error) or type(error).__name__
        finally:
            with self._lock:
                self._running.discard(name)
            ended()
