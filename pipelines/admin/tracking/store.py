"""An MLflow tracking server: the only file that imports MLflow, which comes with the SageMaker SDK.

Every run has the ARN of its execution as a tag, and the run of a whole execution also the time at which the execution
ended, once everything below it has been written. So an export that was interrupted is seen, and made again.
"""

import logging
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import BadInput, EnvironmentProblem

EXECUTION, ENDED = "boostpipe.execution", "boostpipe.ended"
_PARENT = "mlflow.parentRunId"
_ADDRESSES = ("http://", "https://", "sqlite://", "postgresql", "mysql", "mssql", "file:", "databricks", "arn:")
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""By default MLflow reports its use to its makers, tries for minutes to reach a server that is not there, and prints to
where a command's result goes."""
_METRICS_AT_ONCE, _OTHERS_AT_ONCE, _LONGEST = 1000, 100, 500
"""Limits of the service per request, and of a value of all its stores."""


@dataclass(frozen=True)
class Store:
    """One experiment of a tracking server."""

    client: Any
    uri: str
    experiment: str

    def exported(self) -> dict[str, str]:
        """Return the executions that were exported as a whole: by ARN, the time at which they ended."""
        runs = self._runs(f"tags.`{ENDED}` != ''")
        return {run.data.tags[EXECUTION]: run.data.tags[ENDED] for run in runs}

    def remove(self, arn: str) -> None:
        """Delete the runs of an execution."""
        for run in self._runs(f"tags.`{EXECUTION}` = '{arn}'"):
            self.client.delete_run(run.info.run_id)

    @contextmanager
    def run(
        self, name: str, status: str, began: datetime, ended: datetime, tags: Mapping[str, Any], parent: str = ""
    ) -> Iterator[str]:
        """Create a run, yield its id, and end it with the block; the run of an execution is then a whole one."""
        texts = {key: str(value)[:_LONGEST] for key, value in tags.items() if value is not None}
        below = {_PARENT: parent} if parent else {}
        run = self.client.create_run(
            self.experiment, start_time=_milliseconds(began), tags={**texts, **below}, run_name=name
        )
        identity: str = run.info.run_id
        yield identity
        if not parent:
            self.client.set_tag(identity, ENDED, ended.isoformat())
        self.client.set_terminated(identity, status=status, end_time=_milliseconds(ended))

    def log(
        self,
        run: str,
        at: datetime,
        *,
        parameters: Mapping[str, Any] | None = None,
        metrics: Mapping[str, Mapping[int, float]] | None = None,
    ) -> None:
        """Write parameters, and metrics by step; values that are no numbers are left out."""
        from mlflow.entities import Metric, Param

        values = [
            Metric(name, float(value), _milliseconds(at), step)
            for name, steps in (metrics or {}).items()
            for step, value in steps.items()
            if math.isfinite(float(value))
        ]
        texts = [Param(name, str(value)[:_LONGEST]) for name, value in (parameters or {}).items()]
        for at_once in range(0, len(values), _METRICS_AT_ONCE):
            self.client.log_batch(run, metrics=values[at_once : at_once + _METRICS_AT_ONCE])
        for at_once in range(0, len(texts), _OTHERS_AT_ONCE):
            self.client.log_batch(run, params=texts[at_once : at_once + _OTHERS_AT_ONCE])

    def keep(self, run: str, files: Mapping[Path, str]) -> None:
        """Upload files, each into a folder of the run's artifacts."""
        for path, folder in files.items():
            self.client.log_artifact(run, str(path), folder)

    def register(self, group: str, arn: str, source: str, run: str, tags: Mapping[str, str]) -> None:
        """Record a registered version once, by its ARN; a version of a run that is deleted follows the new run."""
        if not self.client.search_registered_models(f"name = '{group}'"):
            self.client.create_registered_model(group)
        for version in self.versions(group):
            if version.tags.get("arn") == arn:
                if version.run_id == run:
                    return
                self.client.delete_model_version(group, version.version)
        self.client.create_model_version(group, source, run_id=run, tags={**tags, "arn": arn})

    def versions(self, group: str) -> list[Any]:
        """Return the versions of a group that were exported."""
        return [*self.client.search_model_versions(f"name = '{group}'")]

    def _runs(self, wanted: str) -> Iterator[Any]:
        token = None
        while True:
            page = self.client.search_runs([self.experiment], wanted, page_token=token)
            yield from page
            if not (token := page.token):
                return


@contextmanager
def open_store(uri: str, experiment: str) -> Iterator[Store]:
    """Connect to a tracking server, and make the experiment if there is none of its name.

    Parameters
    ----------
    uri
        The address of a server or a database, or the ARN of SageMaker's managed tracking server.

    Raises
    ------
    BadInput
        The address is none.
    EnvironmentProblem
        MLflow is not installed, or the server refuses or cannot be reached, now or in the block.
    """
    if not uri.startswith(_ADDRESSES):
        raise BadInput(
            f"--mlflow is {uri!r}, but it must be an address such as http://localhost:5000 or sqlite:///mlflow.db, or "
            "the ARN of a managed tracking server."
        )
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        import mlflow
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise EnvironmentProblem(f"MLflow is not installed ({error}). Install it with: pip install mlflow") from error
    logging.getLogger("mlflow").setLevel(logging.ERROR)  # SageMaker's plugin warns of every server that is not its own
    mlflow.set_tracking_uri(uri)  # which that plugin asks for the ARN, whatever the client's is
    try:
        client = mlflow.MlflowClient(uri, uri)
        known = client.get_experiment_by_name(experiment)
        if known is not None and known.lifecycle_stage == "deleted":
            raise BadInput(f"The experiment {experiment} of {uri} is deleted. Restore it, or name another.")
        yield Store(client, uri, known.experiment_id if known else client.create_experiment(experiment))
    except MlflowException as error:
        reason = str(error).partition("\n")[0]
        raise EnvironmentProblem(f"The MLflow tracking server {uri} cannot be used: {reason}") from error


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
