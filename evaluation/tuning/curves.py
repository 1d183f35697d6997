r"""The learning curves of training jobs: the metric that each algorithm reports by iteration, from the job's log.

No artifact keeps them: XGBoost's model and CatBoost's have none, and LightGBM's only the best value. The built-in
algorithms write a line per iteration, CatBoost one per ``verbose`` iterations::

    [12]#011train-rmse:559.9#011validation-rmse:541.5         XGBoost; #011 is a tab on AWS
    [12]<tab>train's rmse: 55.5<tab>val's rmse: 135.4         LightGBM
    100:<tab>learn: 128.3<tab>test: 162.2<tab>best: ...       CatBoost, whose test set is our validation set
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from evaluation.account import Unknown, client, request
from evaluation.tuning.training import TrainingJob

_GROUP = "/aws/sagemaker/TrainingJobs"
_ITERATION = re.compile(r"\[?(\d+)(?:\]|:)\s")
_VALUE = re.compile(r"\b(train|learn|validation|val|test)(?:'s [\w@]+|-[\w@]+)?: ?([-+.\d]+(?:e[-+]?\d+)?)")
_PARTS = {"learn": "train", "val": "validation", "test": "validation"}
_MOST_PAGES, _MOST_POINTS = 20, 200

Curves = dict[str, list[tuple[int, float]]]
"""``train`` and ``validation``: iterations and values; of several metrics the last, which it stops by."""


def read_curves(jobs: Mapping[str, TrainingJob]) -> dict[str, dict[str, Any]]:
    """Read the curves of each candidate's job.

    Returns
    -------
    By candidate: its `Curves`, of at most 200 points each, or ``unknown``, a sentence with the reason.
    """
    return {name: _curves(job.name) for name, job in jobs.items()}


def curves_of(lines: Iterable[str]) -> Curves:
    r"""Read the curves from the lines of a log.

    Examples
    --------
    >>> curves_of(["[0]\ttrain's rmse: 3.5\tval's rmse: 4", "[1]\ttrain's rmse: 3\tval's rmse: 3.9"])
    {'train': [(0, 3.5), (1, 3.0)], 'validation': [(0, 4.0), (1, 3.9)]}
    """
    curves: dict[str, dict[int, float]] = {}
    for line in lines:
        text = line.replace("#011", "\t")
        if iteration := _ITERATION.match(text):
            for part, value in _VALUE.findall(text):
                curves.setdefault(_PARTS.get(part, part), {})[int(iteration[1])] = float(value)
    return {part: _thinned(sorted(values.items())) for part, values in curves.items()}


def _curves(job: str) -> dict[str, Any]:
    try:
        found = curves_of(_lines(job))
    except Unknown as error:
        return {"unknown": str(error)}
    return {**found} if found else {"unknown": f"The log of {job} has no metrics by iteration."}


def _lines(job: str) -> Iterator[str]:
    logs = client("logs")
    asked = {"logGroupName": _GROUP, "logStreamNamePrefix": f"{job}/"}
    for stream in request(partial(logs.describe_log_streams, **asked))["logStreams"]:
        wanted = {"logGroupName": _GROUP, "logStreamName": stream["logStreamName"], "startFromHead": True}
        for _ in range(_MOST_PAGES):
            found = request(partial(logs.get_log_events, **wanted))
            yield from (event["message"] for event in found["events"])
            if found["nextForwardToken"] == wanted.get("nextToken"):  # the end, see GetLogEvents
                break
            wanted["nextToken"] = found["nextForwardToken"]


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Keep evenly spaced points, and the last one."""
    every = max(1, -(-len(points) // (_MOST_POINTS - 1)))
    return points[::every] + ([points[-1]] if (len(points) - 1) % every else [])
