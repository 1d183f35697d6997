"""The executions that are open in a browser, each queried once per poll for all browsers together."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from local_sagemaker.definition.parse import DefinitionError
from pipelines.definition.document import Definition
from pipelines.execution.lookup import definition_of, parameters_of
from pipelines.execution.pipeline import Progress, look, step_types

_MOST = 64


@dataclass(frozen=True)
class Opened:
    """An execution as it was queried last."""

    progress: Progress
    definition: Definition
    parameters: Mapping[str, str]
    types: Mapping[str, str]
    """Types of the steps; empty if the definition is one that the local service could not run."""


class Watched:
    """Opened executions, by ARN."""

    def __init__(self) -> None:
        self._opened: dict[str, Opened] = {}
        self._watchers: Counter[str] = Counter()
        self._lock = Lock()

    def get(self, sagemaker: Any, arn: str) -> Opened:
        """Return an execution: as polled if a browser watches it, else as it is now, by at most four lists.

        Raises `BadInput` if there is no such execution.
        """
        opened = self._opened.get(arn)
        if opened is not None and (self._watchers[arn] or opened.progress.finished):
            return opened
        return self._query(sagemaker, arn)

    @contextmanager
    def watch(self, arn: str) -> Iterator[None]:
        """Have every poll query an execution."""
        with self._lock:
            self._watchers[arn] += 1
        try:
            yield
        finally:
            with self._lock:
                self._watchers[arn] -= 1

    def forget(self, arn: str) -> None:
        """Have an execution queried again, as after an action."""
        self._opened.pop(arn, None)

    def refresh(self, sagemaker: Any) -> bool:
        """Query the watched executions, and return whether one has changed."""
        with self._lock:
            watched = [arn for arn, watchers in self._watchers.items() if watchers]
        before = {arn: self._opened.get(arn) for arn in watched}
        changed = [self._query(sagemaker, arn) != before[arn] for arn in watched]
        return True in changed

    def _query(self, sagemaker: Any, arn: str) -> Opened:
        known = self._opened.get(arn)
        definition = known.definition if known else definition_of(sagemaker, arn)
        parameters = known.parameters if known else parameters_of(sagemaker, arn)
        types = known.types if known else _types(definition)
        opened = Opened(look(sagemaker, arn, types), definition, parameters, types)
        while len(self._opened) >= _MOST:
            self._opened.pop(next(iter(self._opened)), None)
        self._opened[arn] = opened
        return opened


def _types(definition: Definition) -> Mapping[str, str]:
    try:
        return step_types(definition)
    except DefinitionError:
        return {}
