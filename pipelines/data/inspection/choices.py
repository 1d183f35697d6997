"""The type and the role of each column, and the reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.data.inspection.dates import find_format, is_time_of_day
from pipelines.data.inspection.table import MISSING
from pipelines.errors import quoted
from processing_scripts.dataset_file.model import ColumnType, Role

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.data.inspection.columns import ColumnFacts
    from pipelines.data.inspection.table import InspectedTable

MANY_LEVELS = 100
_MOST_LEVELS = 1000
_FEW_LEVELS = 20
_TEXT_LENGTH = 40
_OWNERS = "customer|client|user|patient|subject|household"
_IDENTIFIER = re.compile(
    rf"(?i:(^|.*[^a-z])(id|ids|uuid|guid|idx|index|nr|no|key|{_OWNERS}))|.*[a-z](ID|Id|Key|Uuid)|.*(번호|아이디)"
)
_OWNER = re.compile(rf"(?i:(^|.*[^a-z])(id|ids|uuid|guid|{_OWNERS}))|.*[a-z](ID|Id|Uuid)")
_EXACT = 2.0**53
"""From here on, a float is not exact, and only a code has so many digits."""
_TRUTH = {"true", "false"}
_SENTINELS = (-99.0, -200.0, -999.0, -9999.0, -99999.0)


@dataclass
class Choice:
    """What was decided on a column."""

    name: str
    type: ColumnType
    role: Role = "feature"
    levels: tuple[str, ...] = ()
    format: str | None = None
    sign: str | None = None
    reason: str = ""
    """Why the column is ignored or has another role than feature, for a comment."""
    warnings: list[str] = field(default_factory=list)
    """Sentences on what is suspicious."""

    def ignore(self, reason: str) -> None:
        """Leave the column out of the features."""
        self.role, self.reason = "ignore", reason


def choose_columns(table: InspectedTable, target: str) -> tuple[list[Choice], tuple[str, ...]]:
    """Decide on all columns but the target's role; return the markers of missing values besides the usual ones, too."""
    head = table.samples.head
    choices = [_choice(facts, head[name], table.signs.get(name)) for name, facts in table.columns.items()]
    levels = {level for choice in choices if choice.type == "category" for level in choice.levels}
    markers = []
    for choice, facts in zip(choices, table.columns.values(), strict=True):
        if choice.type in {"number", "integer"}:
            markers += [text for text in facts.others if text not in levels]
            for text in facts.others:
                if text in levels:  # which is a category elsewhere
                    choice.type, choice.levels = "category", tuple(sorted(facts.texts)) if not facts.many else ()
    for choice in choices:
        if choice.name != target:
            _choose_role(choice, table.columns[choice.name], head[choice.name])
        if choice.role == "feature" and any(choice.name in layout.unnamed for layout in table.files.layouts):
            choice.ignore("it has no name in the header")
            choice.warnings.append(
                f"Column {quoted(choice.name)} has no name in the header, so it is ignored; add one."
            )
    return choices, tuple(dict.fromkeys(text for text in markers if text not in MISSING))


def _choice(facts: ColumnFacts, head: pd.Series[Any], sign: str | None) -> Choice:
    """Decide on the type."""
    name = facts.name
    if facts.present == 0:
        return Choice(name, "text", "ignore", reason="it is empty")
    times = _times(name, _different(facts, head))
    if times is not None:
        return times
    if facts.is_numeric:
        return Choice(name, "integer" if facts.whole else "number", sign=sign, warnings=_sentinels(facts))
    mixed = _mixed(facts)
    if mixed is not None:
        return mixed
    levels = {text.lower() for text in facts.texts}
    if not facts.many and levels <= _TRUTH:
        return Choice(name, "boolean")
    return _texts(facts)


def _times(name: str, different: Sequence[str]) -> Choice | None:
    """Decide on dates and times of day; None if there is another text among them."""
    if is_time_of_day(different):
        return Choice(name, "time_of_day")
    dates = find_format(different)
    if dates is None:
        return None
    choice = Choice(name, "datetime", format=dates.format)
    if dates.other is not None:
        choice.warnings.append(
            f"Column {quoted(name)} fits two formats of dates: {dates.format} and {dates.other}. The first was "
            "chosen; correct it if the month comes first."
        )
    return choice


def _different(facts: ColumnFacts, head: pd.Series[Any]) -> list[str]:
    """Return different texts in the order of the rows: all of a column with few, else those of the first rows."""
    known = [*facts.texts] if not facts.many else head.drop_duplicates().dropna().tolist()
    return [text for text in known if text not in MISSING]


