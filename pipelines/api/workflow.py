"""A pipeline on a target: its data, definition, executions, models and predictions."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from pipelines.api.execution import Execution, ignore
from pipelines.api.local_sdk import SDK_DEFAULTS, local_sdk
from pipelines.api.served_model import ServedModel
from pipelines.api.tables import as_file
from pipelines.aws.prices import load_prices
from pipelines.data import dataset as datasets
from pipelines.data.code_bundles import bundles
from pipelines.definition.algorithms import require_training
from pipelines.definition.build import Build
from pipelines.definition.formats import FORMATS
from pipelines.errors import BadInput, did_you_mean
from pipelines.execution import workflow as runs
from pipelines.execution.workflow import RunRequest
from pipelines.models.registry import RegisteredModel, find_model, require_approved, versions
from pipelines.names import group_name, job_name
from pipelines.serving.batch.run import BatchRequest, predict
from pipelines.serving.batch.transform import Capacity
from pipelines.serving.comparison.report import Comparison
from pipelines.serving.comparison.run import compare
from pipelines.serving.endpoints import deletion, deployment
from pipelines.serving.endpoints.capacity import Instances
from pipelines.serving.endpoints.state import find_endpoint
from pipelines.settings.fields import FormatName, Settings, Task
from pipelines.settings.values import from_values
from pipelines.target.connection import CommandContext
from pipelines.target.opening import choose, open_target

if TYPE_CHECKING:
    from types import TracebackType

    import pandas as pd


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
        require_training(
            FORMATS[self.settings.batch_format], self.settings.training_instance_count, self.settings.algorithms
        )
        with ExitStack() as leaving:
            self.target = leaving.enter_context(open_target(self.settings, choose(self.settings)))
            if self.target.name == "local":
                leaving.enter_context(local_sdk(self.settings.state_dir.resolve() / SDK_DEFAULTS))
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
        return runs.run(RunRequest(upsert=True, start=False), self.settings, self.target, ignore).pipeline_arn

    def start(self, parameters: Mapping[str, str] | None = None) -> Execution:
        """Start an execution of the pipeline with the data of the settings; it does not wait."""
        request = RunRequest(upsert=False, start=True, wait=False, parameters=parameters)
        return Execution(runs.run(request, self.settings, self.target, ignore))

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
        with as_file(hours) as path, tempfile.TemporaryDirectory() as folder:
            request = BatchRequest(str(path), folder, FORMATS[form], 20_000, None, capacity)
            result = predict(self.target, self.settings, self.model(task), request)
            return pd.read_parquet(result.files["parquet"])

    def compare(self, task: Task | None = None, *, rows: int = 1000) -> Comparison:
        """Predict the same rows in real time and as a batch, and compute what a day of each costs on AWS."""
        return compare(self._context, self.model(task), rows)
