"""What a data set file should contain for a table: columns, task and split, with reasons and warnings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.data.inspection.choices import Choice, choose_columns, column_names
from pipelines.data.inspection.dates import DateFormat
from pipelines.data.inspection.duplicates import find_copies
from pipelines.data.inspection.leakage import find_leaks
from pipelines.data.inspection.numbers import as_floats
from pipelines.data.inspection.table import MISSING, InspectedTable, inspect_table
from pipelines.data.inspection.tasks import ChosenTask, choose_task
from pipelines.errors import BadInput, did_you_mean, quoted
from processing_scripts.dataset_file.model import Kind, SplitBy
from processing_scripts.reading.clock import hours_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_IN_ORDER = 0.99
"""Share of neighbouring rows whose times do not decrease, in rows that are in the order of time."""
_LEAST_TIMES = 20


@dataclass(frozen=True)
class Proposal:
    """The content of a data set file, with reasons."""

    table: InspectedTable
    columns: tuple[Choice, ...]
    task: ChosenTask
    target: str
    split: SplitBy
    split_reason: str
    markers: tuple[str, ...]
    """Markers of missing values besides the usual ones."""
    warnings: tuple[str, ...]


def propose(path: Path, target: str, kind: Kind | None = None) -> Proposal:
    """Read a file or a folder once, and decide on its columns, the task and the split.

    Raises `BadInput` if it is no table, or the target cannot be predicted.
    """
    table = inspect_table(path, target)
    target = _column(table, target)
    columns, markers = choose_columns(table, target)
    choice = next(each for each in columns if each.name == target)
    task = choose_task(table, choice, kind)
    choice.role = "target"
    if choice.type == "text":
        choice.type = "category"
    if not column_names(columns, "feature"):
        raise BadInput(f"{path} has no column that could be a feature of {quoted(target)}: all are ignored.")
    warnings = [*table.remarks, *task.warnings, *choice.warnings]
    warnings += _leaks(table, columns, target, task)
    warnings += _copies(table, columns)
    split, reason, order = _split(table, columns, task)
    warnings += [warning for each in columns if each.name != target for warning in each.warnings] + order
    return Proposal(table, tuple(columns), task, target, split, reason, markers, tuple(warnings))


def _column(table: InspectedTable, target: str) -> str:
    """Return the name of the target, which may be a position in a file without header."""
    if target in table.columns:
        return target
    if not all(layout.header for layout in table.files.layouts) and f"column_{target}" in table.columns:
        return f"column_{target}"
    hint = did_you_mean(target, table.columns) or f". Its columns: {', '.join([*table.columns][:20])}."
    raise BadInput(f"{table.files.paths[0]} has no column {quoted(target)}{hint}")


def values_of(texts: pd.Series[Any], choice: Choice, table: InspectedTable) -> np.ndarray[Any, Any]:
    """Return the cells of a sample as numbers, times as numbers, or objects."""
    import numpy as np
    import pyarrow as pa

    if choice.type in {"number", "integer"}:
        return as_floats(pa.array(texts, pa.string(), from_pandas=True), table.marks)
    if choice.type == "datetime":
        times = DateFormat(choice.format).parse(texts)
        return np.asarray(times.astype("int64").where(times.notna()), dtype=float)
    if choice.type == "time_of_day":
        return hours_of(["" if text is None else text for text in texts], choice.format)
    return texts.to_numpy(dtype=object)


def _leaks(table: InspectedTable, columns: list[Choice], target: str, task: ChosenTask) -> list[str]:
    """Ignore features that give the target away; return a warning for each."""
    import numpy as np

    rows = table.samples.drawn
    choice = next(each for each in columns if each.name == target)
    labels = _labels(rows[target], choice, task, table)
    known = ~np.isnan(labels)
    features = {
        each.name: values_of(rows[each.name], each, table)[known]
        for each in columns
        if each.role in {"feature", "time"}
    }
    leaks = find_leaks(features, labels[known], task.kind)
    leaking = {name for leak in leaks for name in leak.names}
    ignored = leaking if leaking < set(column_names(columns, "feature")) else set()
    for leak in leaks:
        for each in columns:
            if each.name in leak.names and each.name in ignored:
                each.ignore(f"it gives the target away: {leak.how}")
    what = "ignored" if ignored else "kept, since there is no other feature"
    warnings = []
    for leak in leaks:
        listed = " and ".join(map(quoted, leak.names))
        subject, verb, pronoun = (
            (f"Columns {listed}", "give", "they are") if len(leak.names) > 1 else (f"Column {listed}", "gives", "it is")
        )
        warnings.append(
            f"{subject} probably {verb} the target away ({leak.how}), so {pronoun} {what}. If {pronoun} known before "
            "the target, set the role feature."
        )
    return warnings


def _labels(texts: pd.Series[Any], choice: Choice, task: ChosenTask, table: InspectedTable) -> np.ndarray[Any, Any]:
    """Return numbers, or codes of classes, NaN where the target is missing."""
    import numpy as np
    import pandas as pd

    if task.kind == "regression":
        return values_of(texts, choice, table)
    known = texts.where(texts.isin([*table.columns[choice.name].texts]))
    codes = pd.factorize(known)[0] if task.positive is None else (known == task.positive).astype(int).to_numpy()
    return np.where(known.isna(), np.nan, codes)


def _copies(table: InspectedTable, columns: list[Choice]) -> list[str]:
    head = table.samples.head
    head = head[(head.fillna("") != "").any(axis=1)]
    used = [each for each in columns if each.role in {"feature", "target", "time"}]
    copies = find_copies({each.name: values_of(head[each.name], each, table) for each in used})
    among = "" if len(table.samples.head) == table.rows else f" of the first {len(head):,} rows"
    advice = "A copy in the test set makes the metrics too good: delete copies, or give related rows the role group"
    if copies.exact:
        return [f"{copies.exact:.1%} of the rows{among} are copies of an earlier row. {advice}."]
    if copies.near:
        return [f"{copies.near:.1%} of the rows{among} are nearly the same as an earlier row. {advice}."]
    return []


def _split(table: InspectedTable, columns: list[Choice], task: ChosenTask) -> tuple[SplitBy, str, list[str]]:
    """Choose how sets are drawn; return a reason and warnings, too."""
    time = _ordering_time(table, columns)
    warnings: list[str] = []
    if time is not None and _is_unknown(table, time, columns):
        warnings.append(
            f"Column {quoted(time.name)} orders the rows in time, but is empty in some of them, so the last rows "
            "cannot be the test set. Enter the times or delete those rows, and write this file again: a random split "
            "only tests interpolation."
        )
    elif time is not None:
        time.role = "time"
        time.reason = "it orders the rows"
        warning = (
            f"Column {quoted(time.name)} orders the rows in time. A random split would only test interpolation between "
            "known rows, so the last rows are the validation and test set; set by to 'rows' if you never predict later "
            "rows."
        )
        return "time", f"the rows are in the order of {quoted(time.name)}", [warning]
    groups = column_names(columns, "group")
    if groups:
        return "groups", f"all rows with the same {quoted(groups[0])} are in one set", warnings
    if task.kind != "regression":
        return "classes", "each set contains the classes in the same proportion", warnings
    return "rows", "each row is drawn by a hash", warnings


def _is_unknown(table: InspectedTable, time: Choice, columns: list[Choice]) -> bool:
    """Whether rows with a target have no time."""
    rows, target = table.samples.drawn, next(each.name for each in columns if each.role == "target")
    missing = rows.isna() | rows.isin(MISSING)
    return bool((missing[time.name] & ~missing[target]).any())


def _ordering_time(table: InspectedTable, columns: list[Choice]) -> Choice | None:
    """Return the column of times that orders the rows, the finest of several."""
    import numpy as np

    rows = table.samples.drawn
    found: list[tuple[int, Choice]] = []
    for each in columns:
        if each.type == "datetime" and each.role == "feature":
            times = values_of(rows[each.name], each, table)
            times = times[~np.isnan(times)]
            steps, count = np.diff(times), len(np.unique(times))
            in_order = len(steps) and max((steps >= 0).mean(), (steps <= 0).mean()) >= _IN_ORDER
            if in_order and count >= _LEAST_TIMES:
                found.append((count, each))
    return max(found, key=lambda each: each[0])[1] if found else None
