"""The workflow from Python, for notebooks and programs: the same pipeline, models and endpoints as the commands use.

Tables are pandas data frames. Everything works the same locally and on AWS.

Examples
--------
>>> with Workflow(task="regression", algorithms=("xgboost",)) as workflow:  # doctest: +SKIP
...     workflow.upsert()
...     execution = workflow.start().wait()
...     print(execution.metrics())
...     with workflow.endpoint(approve=True) as endpoint:
...         print(endpoint.predict(workflow.load_data().tail(200)))
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.aws.prices import load_prices
from pipelines.data import dataset as datasets
from pipelines.data.code_bundles import bundles
from pipelines.definition.algorithms import require_format
from pipelines.definition.build import Build
from pipelines.definition.formats import FORMATS
from pipelines.errors import BadInput, ExecutionFailed, did_you_mean
from pipelines.execution import workflow as runs
from pipelines.execution.pipeline import Progress
from pipelines.execution.results import TaskResult
from pipelines.execution.workflow import RunRequest, RunResult
from pipelines.models.registry import RegisteredModel, find_model, require_approved, versions
from pipelines.names import group_name, job_name
from pipelines.serving.batch.run import BatchRequest, predict
from pipelines.serving.batch.transform import Capacity
from pipelines.serving.comparison.report import Comparison
from pipelines.serving.comparison.run import compare
from pipelines.serving.endpoints import deletion, deployment
from pipelines.serving.endpoints.capacity import Instances
from pipelines.serving.endpoints.invocation import invoke
from pipelines.serving.endpoints.state import Endpoint, find_endpoint
from pipelines.settings.fields import FormatName, Settings, Task
from pipelines.settings.values import from_values
from pipelines.target import CommandContext, choose, open_target

if TYPE_CHECKING:
    from types import TracebackType

    import pandas as pd

__all__ = ["Execution", "ServedModel", "Workflow"]

SDK_DEFAULTS = "sagemaker-sdk-defaults.yaml"
"""The file that a local service in the background writes for the SageMaker SDK, in its state directory."""


class Workflow:
    """A pipeline on a target, until `close`, or the end of a ``with`` block.

    Locally, every AWS client and the SageMaker SDK of this process call the local service until then;
    ``get_execution_role()`` and ``Session().default_bucket()`` work, too.
    """

    def __init__(self, **settings: Any) -> None:
        """Connect to the target.

        Parameters
        ----------
        settings
            The fields of `pipelines.settings.fields.Settings`, such as ``target``, ``task``, ``algorithms`` and
            ``tune``. A setting that is not given comes from its environment variable, else from its default.

        Raises
        ------
        BadInput
            A setting is unknown, or its value cannot be used.
        EnvironmentProblem
            There are no credentials, no region, no role, or no packages of the local service.
        """
        known = [field.name for field in dataclasses.fields(Settings)]
        for name in settings.keys() - known:
            raise BadInput(f"There is no setting {name}{did_you_mean(name, known) or '.'}")
        self.settings = from_values(settings)
        require_format(FORMATS[self.settings.batch_format], self.settings.algorithms)
        with ExitStack() as leaving:
            self.target = leaving.enter_context(open_target(self.settings, choose(self.settings)))
            if self.target.name == "local":
                leaving.enter_context(_local_sdk(self.settings.state_dir.resolve() / SDK_DEFAULTS))
            prices = load_prices(self.settings.prices, self.target.region)
            self._context = CommandContext(self.settings, self.target, prices)
            self._leaving = leaving.pop_all()

    def __enter__(self) -> Workflow:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect. A local service in the background stays for the next program, and ends by itself."""
        self._leaving.close()

    def load_data(self) -> pd.DataFrame:
        """Upload the data set to S3, and read it from there with awswrangler.

        Returns
        -------
        pandas.DataFrame
            One row per hour with the columns of the file. ``attrs`` contains ``uri``, its address in S3, ``source``,
            where it was found, and ``generated``, whether it is the generated sample, whose numbers mean nothing.
        """
        import awswrangler

        self.target.client("s3")  # locally, this makes the bucket
        data = datasets.find(self.settings.data, self.settings.table, allow_sample=self.target.name == "local")
        uri = datasets.upload(data, self.target.bucket, self.settings.pipeline_name)
        try:
            data.data.decode()
        except UnicodeDecodeError:
            encoding = "cp1252"
        else:
            encoding = "utf-8-sig"
        frame: pd.DataFrame = awswrangler.s3.read_csv(uri, encoding=encoding)
        frame.attrs.update(uri=uri, source=data.source, generated=not data.real)
        return frame

    def build(self) -> dict[str, Any]:
        """Build and check the definition, without a change on the target."""
        return Build(self.settings, self.target, bundles(self.settings.table)).result().content

    def upsert(self) -> str:
        """Create the pipeline, or update it, and return its ARN."""
        return runs.run(RunRequest(upsert=True, start=False), self.settings, self.target, _ignore).pipeline_arn

    def start(self, parameters: Mapping[str, str] | None = None) -> Execution:
        """Start an execution of the pipeline with the data of the settings; it does not wait."""
        request = RunRequest(upsert=False, start=True, wait=False, parameters=parameters)
        return Execution(runs.run(request, self.settings, self.target, _ignore))

    def models(self) -> pd.DataFrame:
        """List the registered versions of every task, the newest first."""
        import pandas as pd

        sagemaker, name = self._context.sagemaker, self.settings.pipeline_name
        found = [
            {"task": task, "version": each["ModelPackageVersion"], "status": each["ModelApprovalStatus"],
             "created": each["CreationTime"], "arn": each["ModelPackageArn"]}
            for task in self.settings.tasks
            for each in versions(sagemaker, group_name(name, task))
        ]  # fmt: skip
        return pd.DataFrame(found, columns=["task", "version", "status", "created", "arn"])

    def model(self, task: Task | None = None) -> RegisteredModel:
        """Find the newest approved version of a task, else the newest; by default of the first task of the settings."""
        return find_model(self._context.sagemaker, self.settings, task=task or self.settings.tasks[0])

    @contextmanager
    def endpoint(self, task: Task | None = None, *, approve: bool = False) -> Iterator[ServedModel]:
        """Serve that version of a task in real time, and delete the endpoint when the block ends, always.

        Raises
        ------
        BadInput
            The version is not approved, and ``approve`` is off.
        PipelineError
            The endpoint did not come into service.
        """
        context, model = self._context, self.model(task)
        name = job_name(self.settings.pipeline_name, model.task)
        capacity = Instances(self.settings.hosting_instance_type, 1)
        deployment.check(context, name, model, capacity)
        model = require_approved(context.sagemaker, model, may_approve=approve)
        try:
            yield ServedModel(context, deployment.deploy(context, name, model, capacity), model)
        finally:
            there = find_endpoint(context.sagemaker, name)
            if there is not None:
                deletion.delete(context, there)

    def batch(self, hours: pd.DataFrame, task: Task | None = None, *, form: FormatName = "csv") -> pd.DataFrame:
        """Predict raw hours with that version of a task through a transform job.

        Parameters
        ----------
        hours
            Rows as `load_data` returns them, in the order of time. Leading hours are history only, if the model's
            features look back.
        form
            Format of the requests: ``recordio`` is XGBoost's alone.

        Returns
        -------
        pandas.DataFrame
            One row per predicted hour: ``datetime``, the features, and the prediction.
        """
        import pandas as pd

        capacity = Capacity(self.settings.transform_instance_type, 1, 2)
        with _as_file(hours) as path, tempfile.TemporaryDirectory() as folder:
            request = BatchRequest(str(path), folder, FORMATS[form], 20_000, None, capacity)
            result = predict(self.target, self.settings, self.model(task), request)
            return pd.read_parquet(result.files["parquet"])

    def compare(self, task: Task | None = None, *, rows: int = 1000) -> Comparison:
        """Predict the same rows in real time and as a batch, and compute what a day of each costs on AWS."""
        return compare(self._context, self.model(task), rows)


