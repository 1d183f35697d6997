"""The execution that an address names by its pipeline and its id."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from pipelines.errors import BadInput
from pipelines.studio.state import studio_of


def find_arn(request: Request, key: str) -> str:
    """Return the ARN of the execution ``PIPELINE/ID``.

    Raises `BadInput` if there is no such pipeline.
    """
    studio = studio_of(request)
    pipeline, _, execution = key.rpartition("/")
    arn = studio.index.execution_arn(studio.sagemaker, pipeline, execution) if pipeline and execution else None
    if arn is None:
        raise BadInput(f"There is no pipeline {pipeline}.")
    return arn


async def arn_of(request: Request, key: str) -> str:
    """Do the same without blocking the loop."""
    return await run_in_threadpool(find_arn, request, key)
