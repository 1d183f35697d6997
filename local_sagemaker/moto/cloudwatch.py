"""The metrics of training jobs in CloudWatch, copied into moto when a client reads metrics.

They are parsed from the logs with the metric definitions of each job. So they survive a restart, and cost nothing while
no client reads them.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from local_sagemaker.core.core import Core
from local_sagemaker.core.logs import events_in
from local_sagemaker.core.store import Record
from local_sagemaker.jobs.kinds import TRAINING

NAMESPACE = "/aws/sagemaker/TrainingJobs"


class TrainingMetrics:
    """The metrics of one account's and region's training jobs."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = Lock()
        self._shown: dict[Path, int] = {}

    def show(self) -> None:
        """Bring moto's CloudWatch up to date with the logs."""
        from moto.cloudwatch.models import cloudwatch_backends

        backend = cloudwatch_backends[self._core.account_id][self._core.region]
        with self._lock:
            for job in self._core.store.list(TRAINING.noun):
                for path in self._core.logs.files_of(TRAINING.log_group, job[TRAINING.name]):
                    shown, size = self._shown.get(path, 0), path.stat().st_size
                    if shown < size:
                        backend.put_metric_data(NAMESPACE, list(_data(job, path, shown, size)))
                        self._shown[path] = size


def _data(job: Record, path: Path, start: int, end: int) -> Iterator[dict[str, Any]]:
    from local_sagemaker.jobs.training.metrics import collector_of

    collector = collector_of(job["AlgorithmSpecification"])
    dimensions = [{"Name": TRAINING.name, "Value": job[TRAINING.name]}]
    for milliseconds, line in events_in(path, start, end):
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
        for name, value in collector.values_in(line):
            if math.isfinite(value):  # CloudWatch accepts no others
                yield {"MetricName": name, "Value": value, "Dimensions": dimensions, "Timestamp": moment}
