"""The operations on pipelines and their versions."""

from local_sagemaker.api import listing
from local_sagemaker.core import tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ConflictException, LocalServiceError, ResourceNotFound, ValidationException
from local_sagemaker.core.names import last_part
from local_sagemaker.core.store import Record
from local_sagemaker.definition.checks import check
from local_sagemaker.definition.parse import parse
from local_sagemaker.engine import cache, records

KIND = "pipeline"
VERSION = "pipeline-version"
_UPDATED_MEMBERS = ("PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration")


def find(core: Core, name_or_arn: str) -> Record:
    """The record of a pipeline; raises ResourceNotFound if the name does not exist."""
    name = last_part(name_or_arn)
    return core.store.find(KIND, name, ResourceNotFound(f"Pipeline '{core.arn(f'pipeline/{name}')}' does not exist."))


def definition_of(core: Core, pipeline: Record, version: int | None = None) -> str:
    """The definition of one version of a pipeline, by default the latest; raises ResourceNotFound if there is none."""
    name, number = pipeline["PipelineName"], version or pipeline["LatestVersion"]
    missing = ResourceNotFound(f"Pipeline {name} has no version {number}.")
    return str(core.store.find(VERSION, f"{name}/{number}", missing)["PipelineDefinition"])


def _create(core: Core, request: Request) -> Response:
    name = request["PipelineName"]
    arn = core.arn(f"pipeline/{name}")
    existing = core.store.get(KIND, name)
    if existing is not None:
        if existing.get("ClientRequestToken") == request.get("ClientRequestToken", ""):
            return {"PipelineArn": arn}
        raise ValidationException(
            f"Pipeline names must be unique within an AWS account and region. "
            f"Pipeline with name ({name}) already exists."
        )
    definition = _given_definition(core, request)
    if definition is None:
        raise ValidationException("Either Pipeline Definition or Pipeline Definition S3 location should be provided")
    moment = now()
    user = {"IamIdentity": {"Arn": request["RoleArn"], "PrincipalId": "local"}}
    record = {
        **{member: request[member] for member in (*_UPDATED_MEMBERS, "ClientRequestToken") if member in request},
        "PipelineName": name,
        "PipelineDisplayName": request.get("PipelineDisplayName", name),
        "PipelineArn": arn,
        "PipelineStatus": "Active",
        "CreationTime": moment,
        "LastModifiedTime": moment,
        "CreatedBy": user,
        "LastModifiedBy": user,
        "LatestVersion": 1,
    }
    with core.store.transaction():
        if not core.store.insert(KIND, name, record):
            raise ConflictException(f"Pipeline {name} is being created by another request.")
        _insert_version(core, record, definition)
        tags.put(core.store, arn, request.get("Tags", []))
    return {"PipelineArn": arn}


def _insert_version(core: Core, pipeline: Record, definition: str) -> None:
    name, number = pipeline["PipelineName"], pipeline["LatestVersion"]
    record = {
        "PipelineArn": pipeline["PipelineArn"],
        "PipelineVersionId": number,
        "PipelineDefinition": definition,
        "CreationTime": now(),
    }
    core.store.insert(VERSION, f"{name}/{number}", record, parent=name)


def _given_definition(core: Core, request: Request) -> str | None:
    """The definition in a request, inline or from S3, after its checks; None if the request has none."""
    inline, location = request.get("PipelineDefinition"), request.get("PipelineDefinitionS3Location")
    if inline and location:
        raise ValidationException("Both Pipeline Definition and Pipeline Definition S3 Location shouldn't be present")
    if location:
        uri = f"s3://{location['Bucket']}/{location['ObjectKey']}"
        try:
            inline = core.objects.read(uri, location.get("VersionId")).decode()
        except (LocalServiceError, UnicodeDecodeError) as error:
            raise ValidationException(f"The pipeline definition {uri} cannot be read: {error}") from error
    if inline is None:
        return None
    check(inline)
    return str(inline)


def _update(core: Core, request: Request) -> Response:
    pipeline = find(core, request["PipelineName"])
    definition = _given_definition(core, request)

    def change(record: Record) -> None:
        record.update({member: request[member] for member in _UPDATED_MEMBERS if member in request})
        record["LastModifiedTime"] = now()
        record["LatestVersion"] += definition is not None

    with core.store.transaction():
        changed = core.store.update(KIND, pipeline["PipelineName"], change) or pipeline
        if definition is not None:
            _insert_version(core, changed, definition)
    return {"PipelineArn": changed["PipelineArn"], "PipelineVersionId": changed["LatestVersion"]}


def _describe(core: Core, request: Request) -> Response:
    pipeline = find(core, request["PipelineName"])
    return {**pipeline, "PipelineDefinition": definition_of(core, pipeline, request.get("PipelineVersionId"))}


def _list(core: Core, request: Request) -> Response:
    prefix = request.get("PipelineNamePrefix", "")
    found = [
        {**record, "LastExecutionTime": record.get("LastRunTime")}
        for record in core.store.list(KIND)
        if record["PipelineName"].startswith(prefix)
    ]
    return listing.page(found, request, member="PipelineSummaries", name="PipelineName")


def _list_versions(core: Core, request: Request) -> Response:
    name = find(core, request["PipelineName"])["PipelineName"]
    return listing.page(core.store.list(VERSION, parent=name), request, member="PipelineVersionSummaries")


def _delete(core: Core, request: Request) -> Response:
    pipeline = find(core, request["PipelineName"])
    name, store = pipeline["PipelineName"], core.store
    executions = store.list(records.EXECUTION, parent=name)
    running = [record for record in executions if record["PipelineExecutionStatus"] not in records.FINAL]
    if running:
        raise ConflictException(f"Pipeline {name} cannot be deleted while an execution of it is running.")
    with store.transaction():
        steps = parse(definition_of(core, pipeline)).steps
        cache.forget(store, name, iter(steps))
        for number in range(1, pipeline["LatestVersion"] + 1):
            store.delete(VERSION, f"{name}/{number}")
        for execution in executions:
            _delete_execution(core, execution["PipelineExecutionArn"])
        store.delete(KIND, name)
        tags.drop(core.store, pipeline["PipelineArn"])
    return {"PipelineArn": pipeline["PipelineArn"]}


def _delete_execution(core: Core, arn: str) -> None:
    for step in records.steps(core.store, arn):
        core.store.delete(records.STEP, f"{arn}/{step['StepName']}")
    core.store.delete(records.DEFINITION, arn)
    core.store.delete(records.EXECUTION, arn)


OPERATIONS = {
    "CreatePipeline": _create,
    "UpdatePipeline": _update,
    "DescribePipeline": _describe,
    "ListPipelines": _list,
    "ListPipelineVersions": _list_versions,
    "DeletePipeline": _delete,
}
