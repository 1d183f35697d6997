"""The operations on pipeline executions."""

from local_sagemaker.api import listing, pipelines
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.store import Record
from local_sagemaker.definition import parameters
from local_sagemaker.definition.shapes import require_member
from local_sagemaker.engine import records
from local_sagemaker.engine.executions import Executions

_ALL = 100


def _start(core: Core, executions: Executions, request: Request) -> Response:
    pipeline = pipelines.find(core, request["PipelineName"])
    name = pipeline["PipelineName"]
    token = request.get("ClientRequestToken")
    with core.store.transaction():  # so the second of two simultaneous calls with one token sees the first
        for record in core.store.list(records.EXECUTION, parent=name):
            if token and record.get("ClientRequestToken") == token:
                return {"PipelineExecutionArn": record["PipelineExecutionArn"]}
        definition = pipelines.definition_of(core, pipeline, request.get("PipelineVersionId"))
        arn = executions.start(pipeline, definition, request)
        core.store.update(pipelines.KIND, name, lambda record: record.__setitem__("LastRunTime", now()))
    return {"PipelineExecutionArn": arn}


def _stop(executions: Executions, request: Request) -> Response:
    executions.stop(request["PipelineExecutionArn"])
    return {"PipelineExecutionArn": request["PipelineExecutionArn"]}


def _retry(executions: Executions, request: Request) -> Response:
    executions.retry(request["PipelineExecutionArn"], request)
    return {"PipelineExecutionArn": request["PipelineExecutionArn"]}


def _send_success(executions: Executions, request: Request) -> Response:
    return {"PipelineExecutionArn": executions.answer(request, succeeded=True)}


def _send_failure(executions: Executions, request: Request) -> Response:
    return {"PipelineExecutionArn": executions.answer(request, succeeded=False)}


def _describe(core: Core, request: Request) -> Response:
    return records.execution(core.store, request["PipelineExecutionArn"])


def _describe_definition(core: Core, request: Request) -> Response:
    record = records.execution(core.store, request["PipelineExecutionArn"])
    definition = records.definition_text(core.store, request["PipelineExecutionArn"])
    return {"PipelineDefinition": definition, "CreationTime": record["CreationTime"]}


def _update(core: Core, executions: Executions, request: Request) -> Response:
    arn = request["PipelineExecutionArn"]
    records.execution(core.store, arn)

    def change(record: Record) -> None:
        for member in ("PipelineExecutionDescription", "PipelineExecutionDisplayName", "ParallelismConfiguration"):
            if member in request:
                record[member] = request[member]

    records.change_execution(core.store, arn, change)
    if "ParallelismConfiguration" in request:
        executions.allow(arn, request["ParallelismConfiguration"]["MaxParallelExecutionSteps"])
    return {"PipelineExecutionArn": arn}


def _list(core: Core, request: Request) -> Response:
    name = pipelines.find(core, request["PipelineName"])["PipelineName"]
    summaries = [
        {**record, "PipelineExecutionFailureReason": record.get("FailureReason")}
        for record in core.store.list(records.EXECUTION, parent=name)
    ]
    keys = {"PipelineExecutionArn": "PipelineExecutionArn"}
    return listing.page(summaries, request, member="PipelineExecutionSummaries", sort_keys=keys)


def _list_steps(core: Core, request: Request) -> Response:
    require_member(request, "PipelineExecutionArn")  # the model does not require it
    arn = request["PipelineExecutionArn"]
    records.execution(core.store, arn)
    steps = records.steps(core.store, arn)
    return listing.page(steps, request, member="PipelineExecutionSteps", default=_ALL)


def _list_parameters(core: Core, request: Request) -> Response:
    record = records.execution(core.store, request["PipelineExecutionArn"])
    values = parameters.as_listed(record["Parameters"])
    return listing.slice_of(values, request, member="PipelineParameters", default=_ALL)


WITH_EXECUTIONS = {"StartPipelineExecution": _start, "UpdatePipelineExecution": _update}
OF_EXECUTIONS = {
    "StopPipelineExecution": _stop,
    "RetryPipelineExecution": _retry,
    "SendPipelineExecutionStepSuccess": _send_success,
    "SendPipelineExecutionStepFailure": _send_failure,
}
OPERATIONS = {
    "DescribePipelineExecution": _describe,
    "DescribePipelineDefinitionForExecution": _describe_definition,
    "ListPipelineExecutions": _list,
    "ListPipelineExecutionSteps": _list_steps,
    "ListPipelineParametersForExecution": _list_parameters,
}
