"""A proposal as the text of a data set file, with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from pipelines.data.inspection.choices import Choice
from pipelines.data.inspection.few_rows import EARLY_STOPPING, FEW_ROWS, FOLDS, HYPERPARAMETERS
from pipelines.data.inspection.proposal import Proposal
from pipelines.data.inspection.table import MISSING
from processing_scripts.dataset_file.model import Kind
from processing_scripts.reading.numbers import POINT

_LONGEST_NAME = 40
_OTHER_SPLITS = {
    "rows": "each row by a hash",
    "classes": "the same proportion of each class in every set",
    "groups": "all rows with one value of a column with the role group in one set",
    "time": "the last rows of a column with the role time as validation and test set",
}


def as_toml(proposal: Proposal, source: str, data: str) -> str:
    """Write a proposal as TOML.

    Parameters
    ----------
    source
        The table as the user named it.
    data
        The table as the file names it: a path from its folder, or an address.
    """
    name = simple_name(source)
    lines = [
        f"# Written by boostpipe dataset init from {_comment(source)}: {proposal.table.rows:,} rows. All keys are",
        "# described in docs/dataset-file.md. Check changes with: boostpipe dataset check",
        f"name = {_text(name)}",
        f"title = {_text(re.sub(r'[_-]+', ' ', name).capitalize())}",
        f"data = {_text(data)}",
        "",
        *_reading(proposal),
        "",
        *_columns(proposal),
        "",
        *_task(proposal),
        "",
        *_split(proposal),
    ]
    return "\n".join(lines) + "\n"


def simple_name(source: str) -> str:
    """Make a name of lowercase letters, digits and hyphens from a path or an address.

    Examples
    --------
    >>> simple_name("data/Bank full.csv"), simple_name("s3://bucket/2024/"), simple_name("고객.csv")
    ('bank-full', 'table-2024', 'table')
    """
    stem = source.rstrip("/").rpartition("/")[2].partition(".")[0].lower()
    words = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")
    if not words[:1].isalpha():
        words = f"table-{words}".strip("-")
    return words[:_LONGEST_NAME].rstrip("-")


def _reading(proposal: Proposal) -> list[str]:
    table = proposal.table
    lines = ["[reading]"]
    if not table.files.layouts:
        lines.append('format = "parquet"')
    else:
        layout = table.files.layouts[0]
        lines += [
            'format = "csv"',
            f"header = {str(layout.header).lower()}"
            + ("" if layout.header else "  # rename the columns below: their order is that of the file"),
            f"separator = {_text(layout.separator)}",
            f"encoding = {_text(layout.encoding)}",
        ]
        if table.marks.decimal != POINT.decimal:
            lines.append(f"decimal = {_text(table.marks.decimal)}")
        if any(facts.grouped for facts in table.columns.values() if facts.is_numeric):
            lines.append(f"grouping = {_text(table.marks.group)}")
    if proposal.markers:
        lines.append(f"missing = {_list([*MISSING, *proposal.markers])}")
    return lines


def _columns(proposal: Proposal) -> list[str]:
    lines = ["# Roles: feature (the default), target, key, group, time, weight, ignore.", "[columns]"]
    for each in proposal.columns:
        keys = [f"type = {_text(each.type)}"]
        if each.role not in {"feature", "target"}:
            keys.append(f"role = {_text(each.role)}")
        if each.sign is not None:
            keys.append(f"sign = {_text(each.sign)}")
        if each.format is not None:
            keys.append(f"format = {_text(each.format)}")
        lines.append(f"{_text(each.name)} = {{ {', '.join(keys)} }}{_reason(each)}")
    return lines


def _reason(choice: Choice) -> str:
    return f"  # {_comment(choice.reason)}" if choice.reason else ""


def _task(proposal: Proposal) -> list[str]:
    task = proposal.task
    name = "regression" if task.kind == "regression" else "classification"
    lines = [
        f"[tasks.{name}]",
        f"kind = {_text(task.kind)}  # {_comment(task.reason)}",
        f"target = {_text(proposal.target)}",
    ]
    if task.kind == "regression":
        lines.append('metric = "rmse"  # or "mae"')
    lines.append(f"gate = {task.gate:.12g}  # the winner must be better; this is {_comment(task.gate_reason)}")
    if task.minimum is not None:
        lines.append(f"minimum = {task.minimum:.12g}  # no target is negative, so no prediction is")
    if task.positive is not None:
        lines += [
            f"positive = {_text(task.positive)}  # exchange it with negative to predict the other",
            f"negative = {_text(task.classes[0])}  # a third value is refused; without this line, it is negative",
        ]
    elif task.classes:
        lines.append(f"classes = {_list(task.classes)}")
    return [*lines, *_for_few_rows(name, task.kind)] if proposal.table.rows < FEW_ROWS else lines


def _for_few_rows(name: str, kind: Kind) -> list[str]:
    stopping = [f"early_stopping = {_text(EARLY_STOPPING)}  # the AUC of few rows moves in steps"]
    tables = [
        f"{algorithm} = {{ {', '.join(f'{key} = {value:g}' for key, value in values.items())} }}"
        for algorithm, values in HYPERPARAMETERS.items()
    ]
    heading = f"[tasks.{name}.hyperparameters]  # shallow trees of random rows and columns, because rows are few"
    folds = f"folds = {FOLDS}  # their mean ranks the candidates, because one validation set of few rows errs by chance"
    return [folds, *(stopping if kind == "binary" else []), "", heading, *tables]


def _split(proposal: Proposal) -> list[str]:
    others = [f'# by = "{by}": {what}' for by, what in _OTHER_SPLITS.items() if by != proposal.split]
    return [
        "[split]",
        f"by = {_text(proposal.split)}  # {_comment(proposal.split_reason)}",
        *others,
        "shares = [0.8, 0.1, 0.1]  # training, validation and test set",
    ]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _comment(text: str) -> str:
    """Make a text fit for a comment, in which control characters are forbidden."""
    return "".join(character if character.isprintable() else "?" for character in text)


def data_of(source: str, output: Path) -> str:
    """Return how the data set file names its table: a path from its folder, or an address."""
    if "://" in source:
        return source
    path, folder = Path(source).resolve(), output.resolve().parent
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
