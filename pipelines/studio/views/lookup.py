"""The execution that an address names by its pipeline and its id."""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request

from pipelines.errors import BadInput
from pipelines.studio.state import Studio, studio_of


@dataclass(frozen=True)
class Place:
    """An execution in an address."""

    pipeline: str
    execution: str
    arn: str

    @property
    def key(self) -> str:
        """The pipeline's name and the execution's id."""
        return f"{self.pipeline}/{self.execution}"

    @property
    def address(self) -> str:
        """The address of its page."""
        return f"/executions/{quote(self.pipeline)}/{quote(self.execution)}"


def find_place(studio: Studio, key: str) -> Place:
    """Find the execution ``PIPELINE/ID``.

    Raises `BadInput` if there is no such pipeline.
    """
    pipeline, _, execution = key.rpartition("/")
    arn = studio.index.execution_arn(studio.sagemaker, pipeline, execution) if pipeline and execution else None
    if arn is None:
        raise BadInput(f"There is no pipeline {pipeline or key}.")
    return Place(pipeline, execution, arn)


def place_of(request: Request) -> Place:
    """Find the execution that the path names."""
    return find_place(studio_of(request), f"{request.path_params['pipeline']}/{request.path_params['execution']}")
