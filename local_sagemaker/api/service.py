"""The complete service, and the one function that runs an operation of its API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from local_sagemaker.core import tags
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ResourceNotFound, ValidationException
from local_sagemaker.definition import unsupported
from local_sagemaker.definition.shapes import check_request, only_members, service_model, without_nulls
from local_sagemaker.endpoints.servers import Endpoints
from local_sagemaker.engine.executions import Executions
from local_sagemaker.jobs.contract import Runners
from local_sagemaker.moto.experiments import Experiments


@dataclass(frozen=True)
class Service:
    """SageMaker in one account and region: every operation gets this and its request.

    Attributes
    ----------
    runners
        The functions that do the work of jobs.
    executions, endpoints
        The pipeline executions that run now, and the servers behind endpoints.
    experiments
        The experiments, trials and trial components.
    operations
        The operations of the API by name.
    """

    in_process: ClassVar[bool] = True
    """Whether the service ends with this process."""

    core: Core
    runners: Runners
    executions: Executions
    endpoints: Endpoints
    experiments: Experiments
    operations: "Mapping[str, Operation]"

    @property
    def endpoint_url(self) -> str:
        """The address of the HTTP endpoint."""
        return self.core.endpoint_url

    @property
    def region(self) -> str:
        """The emulated AWS region."""
        return self.core.region

    @property
    def account_id(self) -> str:
        """The emulated AWS account."""
        return self.core.account_id

    @property
    def role_arn(self) -> str:
        """The ARN of an execution role that exists in the local IAM."""
        return self.core.role_arn

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that direct any AWS client to the local SageMaker."""
        return self.core.environment

    @property
    def identity(self) -> dict[str, Any]:
        """The document that identifies this service to other processes."""
        return {
            "endpoint_url": self.endpoint_url,
            "state_dir": str(self.core.directory),
            "region": self.region,
            "account_id": self.account_id,
            "role_arn": self.role_arn,
        }

    def call(self, operation: str, request: Request) -> Response | None:
        """Run one operation of the API, as if the request had come over HTTP; raises ApiError if it is refused."""
        run = self.operations.get(operation)
        if run is None:
            raise ValidationException(f"The operation {operation} is not supported by the local SageMaker.")
        check_request(operation, request)
        request = without_nulls(request)
        unsupported.refuse(operation, request)
        tags.check(request.get("Tags") or [])
        model = service_model().operation_model(operation)
        try:
            result = run(self, request)
        except ResourceNotFound as error:
            # An operation whose model does not list ResourceNotFound reports it as a ValidationException.
            if any(shape.name == ResourceNotFound.code for shape in model.error_shapes):
                raise
            raise ValidationException(str(error)) from error
        if model.output_shape is None:
            return None
        response: Response = only_members(model.output_shape, result or {})
        return response


Operation = Callable[[Service, Request], Response | None]