def _mixed(facts: ColumnFacts) -> Choice | None:
    """Decide on a column with both numbers and texts; None if it has no number, or too few."""
    if 2 * facts.numbers < facts.present or facts.numbers == 0:
        return None
    text, row = next(iter(facts.first_other.items()))
    warning = f"Column {quoted(facts.name)} contains numbers and texts: {quoted(text)} in row {row} is no number."
    is_category = not facts.many and facts.distinct <= _FEW_LEVELS
    if not is_category and len(facts.others) <= 5 and not any(re.search(r"\d", text) for text in facts.others):
        known = ", ".join(map(quoted, facts.others))
        kind: ColumnType = "integer" if facts.whole else "number"
        return Choice(facts.name, kind, warnings=[f"{warning} {known} will mean that the number is missing."])
    choice = _texts(facts)
    choice.warnings.append(f"{warning} The column is read as {choice.type}; correct the cells if it is a number.")
    return choice


def _texts(facts: ColumnFacts) -> Choice:
    """Decide between categories and free text."""
    length = sum(len(text) * count for text, count in facts.texts.items()) / max(sum(facts.texts.values()), 1)
    is_text = facts.many or facts.distinct > _MOST_LEVELS or length > _TEXT_LENGTH or _mostly_once(facts)
    if not is_text:
        return Choice(facts.name, "category", levels=tuple(sorted(facts.texts)))
    return Choice(facts.name, "text", "ignore", reason="it is text, which the algorithms do not read")


def _mostly_once(facts: ColumnFacts) -> bool:
    return facts.distinct > 20 and 2 * facts.distinct > facts.present


def _choose_role(choice: Choice, facts: ColumnFacts, head: pd.Series[Any]) -> None:
    """Decide on identifiers, groups, constants, text and categories with many levels."""
    name, quoted_name = choice.name, quoted(choice.name)
    named = _IDENTIFIER.fullmatch(name) is not None
    different = head.nunique() == head.notna().sum() and not facts.missing
    if facts.present == 0:
        choice.warnings.append(f"Column {quoted_name} is empty, so it is ignored.")
    elif facts.distinct == 1 and not facts.missing:
        choice.ignore("it is constant")
        choice.warnings.append(f"Column {quoted_name} has the same value in all rows, so it is ignored.")
    elif choice.type != "datetime" and different and _is_identifier(choice, facts, named=named):
        choice.ignore("it identifies the rows")
        choice.warnings.append(
            f"Column {quoted_name} identifies the rows, each of which has another value. A model would learn the rows "
            "by heart, so it is ignored; use the role key to find it beside the predictions."
        )
    elif _OWNER.fullmatch(name) and choice.type in {"integer", "category", "text"} and _repeats(facts):
        choice.role, choice.reason = "group", "rows with the same value belong together"
        choice.warnings.append(
            f"Column {quoted_name} identifies what several rows belong to ({facts.distinct:,} values). All rows of one "
            "value go to the same set; otherwise the test set would contain what the model knows."
        )
    elif choice.type == "text":
        choice.warnings.append(
            f"Column {quoted_name} is text ({'over ' if facts.many else ''}{facts.distinct:,} different values), which "
            "the algorithms do not read, so it is ignored. Make features of it in a Python file beside the data set "
            "file."
        )
    elif choice.type == "category" and facts.distinct > MANY_LEVELS:
        choice.warnings.append(
            f"Column {quoted_name} has {facts.distinct} categories, {facts.present / facts.distinct:.0f} rows each on "
            "average. Join rare ones if the model does not generalize."
        )
    if facts.present and facts.missing > 0.95 * facts.rows:
        choice.warnings.append(f"Column {quoted_name} is empty in {facts.missing / facts.rows:.1%} of the rows.")


def _is_identifier(choice: Choice, facts: ColumnFacts, *, named: bool) -> bool:
    """Whether different values name the rows: row numbers, ascending or huge numbers, codes without spaces."""
    if choice.type == "integer":
        numbered = facts.highest - facts.lowest == facts.rows - 1
        inexact = max(facts.highest, -facts.lowest) >= _EXACT
        return numbered or inexact or named or (facts.rising and facts.rows >= 100)
    if choice.type == "text":
        return named or not any(" " in text for text in facts.texts)
    return named and choice.type == "category"


def _repeats(facts: ColumnFacts) -> bool:
    return facts.distinct >= 50 and 3 * facts.distinct <= 2 * facts.present


def _sentinels(facts: ColumnFacts) -> list[str]:
    """Warn of a number that probably means that the value is missing."""
    if facts.many or facts.lowest not in _SENTINELS:
        return []
    values = sorted(value for text in facts.texts if (value := facts.marks.value(text)) is not None)
    if len(values) < 2 or values[1] < 0 or values[1] - values[0] < 90:
        return []
    text = next(text for text in facts.texts if facts.marks.value(text) == values[0])
    return [
        f"Column {quoted(facts.name)} has the number {text} in {facts.texts[text]} rows, which may mean that the value "
        "is missing. If so, add it to missing in the table [reading]."
    ]


def column_names(choices: Sequence[Choice], *roles: Role) -> list[str]:
    """Return the names of the columns with one of these roles."""
    return [choice.name for choice in choices if choice.role in roles]
