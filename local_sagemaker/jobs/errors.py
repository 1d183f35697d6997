"""The errors of jobs: each becomes the FailureReason of the job that met it.

JobError
    ClientError           the request, or the data that it names, is at fault
        DataError         no data where the request says there is some, or not in the shape it says
        UnsupportedError  asked for by name, not to be had on this machine
    AlgorithmError        the container is at fault
        PingError         its server did not come up
    InternalError         this service is at fault
"""

from __future__ import annotations


class JobError(Exception):
    """A job that could not be done; ``str`` of it is the FailureReason, as SageMaker words it."""

    prefix = "InternalServerError"

    def __str__(self) -> str:
        return f"{self.prefix}: {super().__str__()}"[:1024]


class ClientError(JobError):
    """The request, or the data that it names, is at fault."""

    prefix = "ClientError"


class DataError(ClientError):
    """No data where the request says there is some, or not in the shape it says."""


class UnsupportedError(ClientError):
    """Asked for by name, but not to be had on this machine."""


class AlgorithmError(JobError):
    """The container is at fault."""

    prefix = "AlgorithmError"


class PingError(AlgorithmError):
    """The container's server did not come up."""


class InternalError(JobError):
    """The service itself is at fault."""
