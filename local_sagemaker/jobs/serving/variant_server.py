"""The server of a model behind one variant of an endpoint."""

import http.client
from collections.abc import Mapping

from local_sagemaker.core.core import Request
from local_sagemaker.jobs.contract import Answer, JobContext
from local_sagemaker.jobs.errors import PingError
from local_sagemaker.jobs.serving.served_model import ServedModel

INVOCATION_SECONDS = 60.0
"""The seconds that a container may take for one invocation, as in SageMaker."""

_PASSED_ON = "x-amzn-sagemaker-"


class HealthCheckError(PingError):
    """The failure as an endpoint's FailureReason, without the prefix that jobs have. Gets the name of the variant."""

    def __str__(self) -> str:
        return (
            f"The primary container for production variant {self.args[0]} did not pass the ping health check. "
            "Please check CloudWatch logs for this endpoint."
        )


class VariantHosting(ServedModel):
    """One variant's server; see ``contract.Hosting``."""

    def invoke(
        self, body: bytes, *, content_type: str | None, accept: str | None, headers: Mapping[str, str]
    ) -> Answer:
        """Send one request to the container.

        A missing or incomplete response counts as a status of 500, as in SageMaker.
        """
        passed_on = {name: value for name, value in headers.items() if name.lower().startswith(_PASSED_ON)}
        wanted = {"Content-Type": content_type, "Accept": accept}
        passed_on |= {name: value for name, value in wanted.items() if value is not None}
        try:
            return self.send(body, passed_on, INVOCATION_SECONDS)
        except (OSError, http.client.HTTPException) as error:
            return Answer(500, "text/plain", f"The container gave no answer: {error}".encode())


def start_hosting(model: Request, variant: Request, context: JobContext) -> VariantHosting:
    """Start the server of a CreateModel request for a ProductionVariant and wait until it responds.

    Raises JobError if the server does not start.
    """
    name = str(variant.get("VariantName", ""))
    served = VariantHosting(model, context, {"SAGEMAKER_VARIANT_NAME": name}, variant)
    try:
        served.await_ping(context.stop)
    except PingError as error:
        served.close()
        raise HealthCheckError(name) from error
    except BaseException:
        served.close()
        raise
    return served
