"""Metrics of a training job, read from its log."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping

from pipelines.local.jobs.contract import Metric

_ROUND = re.compile(r"^\[\d+\]\t")
_ROUND_METRIC = re.compile(r"\t(train|validation)-([^\t:]+):(\S+)")


class MetricCollector:
    """Finds metrics in a log as it comes; of each name the last value counts.

    Parameters
    ----------
    definitions
        MetricDefinitions: each a Name and a Regex whose first group is the value.
    built_in
        Also read the built-in XGBoost's own lines, which need no definitions.
    """

    def __init__(self, definitions: Iterable[Mapping[str, str]], *, built_in: bool) -> None:
        self._definitions = [(each["Name"], re.compile(each["Regex"])) for each in definitions]
        self._built_in = built_in
        self._latest: dict[str, Metric] = {}

    def read(self, text: str) -> None:
        """Look through whole lines of log."""
        for line in text.splitlines():
            for name, value in self._values_in(line):
                self._latest[name] = Metric(name, value, time.time())

    def final_metrics(self) -> tuple[Metric, ...]:
        """The last value of each metric, in the order in which the names first appeared."""
        return tuple(self._latest.values())

    def _values_in(self, line: str) -> Iterable[tuple[str, float]]:
        # CloudWatch shows a tab as #011, and expressions are written for either.
        forms = (line, line.replace("\t", "#011")) if "\t" in line else (line,)
        for name, expression in self._definitions:
            found = next(filter(None, (expression.search(form) for form in forms)), None)
            value = _number(found[1]) if found and expression.groups else None
            if value is not None:
                yield name, value
        if self._built_in and _ROUND.match(line):
            for data, metric, text in _ROUND_METRIC.findall(line):
                value = _number(text)
                if value is not None:
                    yield f"{data}:{metric}", value


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
