"""Why a step took no earlier result from the cache: what differs from the latest one.

SageMaker does not say. The cache's key is known, so the arguments of both jobs in it are compared.
https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local_sagemaker.definition.durations import duration
from local_sagemaker.definition.parse import Step as DefinedStep
from local_sagemaker.definition.step_types import API_STEPS
from pipelines.execution.description import made_by
from pipelines.execution.pipeline import Step, steps_of
from pipelines.studio.queries.index import Entry
from pipelines.studio.queries.jobs import Made, MadeStore

MOST_EXECUTIONS = 3
"""Earlier executions in which a result is searched; each takes one call."""
DISABLED = "The definition lets it take no result from the cache."
NO_RESULT = "There was no earlier result to take: the step has not succeeded in the executions before."
EXPIRED = "The earlier result has expired."
DIFFERENT = "The latest result before has other arguments."
SAME = "The latest result before has the same arguments, but was not taken, as in a retry or a run from a step on."
REASONS = (DISABLED, NO_RESULT, EXPIRED, DIFFERENT, SAME)


@dataclass(frozen=True)
class Change:
    """An argument in the cache's key; None where a job has no such argument."""

    name: str
    before: str | None
    now: str | None


@dataclass(frozen=True)
class Miss:
    """Why a step ran, and the execution that it was compared with."""

    reason: str
    entry: Entry | None = None
    changes: Sequence[Change] = ()


def why_not_cached(
    sagemaker: Any, made: MadeStore, step: Step, defined: DefinedStep | None, earlier: Sequence[Entry]
) -> Miss | None:
    """Compare a step with the latest result before it, by at most one call for each of three executions and one more.

    ``earlier`` are the executions of the pipeline before the step's own, the latest first. None for a step that took a
    result, or of a type that never does.
    """
    if defined is None or step.type not in API_STEPS or not API_STEPS[step.type].cache_keys or step.cache_hit:
        return None
    if not defined.cache.get("Enabled"):
        return Miss(DISABLED)
    own = made.get(sagemaker, step)
    if own is None:
        return None
    for entry in earlier[:MOST_EXECUTIONS]:
        found = {each.name: each for each in steps_of(sagemaker, entry.summary.arn, {})}.get(step.name)
        if found is not None and found.status == "Succeeded" and (before := made.get(sagemaker, found)) is not None:
            return _compared(entry, own, before, expired=_is_expired(step, found, defined))
    return Miss(NO_RESULT)


def _compared(entry: Entry, own: Made, before: Made, *, expired: bool) -> Miss:
    names = {**before.key, **own.key}
    changes = [Change(name, before.key.get(name), own.key.get(name)) for name in names]
    differing = [change for change in changes if change.before != change.now]
    return Miss(DIFFERENT if differing else EXPIRED if expired else SAME, entry, differing)


def _is_expired(step: Step, found: Step, defined: DefinedStep) -> bool:
    after = defined.cache.get("ExpireAfter")
    if not after or step.started is None or found.started is None:
        return False
    return step.started > found.started + timedelta(seconds=found.seconds) + duration(after)


class Misses:
    """Reasons that were found once, by what the step made and the executions before it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, ...], Miss | None] = {}

    def get(
        self, sagemaker: Any, made: MadeStore, step: Step, defined: DefinedStep | None, earlier: Sequence[Entry]
    ) -> Miss | None:
        """Return why a step was not cached, as `why_not_cached` does."""
        key = made_by(step), *(entry.summary.arn for entry in earlier[:MOST_EXECUTIONS])
        if key not in self._known:
            self._known[key] = why_not_cached(sagemaker, made, step, defined, earlier)
        return self._known[key]
