"""The errors of jobs: each becomes the FailureReason of its job.

JobError
    RequestError          the request or its data is at fault
        DataError         no data, or not in the format of the request
        UnsupportedError  not supported by the local SageMaker
    AlgorithmError        the container is at fault
        PingError         its server did not start
    InternalError         this service is at fault
    StoppedError          a stop request, which is no failure
"""


class JobError(Exception):
    """A job that failed; its ``str`` is the FailureReason, in SageMaker's format."""

    prefix = "InternalServerError"

    def __str__(self) -> str:
        return f"{self.prefix}: {super().__str__()}"[:1024]


class RequestError(JobError):
    """The request or its data is at fault."""

    prefix = "ClientError"  # as SageMaker writes it in a FailureReason


class DataError(RequestError):
    """The request's data is missing, or not in the format of the request."""


class UnsupportedError(RequestError):
    """The request needs something that is not supported by the local SageMaker."""


class AlgorithmError(JobError):
    """The container is at fault."""

    prefix = "AlgorithmError"


class PingError(AlgorithmError):
    """The container's server did not start."""


class InternalError(JobError):
    """The service itself is at fault."""


class StoppedError(JobError):
    """A request to stop the job arrived before its container started."""
