"""The operations on pipeline executions."""

from local_sagemaker.api import listing, pipelines
from local_sagemaker.api.service import Service
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Request, Response
from local_sagemaker.core.store import Record
from local_sagemaker.definition import parameters
from local_sagemaker.engine import records

_ALL = 100


def _start(service: Service, request: Request) -> Response:
    pipeline = pipelines.find(service.core, request["PipelineName"])
    name = pipeline["PipelineName"]
    token = request.get("ClientRequestToken")
    with service.core.store.transaction():  # so the second of two simultaneous calls with one token sees the first
        for record in service.core.store.list(records.EXECUTION, parent=name):
            if token and record.get("ClientRequestToken") == token:
                return {"PipelineExecutionArn": record["PipelineExecutionArn"]}
        definition = pipelines.definition_of(service.core, pipeline, request.get("PipelineVersionId"))
        arn = service.executions.start(pipeline, definition, request, service.call)
        service.core.store.update(pipelines.KIND, name, lambda record: record.__setitem__("LastRunTime", now()))
    return {"PipelineExecutionArn": arn}


def _stop(service: Service, request: Request) -> Response:
    service.executions.stop(request["PipelineExecutionArn"])
    return {"PipelineExecutionArn": request["PipelineExecutionArn"]}


def _retry(service: Service, request: Request) -> Response:
    service.executions.retry(request["PipelineExecutionArn"], request, service.call)
    return {"PipelineExecutionArn": request["PipelineExecutionArn"]}


def _describe(service: Service, request: Request) -> Response:
    return records.execution(service.core.store, request["PipelineExecutionArn"])


def _describe_definition(service: Service, request: Request) -> Response:
    record = records.execution(service.core.store, request["PipelineExecutionArn"])
    definition = records.definition_text(service.core.store, request["PipelineExecutionArn"])
    return {"PipelineDefinition": definition, "CreationTime": record["CreationTime"]}


def _update(service: Service, request: Request) -> Response:
    arn = request["PipelineExecutionArn"]
    records.execution(service.core.store, arn)

    def change(record: Record) -> None:
        for member in ("PipelineExecutionDescription", "PipelineExecutionDisplayName", "ParallelismConfiguration"):
            if member in request:
                record[member] = request[member]

    records.change_execution(service.core.store, arn, change)
    if "ParallelismConfiguration" in request:
        service.executions.allow(arn, request["ParallelismConfiguration"]["MaxParallelExecutionSteps"])
    return {"PipelineExecutionArn": arn}


def _list(service: Service, request: Request) -> Response:
    name = pipelines.find(service.core, request["PipelineName"])["PipelineName"]
    summaries = [
        {**record, "PipelineExecutionFailureReason": record.get("FailureReason")}
        for record in service.core.store.list(records.EXECUTION, parent=name)
    ]
    keys = {"PipelineExecutionArn": "PipelineExecutionArn"}
    return listing.page(summaries, request, member="PipelineExecutionSummaries", sort_keys=keys)


def _list_steps(service: Service, request: Request) -> Response:
    arn = request["PipelineExecutionArn"]
    records.execution(service.core.store, arn)
    steps = records.steps(service.core.store, arn)
    return listing.page(steps, request, member="PipelineExecutionSteps", default=_ALL)


def _list_parameters(service: Service, request: Request) -> Response:
    record = records.execution(service.core.store, request["PipelineExecutionArn"])
    values = parameters.as_listed(record["Parameters"])
    return listing.slice_of(values, request, member="PipelineParameters", default=_ALL)


OPERATIONS = {
    "StartPipelineExecution": _start,
    "StopPipelineExecution": _stop,
    "RetryPipelineExecution": _retry,
    "DescribePipelineExecution": _describe,
    "DescribePipelineDefinitionForExecution": _describe_definition,
    "UpdatePipelineExecution": _update,
    "ListPipelineExecutions": _list,
    "ListPipelineExecutionSteps": _list_steps,
    "ListPipelineParametersForExecution": _list_parameters,
}
