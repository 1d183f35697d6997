"""The list of executions as one address wants it: filtered, sorted, and cut into pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from operator import itemgetter
from typing import Any

from pipelines.studio.queries.details import Details, DetailStore
from pipelines.studio.queries.index import Entry

PAGE_LENGTH = 50
NEWEST_FIRST = "-started"
PARAMETER, TASK = "parameter:", "task:"
"""Beginnings of the sort keys of columns for parameters and for the winners of tasks."""


@dataclass(frozen=True)
class Wanted:
    """What an address asks of the list."""

    pipeline: str = ""
    status: str = ""
    search: str = ""
    sort: str = NEWEST_FIRST
    """The name of a column; a hyphen in front is descending."""
    page: int = 1
    columns: tuple[str, ...] = ()
    """Parameters that are columns."""

    @classmethod
    def of(cls, query: Mapping[str, str], columns: Sequence[str]) -> "Wanted":
        """Read the parameters of an address."""
        page = query.get("page", "")
        return cls(
            pipeline=query.get("pipeline", ""),
            status=query.get("status", ""),
            search=query.get("q", ""),
            sort=query.get("sort", NEWEST_FIRST),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
            columns=tuple(columns),
        )


@dataclass(frozen=True)
class Row:
    """One execution; its details are None until they have been read."""

    entry: Entry
    details: Details | None


@dataclass(frozen=True)
class Page:
    """The rows of one page, and what the whole list has."""

    rows: tuple[Row, ...]
    found: int
    number: int
    last: int
    tasks: tuple[str, ...]
    """The tasks that have a winner on this page."""
    parameters: tuple[str, ...]
    """Parameters that can be columns."""


def page_of(entries: Iterable[Entry], details: DetailStore, wanted: Wanted) -> Page:
    """Select the rows of a page, and want the details that it lacks."""
    found = [Row(entry, details.get(entry.summary)) for entry in entries if _matches(entry, wanted)]
    _sort(found, wanted.sort)
    last = max(ceil(len(found) / PAGE_LENGTH), 1)
    number = min(max(wanted.page, 1), last)
    rows = found[(number - 1) * PAGE_LENGTH : number * PAGE_LENGTH]
    by_details = wanted.sort.removeprefix("-") not in _OF_SUMMARIES
    details.want(row.entry.summary for row in (found if by_details else rows))
    known = [row.details for row in rows if row.details]
    return Page(
        rows=tuple(rows),
        found=len(found),
        number=number,
        last=last,
        tasks=tuple(dict.fromkeys(task for each in known for task in each.winners)),
        parameters=tuple(dict.fromkeys([*(name for each in known for name in each.parameters), *wanted.columns])),
    )


def _matches(entry: Entry, wanted: Wanted) -> bool:
    summary = entry.summary
    if wanted.pipeline not in ("", entry.pipeline) or wanted.status not in ("", summary.status):
        return False
    texts = (summary.name, summary.id, entry.pipeline, summary.failure_reason or "")
    return not wanted.search or any(wanted.search.lower() in text.lower() for text in texts)


_OF_SUMMARIES: Mapping[str, Callable[[Row], Any]] = {
    "started": lambda row: row.entry.summary.started,
    "name": lambda row: row.entry.summary.name.lower(),
    "pipeline": lambda row: row.entry.pipeline.lower(),
    "status": lambda row: row.entry.summary.status,
}


def _sort(rows: list[Row], column: str) -> None:
    """Sort in place; rows without a value are last in both directions."""
    name, descending = column.removeprefix("-"), column.startswith("-")
    of_summary = _OF_SUMMARIES.get(name)
    values = [(of_summary(row) if of_summary else _detail(row.details, name), row) for row in rows]
    with_value = sorted((pair for pair in values if pair[0] is not None), key=itemgetter(0), reverse=descending)
    rows[:] = [row for _, row in (*with_value, *(pair for pair in values if pair[0] is None))]


def _detail(details: Details | None, name: str) -> Any:
    if details is None:
        return None
    if name == "duration":
        return details.seconds
    if name.startswith(TASK):
        winner = details.winners.get(name.removeprefix(TASK))
        return winner.value if winner else None
    return details.parameters.get(name.removeprefix(PARAMETER))
