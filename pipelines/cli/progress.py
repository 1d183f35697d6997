"""The progress of an execution on stderr: live, one line per step in a terminal, and plain lines elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pipelines.execution.pipeline import Progress, Step

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

COLOURS = {"Succeeded": "green", "Failed": "red", "Stopped": "yellow", "Executing": "cyan"}


@contextlib.contextmanager
def shown() -> Iterator[Callable[[Progress], None]]:
    """Yield a function that shows a progress."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain(console)
        return
    from rich.live import Live

    with Live(console=console, auto_refresh=False) as live:
        yield lambda progress: live.update(_table(progress), refresh=True)


def _plain(console: Console) -> Callable[[Progress], None]:
    """Write a line whenever a step's status changes, and only then."""
    seen: dict[str, str] = {}

    def show(progress: Progress) -> None:
        for step in progress.steps:
            if seen.get(step.name) != step.status:
                seen[step.name] = step.status
                console.print(_line(step), highlight=False, markup=False, soft_wrap=True)

    return show


def _line(step: Step) -> str:
    return f"{step.name:<34} {status_text(step):<20} {step.seconds:7.1f} s"


def status_text(step: Step) -> str:
    """Name a step's status, and where its result comes from if it did not run."""
    return f"{step.status} (cached)" if step.cache_hit else step.status


def _table(progress: Progress) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for step in progress.steps:
        status = Text(status_text(step), style=COLOURS.get(step.status, ""))
        table.add_row(step.name, status, Text(f"{step.seconds:.1f} s", justify="right"))
    table.add_row("Execution", Text(progress.status, style="bold"), Text(f"{progress.seconds:.1f} s", justify="right"))
    return table
