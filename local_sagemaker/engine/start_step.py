"""The start of a step: its API call, or an earlier result from the cache."""

import contextlib
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_sagemaker.core import names
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Call, Core
from local_sagemaker.core.errors import ApiError, ExpressionError
from local_sagemaker.core.store import Record
from local_sagemaker.definition.expressions import Scope, resolve
from local_sagemaker.definition.parse import Step
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.definition.step_types import API_STEPS, ApiStep
from local_sagemaker.engine import cache, records
from local_sagemaker.engine.arguments import fit

LOG_GROUP = "/aws/sagemaker/Pipelines"
_ENDED_WELL = ("Completed", "InService")
_EXPERIMENT_STEPS = ("Processing", "Training", "Transform")


@dataclass(frozen=True)
class Started:
    """A started step: its resource, the resource's identifier, and the cache key of its result.

    ``supervised``: whether the supervisor notices its end; a callback ends by a call of the API.
    """

    arn: str
    identifier: str
    key: Mapping[str, Any]
    takes_time: bool
    supervised: bool = True


class Launch:
    """The API calls of one execution's steps."""

    def __init__(self, core: Core, call: Call, execution: Record) -> None:
        self._core = core
        self._call_api = call
        self._execution = execution
        self._arn: str = execution["PipelineExecutionArn"]
        self._pipeline: str = execution["PipelineName"]

    def start(self, step: Step, scope: Scope) -> Started:
        """Make the API call of a step, or find an earlier result in its cache.

        Raises ExpressionError if an argument cannot be resolved, and ApiError if the API refuses the call.
        """
        kind = API_STEPS[step.type]
        request = self._request(step, kind, scope)
        key = cache.key_of(kind, request)
        found = self._cached(step, kind, key)
        if found is not None:
            resource = found["Resource"]
            self._write_started(
                step, kind, resource, CacheHitResult={"SourcePipelineExecutionArn": found["PipelineExecutionArn"]}
            )
            return Started(resource["Arn"], resource["Identifier"], {}, takes_time=False)
        operation, answer = self._call(step, kind, request)
        arn = answer[kind.arn]
        # A version of a group has no name to describe it by.
        identifier = arn if step.type == "RegisterModel" else request[kind.identified_by]
        self._write_started(step, kind, {"Arn": arn, "Identifier": identifier}, Operation=operation)
        return Started(arn, identifier, key if kind.cache_keys else {}, takes_time=kind.status is not None)

    def result(self, step: Step, started: Started, *, stopping: bool) -> tuple[str, str | None]:
        """The status of a step whose resource has ended, and why it failed."""
        kind = API_STEPS[step.type]
        if kind.status is None or not started.takes_time:
            return "Succeeded", None
        described = self._describe(kind, started.identifier)
        status = described[kind.status]
        if status in _ENDED_WELL:
            return "Succeeded", None
        if status == "Stopped" and stopping:
            return "Stopped", None
        reason = (
            described.get("FailureReason")
            or f"The job ended with the status {described.get('SecondaryStatus', status)}."
        )
        return "Failed", reason

    def failure_of_call(self, step: Step, error: ApiError) -> str:
        """How the service reports that an API call of a step was refused."""
        kind = API_STEPS[step.type]
        code = names.constant_case(error.code.removesuffix("Exception"))
        return (
            f"ClientError: Failed to invoke sagemaker:{kind.create}. Error Details: {error}\n"
            f"Retry not appropriate on execution of step with PipelineExecutionArn {self._arn} and StepId {step.name}. "
            f"No retry policy configured for the exception type SAGEMAKER_{code}."
        )

    def stop(self, step: Step, started: Started) -> None:
        """Stop the resource of a step, unless it has ended or its type cannot be stopped."""
        kind = API_STEPS[step.type]
        if kind.stop is None:
            return
        try:
            self._call_api(kind.stop, {kind.identified_by: started.identifier})
        except ApiError:
            return  # it ended between the two calls

    def remember(self, step: Step, started: Started) -> None:
        """Keep a result for later executions."""
        if not started.key:
            return
        result = {
            "PipelineExecutionArn": self._arn,
            "Resource": {"Arn": started.arn, "Identifier": started.identifier},
            "EndTime": now(),
        }
        cache.remember(self._core.store, self._pipeline, step.name, started.key, result)

    def properties(self, record: Record) -> Mapping[str, Any]:
        """The properties of a step that has run: the response of Describe for its resource."""
        kind = API_STEPS.get(record["StepType"])
        resource = record.get("Resource")
        if kind is None or resource is None:
            raise ExpressionError(f"the step {record['StepName']} has no properties")
        try:
            described = self._describe(kind, resource["Identifier"])
            if record["StepType"] == "Tuning":
                described["TrainingJobSummaries"] = self._tuned_jobs(resource["Identifier"])
        except ApiError as error:
            raise ExpressionError(f"the {kind.metadata} of step {record['StepName']} is gone: {error}") from error
        return described

    def _tuned_jobs(self, tuning_job: str) -> list[Any]:
        """The training jobs of a tuning job, best first: the order that ``get_top_model_s3_uri`` counts in."""
        objective = self._describe(API_STEPS["Tuning"], tuning_job)["HyperParameterTuningJobConfig"]
        maximize = objective.get("HyperParameterTuningJobObjective", {}).get("Type") == "Maximize"
        answer = self._call_api(
            "ListTrainingJobsForHyperParameterTuningJob",
            {
                "HyperParameterTuningJobName": tuning_job,
                "SortBy": "FinalObjectiveMetricValue",
                "SortOrder": "Descending" if maximize else "Ascending",
                "MaxResults": 50,
            },
        )
        return list((answer or {}).get("TrainingJobSummaries", []))

    def _describe(self, kind: ApiStep, identifier: str) -> dict[str, Any]:
        return self._call_api(kind.describe, {kind.identified_by: identifier}) or {}

    def _request(self, step: Step, kind: ApiStep, scope: Scope) -> dict[str, Any]:
        arguments = dict(step.arguments)
        more: dict[str, Any] = {}
        shape = service_model().operation_model(kind.create).input_shape
        if kind.name is not None:
            prefix = resolve(arguments.pop(kind.name, None), scope)
            longest = shape.members[kind.name].metadata["max"]
            more[kind.name] = names.step_job_name(names.last_part(self._arn), step.name, prefix, longest)
            variables = {**scope.execution, kind.name: more[kind.name]}
            scope = dataclasses.replace(scope, execution=variables)
        resolved = resolve(arguments, scope)
        if step.type == "EndpointConfig":
            # A configuration cannot be changed, so SageMaker creates a new one in each execution.
            longest = shape.members["EndpointConfigName"].metadata["max"]
            requested = str(resolved["EndpointConfigName"])
            resolved["EndpointConfigName"] = names.of_execution(requested, names.last_part(self._arn), longest)
        if step.type in _EXPERIMENT_STEPS and self._execution.get("PipelineExperimentConfig"):
            more["ExperimentConfig"] = self._execution["PipelineExperimentConfig"]
        if step.type == "RegisterModel":
            more["MetadataProperties"] = {"GeneratedBy": self._arn}
            if not {"ModelPackageGroupName", "ModelPackageName"} & resolved.keys():
                longest = shape.members["ModelPackageName"].metadata["max"]
                more["ModelPackageName"] = names.step_job_name(names.last_part(self._arn), step.name, None, longest)
        fitted: dict[str, Any] = fit(shape, {**more, **resolved})
        return fitted

    def _call(self, step: Step, kind: ApiStep, request: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        if step.type == "RegisterModel" and request.get("ModelPackageGroupName"):
            # The step creates the group it names. A group that exists refuses this call, and any other reason for a
            # refusal comes back from the call of the step itself.
            # Tags are the group's: a group that exists keeps its own, and a version takes none.
            group = {"ModelPackageGroupName": names.last_part(request["ModelPackageGroupName"])}
            with contextlib.suppress(ApiError):
                self._call_api("CreateModelPackageGroup", {**group, "Tags": request.get("Tags", [])})
            request = {name: value for name, value in request.items() if name != "Tags"}
        operation = kind.create
        if step.type == "Endpoint" and self._core.store.get("endpoint", request["EndpointName"]) is not None:
            operation = "UpdateEndpoint"
            request = {name: request[name] for name in ("EndpointName", "EndpointConfigName")}
        return operation, self._call_api(operation, request) or {}

    def _write_started(self, step: Step, kind: ApiStep, resource: Mapping[str, str], **members: object) -> None:
        records.change_step(
            self._core.store,
            self._arn,
            step.name,
            StepStatus="Executing",
            Metadata={kind.metadata: {"Arn": resource["Arn"]}},
            Resource=resource,
            **members,
        )

    def _cached(self, step: Step, kind: ApiStep, key: Mapping[str, Any]) -> Record | None:
        if not kind.cache_keys or not step.cache.get("Enabled"):
            return None
        found, message = cache.look_up(self._core.store, self._pipeline, step.name, key, step.cache.get("ExpireAfter"))
        self._core.logs.append_if_possible(
            LOG_GROUP, f"{self._pipeline}/{names.last_part(self._arn)}", f"{step.name}: {message}"
        )
        if found is not None:
            try:
                self._describe(kind, found["Resource"]["Identifier"])
            except ApiError:
                return None  # its job has been deleted
        return found