class Execution:
    """An execution of the pipeline. Its results are there after `wait`."""

    def __init__(self, result: RunResult) -> None:
        self._result = result

    @property
    def progress(self) -> Progress:
        """Its status and its steps, as of the start or of the end of `wait`."""
        assert self._result.progress is not None
        return self._result.progress

    def wait(self, show: Callable[[Progress], None] | None = None) -> Execution:
        """Follow it to its end, and download its results; ``show`` gets every progress.

        Raises `ExecutionFailed`, with the reason and the last lines of the failed step's log.
        """
        self._result = runs.finish(self._result, show or _ignore)
        if self.progress.status != "Succeeded":
            reasons = [step.failure_reason for step in self.progress.steps if step.failure_reason]
            lines = [*(reasons or [self.progress.failure_reason or self.progress.status]), *self._result.log]
            raise ExecutionFailed("\n".join(lines))
        return self

    def steps(self) -> pd.DataFrame:
        """Return one row per step that has started: its name, type, status, seconds, and whether it was cached."""
        import pandas as pd

        return pd.DataFrame([step.as_json() for step in self.progress.steps]).drop(columns="failure_reason")

    def metrics(self, task: Task | None = None) -> pd.DataFrame:
        """Return the metrics of every candidate on the validation set and the test set; ``selected`` is the winner."""
        import pandas as pd

        result = self._of(task)
        rows = [
            {"algorithm": name, "set": part, **candidate[part], "selected": name == result.winner}
            for name, candidate in result.evaluation["candidates"].items()
            for part in ("validation", "test")
        ]
        return pd.DataFrame(rows).set_index(["algorithm", "set"])

    def predictions(self, algorithm: str | None = None, task: Task | None = None) -> pd.DataFrame:
        """Return the actual and the predicted value of every hour of the test set; of the winner by default."""
        result = self._of(task)
        return _table(result.report.parent / f"predictions-{algorithm or result.winner}.csv")

    def batch_predictions(self, task: Task | None = None) -> pd.DataFrame:
        """Return what the pipeline's own transform job predicted, beside the raw columns of each hour."""
        path = self._of(task).predictions
        if path is None:
            raise BadInput("This execution has made no batch predictions.")
        return _table(path)

    def pictures(self, task: Task | None = None) -> dict[str, Path]:
        """Return the PNG files of the report by their names, such as ``confusion-matrix``."""
        return {path.stem: path for path in self._of(task).pictures}

    def trials(self, task: Task | None = None) -> pd.DataFrame:
        """Return one row per training job of the tuning: its hyperparameters, and ``value``, its objective.

        Raises `BadInput` if the pipeline does not tune.
        """
        import pandas as pd

        histories = self._of(task).evaluation.get("tuning")
        if not histories:
            raise BadInput("This execution tuned nothing. Give the workflow the setting tune=True.")
        rows = [
            {"algorithm": name, "status": trial["status"], "value": trial["value"], "seconds": trial["seconds"],
             "best": number == history["best"], **{key: float(text) for key, text in trial["hyperparameters"].items()}}
            for name, history in histories.items()
            for number, trial in enumerate(history.get("trials", []))
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def _of(self, task: Task | None) -> TaskResult:
        results = self._result.results
        if results is None:
            raise BadInput("The execution has no results yet: call wait() first.")
        wanted = next(iter(results)) if task is None else task
        if wanted not in results:
            raise BadInput(f"The execution has no results for {wanted}. It has: {', '.join(results)}")
        return results[wanted]


@dataclasses.dataclass(frozen=True)
class ServedModel:
    """A registered version that an endpoint serves."""

    _context: CommandContext
    endpoint: Endpoint
    model: RegisteredModel

    def predict(self, hours: pd.DataFrame, history: pd.DataFrame | None = None) -> pd.DataFrame:
        """Predict raw hours, and return one row per hour.

        ``history`` contains the hours before them, for a model whose features look back; without it, the leading hours
        serve as history only.
        """
        import pandas as pd

        with ExitStack() as files:
            path = files.enter_context(_as_file(hours))
            before = None if history is None else files.enter_context(_as_file(history))
            answered = invoke(self._context, self.endpoint, self.model, path, before)
        return _with_times(pd.DataFrame(answered.predictions.as_json()))


def _ignore(_: Progress) -> None:
    """Show nothing."""


@contextmanager
def _as_file(hours: pd.DataFrame) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hours.csv"
        hours.to_csv(path, index=False)
        yield path


def _table(path: Path) -> pd.DataFrame:
    import pandas as pd

    return _with_times(pd.read_csv(path))


def _with_times(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({"datetime": "datetime64[s]"}) if "datetime" in table.columns else table


@contextmanager
def _local_sdk(defaults: Path) -> Iterator[None]:
    """Let the SageMaker SDK of this process query the account of the local service.

    ``get_execution_role()`` and ``default_bucket()`` call STS at its public address, whatever ``AWS_ENDPOINT_URL`` is.
    They use boto3's default session, so that session redirects its requests.
    """
    import boto3

    def redirect(request: Any, **_: Any) -> None:
        request.url = os.environ["AWS_ENDPOINT_URL"]

    before, variable = boto3.DEFAULT_SESSION, "SAGEMAKER_ADMIN_CONFIG_OVERRIDE"
    given = os.environ.get(variable)
    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register_first("before-sign.sts", redirect)
    if defaults.is_file():  # it switches telemetry off
        os.environ[variable] = str(defaults)
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = before
        os.environ.pop(variable, None)
        if given is not None:
            os.environ[variable] = given
