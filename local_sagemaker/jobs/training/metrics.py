"""The metrics of a training job, parsed from its log."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local_sagemaker.containers import images
from local_sagemaker.containers.errors import UnknownImageError
from local_sagemaker.containers.xgboost.metric_names import PUBLISHED
from local_sagemaker.jobs.contract import Metric

_ROUND = re.compile(r"^\[\d+\]\t")
_ROUND_METRIC = re.compile(r"\t(train|validation)-([^\t:]+):(\S+)")
_PUBLISHED_FORM = r".*\[[0-9]+\].*#011{}:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*"
_SCRIPT = "sagemaker_program"


def built_in_definitions(
    specification: Mapping[str, Any], hyperparameters: Mapping[str, str], objective: str | None
) -> list[dict[str, str]]:
    """The metric definitions that SageMaker adds to a built-in algorithm; none if the request has some, or a script.

    ``objective`` is the objective metric of a tuning job, if there is one.
    """
    if specification.get("MetricDefinitions") or _SCRIPT in hyperparameters or not _is_xgboost(specification):
        return []
    names = {f"{data}:{name}": f"{data}-{name}" for data in ("train", "validation") for name in PUBLISHED}
    if objective is not None:
        names["ObjectiveMetric"] = objective.replace(":", "-", 1)
    return [{"Name": name, "Regex": _PUBLISHED_FORM.format(logged)} for name, logged in names.items()]


def _is_xgboost(specification: Mapping[str, Any]) -> bool:
    try:
        return images.stand_in_for(specification.get("TrainingImage", "")).training == "xgboost"
    except UnknownImageError:
        return False


class MetricCollector:
    """Finds metrics in the lines of a log; the last value of each name counts.

    ``definitions`` are MetricDefinitions, each with a Name and a Regex whose first group is the value; ``built_in``:
    also parse the lines of the built-in XGBoost, which need no definitions.
    """

    def __init__(self, definitions: Iterable[Mapping[str, str]], *, built_in: bool) -> None:
        self._definitions = [(each["Name"], re.compile(each["Regex"])) for each in definitions]
        self._built_in = built_in
        self._latest: dict[str, Metric] = {}

    def read(self, text: str) -> None:
        """Parse whole lines of the log."""
        for line in text.splitlines():
            for name, value in self.values_in(line):
                self._latest[name] = Metric(name, value, time.time())

    def final_metrics(self) -> tuple[Metric, ...]:
        """The last value of each metric, in the order of the first values."""
        return tuple(self._latest.values())

    def values_in(self, line: str) -> Iterable[tuple[str, float]]:
        """The names and values in one line of log, each name once."""
        return {name: value for name, text in self._matches(line) if (value := _number(text)) is not None}.items()

    def _matches(self, line: str) -> Iterator[tuple[str, str | None]]:
        # CloudWatch shows a tab as #011, so a regular expression may contain either.
        forms = (line, line.replace("\t", "#011")) if "\t" in line else (line,)
        for name, expression in self._definitions:
            found = next(filter(None, (expression.search(form) for form in forms)), None)
            if found and expression.groups:
                yield name, found[1]
        if self._built_in and _ROUND.match(line):
            for data, metric, text in _ROUND_METRIC.findall(line):
                yield f"{data}:{metric}", text


def collector_of(specification: Mapping[str, Any]) -> MetricCollector:
    """The collector for the metrics of an AlgorithmSpecification's jobs."""
    return MetricCollector(specification.get("MetricDefinitions", []), built_in=_is_xgboost(specification))


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
