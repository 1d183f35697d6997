"""The task that a target's values suggest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import BadInput, quoted
from processing_scripts.dataset_file.model import Kind

if TYPE_CHECKING:
    from pipelines.data.inspection.choices import Choice
    from pipelines.data.inspection.columns import ColumnFacts
    from pipelines.data.inspection.table import InspectedTable

MOST_CLASSES = 100
LEAST_ROWS_OF_A_CLASS = 20
_MOST_NUMBERED_CLASSES = 10
_FEW_CLASSES = 5
_POSITIVE = ("yes", "y", "true", "t", "1", "1.0", "positive", "pos", "malignant", "bad", "churned", ">50k", "+")
AUC_GATE = 0.6


@dataclass(frozen=True)
class ChosenTask:
    """A task, and why it is this one."""

    kind: Kind
    gate: float
    classes: tuple[str, ...] = ()
    positive: str | None = None
    minimum: float | None = None
    reason: str = ""
    gate_reason: str = ""
    warnings: tuple[str, ...] = ()


def choose_task(table: InspectedTable, choice: Choice, kind: Kind | None) -> ChosenTask:
    """Choose the kind of the task, unless it is given, and its gate: what a constant prediction reaches.

    Raises `BadInput` if nothing can be predicted: the target is constant, free text, or has too many classes.
    """
    facts = table.columns[choice.name]
    name = quoted(choice.name)
    if facts.distinct < 2:
        raise BadInput(f"The target {name} has the same value in all rows, so there is nothing to predict.")
    if choice.type in {"datetime", "time_of_day"}:
        raise BadInput(f"The target {name} contains dates or times. Name a column with numbers or classes.")
    numeric = choice.type in {"number", "integer"}
    found, reason = _kind(facts, name, numeric=numeric)
    if kind is not None:
        _require(kind, facts, name, numeric=numeric)
        found, reason = kind, "--kind is given"
    missing: tuple[str, ...] = ()
    if facts.missing:
        missing = (f"The target {name} is empty in {facts.missing:,} rows, which are left out.",)
    if found == "regression":
        return _regression(table, facts, reason, missing)
    return _classification(facts, choice, found, reason, missing)


def _kind(facts: ColumnFacts, name: str, *, numeric: bool) -> tuple[Kind, str]:
    """Choose the kind; numbers are classes if they are few, as ratings and codes are."""
    count = facts.distinct
    if count == 2:
        return "binary", "it has two different values"
    if not numeric:
        if count > MOST_CLASSES:
            raise BadInput(
                f"The target {name} has {'over ' if facts.many else ''}{count:,} different texts, but a classification "
                f"has at most {MOST_CLASSES} classes. Join rare classes, or name another target."
            )
        return "multiclass", f"it has {count} categories"
    values = [value for text in facts.texts if (value := facts.marks.value(text)) is not None]
    whole = not facts.many and all(value % 1 == 0 for value in values)
    rare = whole and min(facts.texts.values()) < LEAST_ROWS_OF_A_CLASS and count > _FEW_CLASSES
    if whole and count <= _MOST_NUMBERED_CLASSES and not rare:
        return "multiclass", f"it has {count} different whole numbers only, which may be codes of classes"
    return "regression", "it is a number"


def _require(kind: Kind, facts: ColumnFacts, name: str, *, numeric: bool) -> None:
    """Refuse a kind that the target's values do not fit."""
    count = f"{'over ' if facts.many else ''}{facts.distinct:,}"
    if kind == "regression" and not numeric:
        raise BadInput(f"--kind is regression, but the target {name} contains other texts than numbers.")
    if kind == "binary" and facts.distinct != 2:
        raise BadInput(f"--kind is binary, but the target {name} has {count} different values.")
    if kind == "multiclass" and facts.distinct > MOST_CLASSES:
        raise BadInput(f"--kind is multiclass, but the target {name} has {count} values; {MOST_CLASSES} are allowed.")


def _regression(table: InspectedTable, facts: ColumnFacts, reason: str, warnings: tuple[str, ...]) -> ChosenTask:
    import numpy as np

    from pipelines.data.inspection.numbers import read_numbers

    texts = table.samples.drawn[facts.name].dropna()
    values = np.array([*read_numbers(texts, facts.marks)])
    deviation = float(np.nanstd(values))
    return ChosenTask(
        "regression",
        _rounded(deviation),
        minimum=0.0 if facts.lowest >= 0 else None,
        reason=reason,
        gate_reason="the standard deviation of the target, which the prediction of its mean has as RMSE",
        warnings=warnings,
    )


def _classification(
    facts: ColumnFacts, choice: Choice, kind: Kind, reason: str, warnings: tuple[str, ...]
) -> ChosenTask:
    classes = tuple(sorted(facts.texts, key=lambda text: (facts.marks.value(text) or 0.0, text)))
    rare = {name: facts.texts[name] for name in classes if facts.texts[name] < LEAST_ROWS_OF_A_CLASS}
    if rare:
        listed = ", ".join(f"{quoted(name)} {count}" for name, count in [*rare.items()][:10])
        warnings = (
            *warnings,
            f"Of the {len(classes)} classes, {len(rare)} {'has' if len(rare) == 1 else 'have'} fewer than "
            f"{LEAST_ROWS_OF_A_CLASS} rows ({listed}). "
            "Their metrics will be unreliable: join them with others, or collect more rows.",
        )
    if kind == "multiclass":
        return ChosenTask(
            "multiclass",
            _rounded(_entropy(facts.texts)),
            classes,
            reason=reason,
            gate_reason="the entropy of the classes, which the prediction of their frequencies has as log loss",
            warnings=warnings,
        )
    positive = _positive(facts.texts)
    negative = next(name for name in classes if name != positive)
    return ChosenTask(
        "binary",
        AUC_GATE,
        () if choice.type == "boolean" else (negative, positive),
        None if choice.type == "boolean" else positive,
        reason=reason,
        gate_reason="a little above 0.5, which random predictions have as AUC",
        warnings=warnings,
    )


def _positive(counts: Mapping[str, int]) -> str:
    """Choose the positive class: the one that says so, else the larger number, else the rarer one."""
    for name in counts:
        if name.lower() in _POSITIVE:
            return name
    try:
        return max(counts, key=float)
    except ValueError:
        return min(counts, key=lambda name: (counts[name], name))


def _entropy(counts: Mapping[str, int]) -> float:
    total = sum(counts.values())
    return -sum(count / total * math.log(count / total) for count in counts.values())


def _rounded(value: float) -> float:
    """Round to three digits, upwards, so that a gate is reached by what it was computed from."""
    return float(f"{value * 1.005:.3g}") if value else 1.0
